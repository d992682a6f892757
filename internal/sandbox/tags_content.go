package sandbox

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// tagName returns the name of the tag at index i; 0 is the newest.
func (r repo) tagName(i int) string {
	switch {
	case i == 0:
		return "latest"
	case r.tangled && i == signatureAt:
		return r.signature()
	}
	n := r.tags - i // increases with time
	switch {
	case r.name == seed.Monorepo && r.namespace == DemoOrg:
		switch {
		case n%20 == 0:
			return "v" + version(n/20)
		case n%4 == 1:
			return "pr-" + strconv.Itoa(3000+n)
		}
		return "sha-" + r.hex("commit", i)[:12]
	case r.namespace == seed.Officials:
		flavour := [...]string{"", "-alpine", "-bookworm", "-slim"}[n%4]
		return version(60+n/4) + flavour
	}
	return version(n)
}

func version(n int) string {
	return strconv.Itoa(n/60) + "." + strconv.Itoa(n/6%10) + "." + strconv.Itoa(n%6)
}

func (r repo) hex(what string, i int) string {
	sum := seed.Hash(what, r.path(), strconv.Itoa(i))
	return hex.EncodeToString(sum[:])
}

// content returns the index of the tag whose image tag i has: latest and the releases
// of the monorepo are second names.
func (r repo) content(i int) int {
	for i+1 < r.tags && (i == 0 || r.name == seed.Monorepo && (r.tags-i)%20 == 0) {
		i++
	}
	return i
}

// pushed returns the time of a push: older with each index, and never before the
// repository was created.
func (r repo) pushed(i int) time.Time {
	step := r.updated.Sub(r.registered.Time) / time.Duration(r.tags+1)
	return r.updated.Add(-time.Duration(i) * step)
}

const (
	ociManifest     = "application/vnd.oci.image.manifest.v1+json"
	helmMedia       = "application/vnd.cncf.helm.config.v1+json"
	contentImage    = "image"
	contentHelm     = "helm"
	contentArtifact = "artifact"
)

// contents returns the types of the repository's content.
func (r repo) contents() []string {
	switch {
	case len(r.media) == 0:
		return []string{}
	case r.mixed:
		return []string{contentImage, contentHelm, contentArtifact}
	case r.tangled:
		return []string{contentImage, contentArtifact}
	}
	return []string{contentImage}
}

// contentType returns the type of a tag's content.
func (r repo) contentType(i int) string {
	switch {
	case r.mixed && i%4 == 2:
		return contentHelm
	case r.mixed && i%4 == 3, r.tangled && i == signatureAt:
		return contentArtifact
	}
	return contentImage
}

type platform struct{ os, architecture, variant string }

var platforms = []platform{
	{"linux", "amd64", ""}, {"linux", "arm64", "v8"}, {"linux", "arm", "v7"}, {"linux", "ppc64le", ""},
}

// digestsSince is about when tags began to have a digest.
var digestsSince = time.Date(2022, time.October, 1, 0, 0, 0, 0, time.UTC)

func (r repo) tag(i int, midnight time.Time) tagAnswer {
	of := func(n int, what string) int { return seed.Number(n, what, r.path(), strconv.Itoa(r.content(i))) }
	pushed := r.pushed(i)
	pusher := DemoUser
	if r.namespace == seed.Officials {
		pusher = "doijanky"
	}
	t := tagAnswer{
		Creator: 1e6 + seed.Number(9e6, "user", pusher), Updater: 1e6 + seed.Number(9e6, "user", pusher), UpdaterName: pusher,
		ID:      100e6 + seed.Number(800e6, "tag", r.path())/20000*20000 + r.tags - i,
		Updated: stampOf(pushed), Pushed: stampOf(pushed), Name: r.tagName(i), V2: true, Status: "inactive",
		Repository: 1e6 + seed.Number(30e6, "repo", r.path()),
		Media:      ociIndex, Content: r.contentType(i),
	}
	if since := midnight.Sub(pushed); of(10, "pulled") > 2 {
		pulled := pushed.Add(since / 1000 * time.Duration(of(1000, "when"))) // the other order would overflow
		t.Pulled = stampAt(pulled)
		if midnight.Sub(pulled) < 30*day {
			t.Status = "active"
		}
	}
	if pushed.After(digestsSince) {
		t.Digest = "sha256:" + r.hex("index", r.content(i))
	}
	on := platforms[:1+of(len(platforms), "platforms")]
	if t.Content != contentImage {
		t.Media = ociManifest
		t.Images = append(t.Images, r.image(i, 0, platform{}, 2e3+of(60e3, "size"), t))
		t.Size = t.Images[0].Size
		return t
	}
	for j, p := range on {
		t.Images = append(t.Images, r.image(i, j, p, 15e6+of(400e6, "size")+j*of(900000, "more"), t))
	}
	if len(on) > 1 && of(2, "attested") == 1 {
		t.Images = append(t.Images, r.image(i, len(on), platform{"unknown", "unknown", ""}, 1757, t))
	}
	if len(on) == 1 {
		t.Media = "application/vnd.docker.distribution.manifest.v2+json"
	}
	t.Size = t.Images[0].Size
	return t
}

func (r repo) image(i, j int, p platform, size int, t tagAnswer) imageAnswer {
	m := imageAnswer{
		Architecture: p.architecture, OS: p.os, Size: size, Status: t.Status, Pulled: t.Pulled,
		Digest: "sha256:" + r.hex("image "+strconv.Itoa(j), r.content(i)),
	}
	if p.variant != "" {
		m.Variant = &p.variant
	}
	if j%2 == 0 {
		m.Pushed = &t.Pushed
	}
	return m
}
