package gc

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

const (
	index = "application/vnd.oci.image.index.v1+json"
	image = "application/vnd.oci.image.manifest.v1+json"
)

func digestOf(i int) string { return fmt.Sprintf("sha256:%064x", i+1) }

// randomManifests returns manifests that refer to others with greater numbers: indexes,
// also of indexes and with attestations, referrers, and tags of cosign's.
func randomManifests(r *rand.Rand) []Manifest {
	n := 1 + r.IntN(24)
	all := make([]Manifest, n)
	later := func(i int) string { return digestOf(i + 1 + r.IntN(n-i)) } // the last one is not listed
	for i := range all {
		m := Manifest{
			Digest: digestOf(i), MediaType: image, Size: int64(r.IntN(100)),
			Pushed: time.Unix(1e9+int64(r.IntN(10)), 0),
		}
		switch r.IntN(6) {
		case 0, 1:
			m.MediaType = index
			for range r.IntN(4) {
				child := later(i)
				m.Links.Children = append(m.Links.Children, child)
				if r.IntN(3) == 0 {
					// as Docker writes it: the attestation comes after its image
					if about := later(i); about > child {
						m.Links.About = map[string]string{child: about}
					}
				}
			}
		case 2:
			m.Links.Subject = later(i)
		}
		if r.IntN(5) == 0 {
			m.Tags = []string{fmt.Sprint("v", i)}
		}
		if r.IntN(12) == 0 {
			m.Tags = append(m.Tags, "sha256-"+strings.TrimPrefix(later(i), "sha256:")+".sig")
		}
		all[i] = m
	}
	return all
}

// reached returns what the tags need, worked out the slow way: until nothing changes.
func reached(all []Manifest, roots func(Manifest) bool) map[string]bool {
	needed := map[string]bool{}
	for _, m := range all {
		if roots(m) {
			needed[m.Digest] = true
		}
		for _, tag := range m.Tags {
			if hex, ok := strings.CutPrefix(strings.TrimSuffix(tag, ".sig"), "sha256-"); ok {
				needed["sha256:"+hex] = true
			}
		}
	}
	for before := -1; before < len(needed); {
		before = len(needed)
		for _, m := range all {
			for _, child := range m.Links.Children {
				needed[child] = needed[child] || needed[m.Digest]
			}
			for attestation, about := range m.Links.About {
				needed[about] = needed[about] || needed[attestation]
			}
			if s := m.Links.Subject; s != "" {
				either := needed[s] || needed[m.Digest]
				needed[s], needed[m.Digest] = either, either
			}
		}
		maps.DeleteFunc(needed, func(_ string, yes bool) bool { return !yes })
	}
	return needed
}

func check(t *testing.T, f Filter, all []Manifest) {
	t.Helper()
	verdicts := f.Decide(all)
	if len(verdicts) != len(all) {
		t.Fatalf("%d verdicts for %d manifests", len(verdicts), len(all))
	}
	needed := reached(all, func(m Manifest) bool { return len(m.Tags) > 0 || f.spares(m) != "" })
	live := map[string]Manifest{}
	for _, m := range all {
		live[m.Digest] = m
	}
	for _, v := range verdicts {
		if v.Delete == needed[v.Digest] {
			t.Errorf("%s: delete is %t (%s), but needed is %t", v.Digest, v.Delete, v.Reason, needed[v.Digest])
		}
		if !v.Delete {
			continue
		}
		for _, before := range v.After {
			if _, there := live[before]; there {
				t.Errorf("%s comes before %s, which refers to it", v.Digest, before)
			}
		}
		// what the registry would say
		for _, m := range live {
			if len(v.Tags) > 0 || slices.Contains(m.Links.Children, v.Digest) || m.Links.Subject == v.Digest {
				t.Errorf("%s is deleted while %s refers to it", v.Digest, m.Digest)
			}
		}
		delete(live, v.Digest)
	}
	for range 3 {
		mixed := slices.Clone(all)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for i, v := range f.Decide(mixed) {
			if w := verdicts[i]; v.Digest != w.Digest || v.Delete != w.Delete || v.Reason != w.Reason || !slices.Equal(v.After, w.After) {
				t.Errorf("in another order: %+v, want %+v", v, w)
			}
		}
	}
}

// FuzzDecide: whatever the shape of the graph, nothing that a tag needs is deleted,
// everything else is, in an order that the registry accepts, and the order of the listing
// does not matter.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		all := randomManifests(r)
		check(t, Filter{}, all)
		check(t, Filter{PushedBefore: time.Unix(1e9+int64(r.IntN(10)), 0)}, all)
		check(t, Filter{MediaType: regexp.MustCompile("index")}, all)
	})
}

// TestDecideCircle: a circle, which no honest registry has, is deleted whole or kept whole.
func TestDecideCircle(t *testing.T) {
	t.Parallel()
	circle := func(tags ...string) []Manifest {
		a := Manifest{Digest: digestOf(0), Links: dockerhub.ManifestLinks{Children: []string{digestOf(1)}}}
		b := Manifest{Digest: digestOf(1), Tags: tags, Links: dockerhub.ManifestLinks{Children: []string{digestOf(0)}}}
		self := Manifest{Digest: digestOf(2), Links: dockerhub.ManifestLinks{Subject: digestOf(2)}}
		return []Manifest{a, b, self}
	}
	deleted := func(all []Verdict) (n int) {
		for _, v := range all {
			if v.Delete {
				n++
			}
		}
		return n
	}
	if n := deleted(Filter{}.Decide(circle())); n != 3 {
		t.Errorf("%d deleted, want 3", n)
	}
	if n := deleted(Filter{}.Decide(circle("v1"))); n != 1 {
		t.Errorf("%d deleted, want 1", n)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	since := time.Unix(1e9, 0)
	old := since.Add(-time.Hour)
	signed := "sha256-" + strings.TrimPrefix(digestOf(3), "sha256:") + ".sig"
	all := []Manifest{
		{Digest: digestOf(0), Tags: []string{"v2", "v1"}, Pushed: old, Links: dockerhub.ManifestLinks{
			Children: []string{digestOf(1), digestOf(2)}, About: map[string]string{digestOf(2): digestOf(7)},
		}},
		{Digest: digestOf(1), Pushed: old},
		{Digest: digestOf(2), Pushed: old},
		{Digest: digestOf(3), Pushed: old},
		{Digest: digestOf(4), Tags: []string{signed}, Pushed: old},
		{Digest: digestOf(5), Pushed: old, Links: dockerhub.ManifestLinks{Subject: digestOf(1)}},
		{Digest: digestOf(6), Pushed: since},
		{Digest: digestOf(7), Pushed: old},
		{Digest: digestOf(8)},
		{Digest: digestOf(9), Pushed: old},
	}
	want := map[int]string{
		0: "has the tag v1",
		1: "in the index sha256:000000000000 (v1)",
		2: "in the index sha256:000000000000 (v1)",
		3: "the tag sha256-000000000000….sig is about it",
		4: "has the tag " + signed,
		5: "about sha256:000000000000, which is kept",
		6: "pushed since 2001-09-09T01:46:40Z",
		7: "sha256:000000000000 is about it",
		8: "push time unknown",
		9: "nothing needs it",
	}
	for _, v := range (Filter{PushedBefore: since}).Decide(all) {
		i := slices.IndexFunc(all, func(m Manifest) bool { return m.Digest == v.Digest })
		if v.Reason != want[i] || v.Delete != (i == 9) {
			t.Errorf("%d: %q, want %q", i, v.Reason, want[i])
		}
	}
	if got := (Filter{MediaType: regexp.MustCompile("index")}).spares(all[9]); got != "another media type" {
		t.Error(got)
	}
}

// TestFreed: images count once, and not again in their index.
func TestFreed(t *testing.T) {
	t.Parallel()
	of := func(i int, size int64, remove bool, children ...string) Verdict {
		return Verdict{Manifest: Manifest{Digest: digestOf(i), Size: size, Links: dockerhub.ManifestLinks{Children: children}}, Delete: remove}
	}
	all := []Verdict{
		of(0, 100, true, digestOf(1), digestOf(2)), of(1, 60, true), of(2, 40, true), // an index and its images
		of(3, 50, true, digestOf(4)), of(4, 50, false), // its image stays
		of(5, 7, true, digestOf(6)), // its image is not listed
		of(7, 1, false),
	}
	if freed := Freed(all); freed != 107 {
		t.Errorf("%d bytes, want 107", freed)
	}
	slices.SortFunc(all, func(a, b Verdict) int { return cmp.Compare(b.Digest, a.Digest) })
	if freed := Freed(all); freed != 107 {
		t.Errorf("in another order: %d bytes, want 107", freed)
	}
}
