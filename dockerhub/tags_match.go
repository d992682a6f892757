package dockerhub

import (
	"slices"
	"strings"
)

// ContentTypes are the known content types of tags.
var ContentTypes = []string{
	"image", "plugin", "helm", "volume", "wasm", "compose", "model", "artifact", "unrecognized",
}

// noPlatform lists the content types that have no platform.
var noPlatform = []string{"helm", "compose", "model", "volume", "artifact"}

// HasPlatform reports whether a tag has an image for a system and an
// architecture, such as arm64 or arm/v7; "" = any. If the server left out what
// decides that, known is false.
func (t Tag) HasPlatform(system, arch string) (has, known bool) {
	known = len(t.Images) > 0
	for _, i := range t.Images {
		has, sure := i.IsFor(system, arch)
		if has && sure {
			return true, true
		}
		known = known && sure
	}
	return false, known || slices.Contains(noPlatform, t.ContentType)
}

// IsFor reports whether an image is for a system and an architecture; see
// Tag.HasPlatform.
func (i Image) IsFor(system, arch string) (is, known bool) {
	wrongSystem := system != "" && i.OS != "" && i.OS != system
	wrongArch := arch != "" && i.Architecture != "" && arch != i.Architecture && arch != i.Architecture+"/"+i.Variant
	if i.Attestation() || wrongSystem || wrongArch {
		return false, true
	}
	return true, (system == "" || i.OS != "") && (arch == "" || i.Architecture != "")
}

// HasDigest reports whether the digest of a tag or of one of its images starts
// with prefix, with or without the algorithm. If the server left out what decides
// that, known is false. A tag that is not an index has the digest of its image.
func (t Tag) HasDigest(prefix string) (has, known bool) {
	begins := func(digest string) bool {
		_, hex, _ := strings.Cut(digest, ":")
		return digest != "" && (strings.HasPrefix(digest, prefix) || strings.HasPrefix(hex, prefix))
	}
	if begins(t.Digest) || slices.ContainsFunc(t.Images, func(i Image) bool { return begins(i.Digest) }) {
		return true, true
	}
	index := t.MediaType == "" || strings.Contains(t.MediaType, "index") || strings.Contains(t.MediaType, "manifest.list")
	missing := func(i Image) bool { return i.Digest == "" }
	return false, t.Digest != "" && !index || len(t.Images) > 0 && !slices.ContainsFunc(t.Images, missing)
}
