package sandbox

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type searchPage struct {
	Total   int
	Results []searched
}

type searched struct {
	ID, Name, Badge string
	Pulls           string `json:"pull_count"`
	Updated         string `json:"updated_at"`
	Architectures   []facet
	Categories      []category
	Archived        bool
}

func TestSearchV4(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	find := func(query string) searchPage {
		t.Helper()
		r := ask(t, h, "", "GET", "/api/search/v4?"+query, "")
		r.want(t, 200, `{"total":`)
		return read[searchPage](t, r)
	}
	if got := find("query=nginx"); got.Results[0].ID != "library/nginx" || got.Results[0].Name != "nginx" || got.Results[0].Pulls != "10B+" {
		t.Errorf("nginx: %+v", got.Results[0])
	}
	if got := find("query=demo+app&size=2"); got.Total != 3 || len(got.Results) != 2 || got.Results[0].Badge != "none" {
		t.Errorf("several words: %+v", got)
	}
	for badge, namespace := range map[string]string{"official": "library/", "verified_publisher": "acme/", "none": "demo/"} {
		got := find("size=100&badges=" + badge)
		if got.Total == 0 || slices.ContainsFunc(got.Results, func(r searched) bool {
			return r.Badge != badge || !strings.HasPrefix(r.ID, namespace)
		}) {
			t.Errorf("%s: %+v", badge, got)
		}
	}
	all, both := find(""), find("badges=official,none")
	if both.Total == 0 || both.Total >= all.Total || find("badges=open_source").Total != 0 {
		t.Errorf("%d of %d", both.Total, all.Total)
	}
	for _, r := range find("architectures=ppc64le&operating_systems=linux&categories=web-servers&type=image").Results {
		if !slices.Contains(r.Architectures, facet{"ppc64le", "PowerPC 64 LE"}) || r.Categories[0].Slug != "web-servers" {
			t.Errorf("%+v", r)
		}
	}
	if none := ask(t, h, "", "GET", "/api/search/v4?type=plugin", ""); none.body != `{"total":0,"results":[]}` {
		t.Errorf("plugins: %s", none.body)
	}
	newest, oldest := find("sort=updated_at").Results[0], find("sort=updated_at&order=asc&query=demo").Results[0]
	if newest.Updated <= oldest.Updated {
		t.Errorf("%s is not newer than %s", newest.Updated, oldest.Updated)
	}
	first, second := find("size=1").Results[0], find("size=1&from=1").Results[0]
	if first.ID == second.ID || len(find("from=100000").Results) != 0 {
		t.Errorf("%s, then %s", first.ID, second.ID)
	}
	if got := find("query=first+project").Results[0]; !got.Archived {
		t.Errorf("not archived: %+v", got)
	}
	for _, query := range []string{"from=-1", "size=0", "size=x", "sort=stars", "order=up", "badges=gold"} {
		ask(t, h, "", "GET", "/api/search/v4?"+query, "").want(t, 400, `{"fields":{"`)
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1K+", 9999: "5K+", 50_000: "50K+", 1_000_000: "1M+", 13_114_222_271: "10B+",
	} {
		if got := rounded(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestSearchV4Conformance compares a result with the recorded shape, whose folder is in
// HUBCTL_API_SAMPLES.
func TestSearchV4Conformance(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	data, err := os.ReadFile(filepath.Join(dir, "shape-search-v4.json"))
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, New(Options{Now: at(noon)}), "", "GET", "/api/search/v4?query=nginx&size=1", "")
	shape, answer := map[string]any{}, map[string]any{}
	for text, v := range map[string]*map[string]any{string(data): &shape, got.body: &answer} {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			t.Fatal(err)
		}
	}
	sameKeys(t, "", shape, answer)
}

// sameKeys compares the keys of objects, at any depth.
func sameKeys(t *testing.T, at string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		if a, b := slices.Sorted(maps.Keys(w)), slices.Sorted(maps.Keys(g)); !slices.Equal(a, b) {
			t.Errorf("%s has %v, want %v", at, b, a)
		}
		for key, v := range w {
			sameKeys(t, at+"."+key, v, g[key])
		}
	case []any:
		if g, _ := got.([]any); len(g) > 0 {
			sameKeys(t, at, w[0], g[0])
		}
	}
}
