package sandbox

import (
	"cmp"
	"fmt"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// TestManifests: tagged and untagged manifests are listed once, newest first, and agree
// with the tags and with the repository's size.
func TestManifests(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	for _, name := range []string{"worker", "api", "web"} {
		r := makeRepo(DemoUser, name, noon.Truncate(day))
		repository := "/v2/namespaces/demo/repositories/" + name
		var all []manifest
		for cursor := ""; ; {
			page := read[struct {
				Manifests []manifest
				Last      *string `json:"last_evaluated_key"`
			}](t, ask(t, h, demo, "GET", repository+"/manifests?page_size=7&last_evaluated_key="+cursor, ""))
			all = append(all, page.Manifests...)
			if page.Last == nil {
				break
			}
			cursor = *page.Last
		}
		tagged := map[string]string{} // digests by tag
		seen, untagged, size := map[string]bool{}, 0, int64(0)
		for i, m := range all {
			seen[m.Digest] = true
			for _, tag := range m.Tags {
				tagged[tag] = m.Digest
			}
			if len(m.Tags) == 0 {
				untagged, size = untagged+1, size+int64(m.Size)
			}
			if i > 0 && m.Pushed.After(all[i-1].Pushed.Time) || m.Pulled != nil && m.Pulled.Before(m.Pushed.Time) {
				t.Errorf("%s: %+v", name, m)
			}
		}
		if len(seen) != len(all) || untagged != r.untagged || len(tagged) != r.tags || size > r.storage() {
			t.Errorf("%s: %d different manifests of %d, %d untagged, %d tags, %d bytes", name, len(seen), len(all), untagged, len(tagged), size)
		}
		for _, tag := range read[page[tagAnswer]](t, ask(t, h, demo, "GET", repository+"/tags?page_size=100", "")).Results {
			if got := tagged[tag.Name]; got != cmp.Or(tag.Digest, got) {
				t.Errorf("%s:%s has the digest %s, want %s", name, tag.Name, got, tag.Digest)
			}
		}
		ask(t, h, demo, "GET", repository, "").want(t, 200, fmt.Sprintf(`"storage_size":%d,`, r.storage()))
	}
	full := 0
	for _, name := range seed.Repos(DemoOrg) {
		if r := makeRepo(DemoOrg, name, noon); r.untagged > r.tags {
			t.Errorf("%s has %d tags, but %d untagged manifests", name, r.tags, r.untagged)
		} else if r.untagged > 0 {
			full++
		}
	}
	if full < 20 {
		t.Errorf("%d repositories have untagged manifests", full)
	}
}
