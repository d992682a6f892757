package gc

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/retention"
)

// A Manifest is a manifest of a repository and what it refers to.
type Manifest struct {
	Digest    string
	MediaType string
	Tags      []string  // none = untagged
	Pushed    time.Time // zero = unknown
	Size      int64     // in bytes; 0 = unknown
	Links     dockerhub.ManifestLinks
}

// A Filter narrows the untagged manifests that may be deleted.
type Filter struct {
	PushedBefore time.Time      // zero = at any time
	MediaType    *regexp.Regexp // nil = any
}

// A Verdict is the decision to keep or delete a manifest, and its reason.
type Verdict struct {
	Manifest
	Delete bool
	Reason string
	After  []string // the digests that must be deleted first
}

// Decide returns a verdict for each manifest: first those to delete, each after
// everything that refers to it, and then those to keep. No two may have the same digest.
// The verdicts do not depend on the order of the manifests.
//
// A manifest is deleted if it has no tag, the filter selects it, and nothing that is kept
// refers to it: no index, no attestation, no referrer (such as an SBOM) and no tag of
// cosign's. Referrers are kept with what they are about.
func (f Filter) Decide(manifests []Manifest) []Verdict {
	all := slices.SortedFunc(slices.Values(manifests), func(a, b Manifest) int {
		return cmp.Or(b.Pushed.Compare(a.Pushed), strings.Compare(a.Digest, b.Digest))
	})
	g := newGraph(all)
	kept := map[string]string{} // reasons by digest
	var next []string
	keep := func(digest, reason string) {
		if _, known := kept[digest]; !known {
			kept[digest] = reason
			next = append(next, digest)
		}
	}
	named := map[string]string{} // for people
	for _, m := range all {
		named[m.Digest] = short(m.Digest)
		if len(m.Tags) > 0 {
			named[m.Digest] += " (" + slices.Min(m.Tags) + ")"
			keep(m.Digest, "has the tag "+slices.Min(m.Tags))
		}
	}
	for _, m := range all {
		for _, tag := range slices.Sorted(slices.Values(m.Tags)) {
			if retention.ImageOf(tag) != "" {
				keep(retention.ImageOf(tag), "the tag "+shortTag(tag)+" is about it")
			}
		}
	}
	for _, m := range all {
		if why := f.spares(m); why != "" {
			keep(m.Digest, why)
		}
	}
	for ; len(next) > 0; next = next[1:] {
		from := next[0]
		for _, to := range g.children[from] {
			keep(to, "in the index "+named[from])
		}
		for _, to := range g.about[from] {
			keep(to, named[from]+" is about it")
		}
		for _, to := range g.referrers[from] {
			keep(to, "about "+named[from]+", which is kept")
		}
	}
	return g.verdicts(all, kept)
}

// spares returns why the filter does not select a manifest, or "" if it does.
func (f Filter) spares(m Manifest) string {
	switch {
	case f.MediaType != nil && !f.MediaType.MatchString(m.MediaType):
		return "another media type"
	case f.PushedBefore.IsZero():
		return ""
	case m.Pushed.IsZero():
		return "push time unknown"
	case !m.Pushed.Before(f.PushedBefore):
		return "pushed since " + f.PushedBefore.UTC().Format(time.RFC3339)
	}
	return ""
}

// A graph has the references between manifests, by digest.
type graph struct {
	children  map[string][]string // of indexes
	about     map[string][]string // from referrers and attestations to what they are about
	referrers map[string][]string // the subjects' side of about, without attestations
}

func newGraph(all []Manifest) graph {
	g := graph{map[string][]string{}, map[string][]string{}, map[string][]string{}}
	for _, m := range all {
		g.children[m.Digest] = m.Links.Children
		if s := m.Links.Subject; s != "" {
			g.about[m.Digest] = append(g.about[m.Digest], s)
			g.referrers[s] = append(g.referrers[s], m.Digest)
		}
		for _, a := range slices.Sorted(maps.Keys(m.Links.About)) {
			g.about[a] = append(g.about[a], m.Links.About[a])
		}
	}
	return g
}

// verdicts orders the manifests that are not kept so that each follows what refers to it.
// Digests are hashes, so references form no circle; if they do, its parts come last.
func (g graph) verdicts(all []Manifest, kept map[string]string) []Verdict {
	after := map[string][]string{}
	waits := map[string]int{}
	gone := func(digest string) bool { _, keeps := kept[digest]; return !keeps }
	for _, m := range all {
		if !gone(m.Digest) {
			continue
		}
		for _, to := range slices.Concat(g.children[m.Digest], g.about[m.Digest]) {
			if to != m.Digest && gone(to) && !slices.Contains(after[to], m.Digest) {
				after[to] = append(after[to], m.Digest)
				waits[to]++
			}
		}
	}
	var deleted, keeps []Verdict
	done := map[string]bool{}
	at := make(map[string]Manifest, len(all))
	take := func(m Manifest) {
		done[m.Digest] = true
		deleted = append(deleted, Verdict{Manifest: m, Delete: true, Reason: "nothing needs it", After: after[m.Digest]})
	}
	for _, m := range all {
		at[m.Digest] = m
		if reason, keep := kept[m.Digest]; keep {
			keeps = append(keeps, Verdict{Manifest: m, Reason: reason})
		} else if waits[m.Digest] == 0 {
			take(m)
		}
	}
	for i := 0; i < len(deleted); i++ {
		from := deleted[i].Digest
		for _, to := range unique(slices.Concat(g.children[from], g.about[from])) {
			if waits[to]--; waits[to] == 0 && !done[to] && gone(to) {
				if m, listed := at[to]; listed {
					take(m)
				}
			}
		}
	}
	for _, m := range all {
		if gone(m.Digest) && !done[m.Digest] {
			take(m)
		}
	}
	return append(deleted, keeps...)
}

// unique returns the different strings of all.
func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// shortTag returns a tag with the digest in it shortened.
func shortTag(tag string) string {
	hex := strings.TrimPrefix(retention.ImageOf(tag), "sha256:")
	return strings.Replace(tag, hex, hex[:12]+"…", 1)
}

// short returns the start of a digest.
func short(digest string) string {
	const length = len("sha256:") + 12
	return digest[:min(len(digest), length)]
}

// Freed returns the size of the manifests that are deleted, in bytes: an estimate, since
// images share layers. The size of an index is that of its images, so it counts only if
// they are not among the manifests.
func Freed(verdicts []Verdict) (freed int64) {
	known := map[string]bool{}
	for _, v := range verdicts {
		known[v.Digest] = true
	}
	for _, v := range verdicts {
		if v.Delete && !slices.ContainsFunc(v.Links.Children, func(c string) bool { return known[c] }) {
			freed += v.Size
		}
	}
	return freed
}
