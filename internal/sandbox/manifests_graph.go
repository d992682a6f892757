package sandbox

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const (
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	spdx        = "application/spdx+json"
	attestation = "attestation-manifest"
)

// A node is a manifest with what it refers to.
type node struct {
	manifest         // Tags are its first ones
	children []entry // of an index
	subject  string  // the digest that a referrer is about
	hidden   bool    // not in the listing
}

// An entry is a manifest in an index.
type entry struct {
	digest   string
	platform platform
	about    string // the digest that an attestation is about
}

// A graph has a repository's manifests, newest first. It does not know of deletions.
type graph struct {
	nodes []node
	at    map[string]int // by digest and by tag
}

// graph returns the manifests of a repository, which are made once a day.
func (c *call) graph(r repo) graph {
	key := r.path() + " " + c.midnight().String() + " " + strconv.Itoa(r.tags)
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	g, ok := c.hub.graphs[key]
	if !ok {
		g = r.graph(c.midnight())
		c.hub.graphs[key] = g
	}
	return g
}

func (r repo) graph(midnight time.Time) graph {
	var all []node
	names := []string{}
	for i := range r.tags {
		names = append(names, r.tagName(i))
		if r.content(i) == i { // otherwise, another tag has the same manifest
			all = append(all, r.tagged(i, names, midnight)...)
			names = []string{}
		}
		if r.replacedAfter(i) {
			all = append(all, r.untaggedAfter(i, midnight)...)
		}
	}
	if r.tangled {
		all = append(all, r.tangle(all)...)
	}
	slices.SortStableFunc(all, func(a, b node) int { return b.Pushed.Compare(a.Pushed.Time) })
	g := graph{all, map[string]int{}}
	for i, n := range all {
		g.at[n.Digest] = i
		for _, tag := range n.Tags {
			g.at[tag] = i
		}
	}
	return g
}

// tagged returns the manifest of a tag and, for an index, its images.
func (r repo) tagged(i int, names []string, midnight time.Time) []node {
	t := r.tag(i, midnight)
	index := node{manifest: manifest{
		Digest: "sha256:" + r.hex("index", i), Media: t.Media, Size: t.Size, Tags: names, Pushed: t.Pushed, Pulled: t.Pulled,
	}}
	if t.Media != ociIndex {
		return []node{index}
	}
	for _, image := range t.Images {
		p := platform{image.OS, image.Architecture, ""}
		if image.Variant != nil {
			p.variant = *image.Variant
		}
		index.children = append(index.children, entry{image.Digest, p, ""})
	}
	return r.withImages(index)
}

// untaggedAfter returns the manifest without a tag that follows a tag and, for an index,
// its images.
func (r repo) untaggedAfter(i int, midnight time.Time) []node {
	n := node{manifest: r.replaced(i, midnight)}
	if n.Media != ociIndex {
		return []node{n}
	}
	for j, p := range []platform{platforms[0], platforms[1], {"unknown", "unknown", ""}} {
		n.children = append(n.children, entry{"sha256:" + r.hex("untagged image "+strconv.Itoa(j), i), p, ""})
	}
	return r.withImages(n)
}

// withImages returns an index and the images in it. Images for no platform are
// attestations about the first.
func (r repo) withImages(index node) []node {
	all := []node{index}
	for i, c := range index.children {
		size := r.perManifest() / 4
		if c.platform.os == "unknown" {
			index.children[i].about, size = index.children[0].digest, 1757
		}
		all = append(all, node{hidden: !r.tangled, manifest: manifest{
			Digest: c.digest, Media: ociManifest, Size: size, Tags: []string{}, Pushed: index.Pushed, Pulled: index.Pulled,
		}})
	}
	return all
}

// The untagged manifests of tangle, by the number in their digests.
const (
	tangledIndex = iota
	tangledSibling
	tangledCousin
	tangledSigned
	tangledImage
	tangledBill
	tangledTaggedBill
)

func (r repo) tangledHex(what int) string { return r.hex("tangled", what) }

// signature is the tag that cosign gives to the signature of a manifest.
func (r repo) signature() string { return "sha256-" + r.tangledHex(tangledSigned) + ".sig" }

// signatureAt is the place of that tag.
const signatureAt = 2

// tangle returns manifests without a tag: an index, another that shares an image with
// it, a third that shares one with a tag's, an image that is signed under a tag, and
// bills of materials of a tagged and of an untagged image.
func (r repo) tangle(of []node) []node {
	first := slices.IndexFunc(of, func(n node) bool { return len(n.children) > 1 && len(n.Tags) > 0 })
	base := of[first]
	untagged := func(what int, media string, size int) node {
		return node{manifest: manifest{
			Digest: "sha256:" + r.tangledHex(what), Media: media, Size: size, Tags: []string{},
			Pushed: stampOf(base.Pushed.Add(-time.Duration(what+1) * time.Hour)),
		}}
	}
	image := func(what int, p platform) entry {
		return entry{digest: "sha256:" + r.hex("tangled image", what), platform: p}
	}
	size := r.perManifest() / 4
	index := untagged(tangledIndex, ociIndex, 2*size)
	index.children = []entry{
		image(0, platforms[0]), image(1, platforms[1]), image(2, platform{"unknown", "unknown", ""}),
	}
	sibling := untagged(tangledSibling, ociIndex, 2*size)
	sibling.children = []entry{image(3, platforms[0]), index.children[1]}
	cousin := untagged(tangledCousin, ociIndex, 2*size)
	cousin.children = []entry{base.children[0], image(4, platforms[1])}

	var all []node
	for _, n := range []node{index, sibling, cousin} {
		for _, m := range r.withImages(n) {
			known := func(o node) bool { return o.Digest == m.Digest }
			if !slices.ContainsFunc(of, known) && !slices.ContainsFunc(all, known) {
				all = append(all, m)
			}
		}
	}
	plain := untagged(tangledImage, ociManifest, size)
	bill, taggedBill := untagged(tangledBill, ociManifest, 4096), untagged(tangledTaggedBill, ociManifest, 4096)
	bill.subject, taggedBill.subject = plain.Digest, base.Digest
	return append(all, untagged(tangledSigned, ociManifest, size), plain, bill, taggedBill)
}

// live reports whether a manifest still exists.
func (c *call) live(r repo, n *node) bool {
	return !c.state.Manifests.decides(manifestKey(r, n.Digest))
}

// liveTags returns the tags that a manifest still has.
func (c *call) liveTags(r repo, n *node) []string {
	return slices.DeleteFunc(slices.Clone(n.Tags), func(tag string) bool { return c.state.Tags.decides(tagKey(r, tag)) })
}

// find returns the manifest with a digest or tag, or nil.
func (g graph) find(c *call, r repo, reference string) *node {
	i, ok := g.at[reference]
	if !ok || !c.live(r, &g.nodes[i]) || c.state.Tags.decides(tagKey(r, reference)) {
		return nil
	}
	return &g.nodes[i]
}

// referrer returns what refers to a manifest, or "" if nothing does.
func (g graph) referrer(c *call, r repo, n *node) string {
	if tags := c.liveTags(r, n); len(tags) > 0 {
		return "the tag " + tags[0]
	}
	for i := range g.nodes {
		m := &g.nodes[i]
		in := slices.ContainsFunc(m.children, func(ch entry) bool { return ch.digest == n.Digest })
		if (in || m.subject == n.Digest) && c.live(r, m) {
			return m.Digest
		}
	}
	return ""
}

// A descriptor refers to a manifest or to a blob.
type descriptor struct {
	Media       string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    *ociPlatform      `json:"platform,omitempty"`
}

type ociPlatform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// descriptor describes a manifest.
func (g graph) descriptor(digest string) descriptor {
	n := &g.nodes[g.at[digest]]
	return descriptor{Media: n.Media, Digest: digest, Size: len(g.document(n))}
}

// document returns the manifest itself. Its digest is that of the listing, and not the
// hash of these bytes: the seed makes digests without content.
func (g graph) document(n *node) []byte {
	var doc any
	if n.Media == ociIndex {
		index := struct {
			Version   int          `json:"schemaVersion"`
			Media     string       `json:"mediaType"`
			Manifests []descriptor `json:"manifests"`
		}{2, n.Media, []descriptor{}}
		for _, ch := range n.children {
			d := g.descriptor(ch.digest)
			d.Platform = &ociPlatform{ch.platform.architecture, ch.platform.os, ch.platform.variant}
			if ch.about != "" {
				d.Annotations = map[string]string{
					"vnd.docker.reference.type": attestation, "vnd.docker.reference.digest": ch.about,
				}
			}
			index.Manifests = append(index.Manifests, d)
		}
		doc = index
	} else {
		image := struct {
			Version  int          `json:"schemaVersion"`
			Media    string       `json:"mediaType"`
			Artifact string       `json:"artifactType,omitempty"`
			Config   descriptor   `json:"config"`
			Layers   []descriptor `json:"layers"`
			Subject  *descriptor  `json:"subject,omitempty"`
		}{Version: 2, Media: n.Media}
		image.Config = descriptor{
			Media: "application/vnd.oci.image.config.v1+json", Digest: "sha256:" + hexOf("config", n.Digest), Size: 1200,
		}
		image.Layers = []descriptor{{
			Media: "application/vnd.oci.image.layer.v1.tar+gzip", Digest: "sha256:" + hexOf("layer", n.Digest), Size: n.Size,
		}}
		if n.subject != "" {
			d := g.descriptor(n.subject)
			image.Artifact, image.Subject = spdx, &d
		}
		doc = image
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err) // strings and numbers can always be encoded
	}
	return b
}

func hexOf(parts ...string) string {
	sum := seed.Hash(parts...)
	return hex.EncodeToString(sum[:])
}
