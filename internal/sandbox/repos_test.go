package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

type repoPage struct {
	Count   int
	Next    *string
	Results []struct {
		Name    string
		Private bool    `json:"is_private"`
		Pulls   int64   `json:"pull_count"`
		Updated string  `json:"last_updated"`
		Kind    *string `json:"repository_type"`
	}
}

func TestRepos(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	for _, try := range []struct {
		namespace, who string
		least, most    int
	}{
		{"demo", demo, 12, 12},
		{"demo", "", 9, 9},
		{"acme", demo, 251, 251},
		{"acme", "", 120, 180},
		{"library", "", 170, 190},
		{"demo2fa", demo, 0, 0},
	} {
		page := read[repoPage](t, ask(t, h, try.who, "GET", "/v2/namespaces/"+try.namespace+"/repositories?page_size=500", ""))
		if len(page.Results) != min(page.Count, 100) || page.Count < try.least || page.Count > try.most {
			t.Errorf("%s has %d repositories", try.namespace, page.Count)
		}
		for i, r := range page.Results {
			if r.Private && try.who == "" {
				t.Errorf("%s/%s is private", try.namespace, r.Name)
			}
			if i > 0 && r.Updated > page.Results[i-1].Updated {
				t.Errorf("%s is newer than the one before", r.Name)
			}
		}
	}
	for name, n := range map[string][]string{"demo": seed.Repos("demo"), "acme": seed.Repos("acme"), "library": seed.Repos("library")} {
		slices.Sort(n)
		if len(slices.Compact(n)) != len(seed.Repos(name)) {
			t.Errorf("%s has two repositories of the same name", name)
		}
	}
	for path, part := range map[string]string{
		"/v2/namespaces/nobody/repositories":              `{"message":"object not found","errinfo":{}}`,
		"/v2/namespaces/demo/repositories?page=3":         `{"message":"object not found","errinfo":{}}`,
		"/v2/namespaces/demo/repositories/none":           `{"message":"object not found","errinfo":{}}`,
		"/v2/namespaces/demo/repositories/scratchpad":     `{"message":"object not found","errinfo":{}}`,
		"/v2/namespaces/demo/repositories/ci-images/tags": `{"message":"object not found","errinfo":{}}`,
	} {
		ask(t, h, "", "GET", path, "").want(t, 404, part)
	}
	ask(t, h, demo, "GET", "/v2/namespaces/demo/repositories/scratchpad", "").want(t, 200, `"last_updated":null`)
	ask(t, h, demo, "GET", "/v2/namespaces/demo/repositories/scratchpad/tags", "").want(t, 200, `{"count":0,"next":null,"previous":null,"results":[]}`)
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/old-site", "").want(t, 200, `"repository_type":null`)
	ask(t, h, "", "GET", "/v2/repositories/library/nginx", "").want(t, 200, `"pull_count":13114222271,`)
	ask(t, h, demo, "GET", "/v2/repositories/demo/?page_size=5", "").
		want(t, 200, `{"count":12,"next":"https://hub.docker.com/v2/repositories/demo/?page=2&page_size=5"`)
}

func TestRepoOrder(t *testing.T) {
	h := New(Options{Now: at(noon)})
	names := func(query string) []string {
		var all []string
		for _, r := range read[repoPage](t, ask(t, h, h.Session("demo"), "GET", "/v2/namespaces/acme/repositories?page_size=100&"+query, "")).Results {
			all = append(all, r.Name)
		}
		return all
	}
	up := names("ordering=name&name=pay")
	if len(up) != 10 || !slices.IsSorted(up) || up[0] != "payments-admin" {
		t.Errorf("by name: %v", up)
	}
	down := names("ordering=-name&name=pay")
	slices.Reverse(down)
	if !slices.Equal(up, down) {
		t.Errorf("by -name: %v", down)
	}
	pulls := read[repoPage](t, ask(t, h, "", "GET", "/v2/namespaces/library/repositories?page_size=100&ordering=-pull_count", ""))
	if pulls.Results[0].Name != "nginx" || pulls.Results[99].Pulls > pulls.Results[98].Pulls {
		t.Errorf("by -pull_count: %v", pulls.Results[0])
	}
	old := read[repoPage](t, ask(t, h, h.Session("demo"), "GET", "/v2/namespaces/demo/repositories?ordering=-last_updated", ""))
	if old.Results[0].Name != "scratchpad" || old.Results[1].Name != "old-site" {
		t.Errorf("by -last_updated: %v", old.Results)
	}
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories?ordering=size", "").want(t, 400,
		`{"fields":{"ordering":["Invalid ordering value. Must be one of: name, -name, last_updated, -last_updated, pull_count, -pull_count"]},"text":"Invalid ordering value"}`)
}

func TestDeepPaging(t *testing.T) {
	h := New(Options{Now: at(noon)})
	const refused = `{"message":"pagination offset too large for anonymous requests`
	for path, part := range map[string]string{
		"/v2/namespaces/library/repositories?page_size=100&page=2":             refused + `","errinfo":{}}`,
		"/v2/namespaces/library/repositories?page=11":                          refused + `","errinfo":{}}`,
		"/v2/namespaces/acme/repositories/monorepo/tags?page_size=100&page=11": refused + `; sign in to page further","errinfo":{}}`,
		"/v2/repositories/acme/monorepo/tags?page=101":                         refused + `; sign in to page further","errinfo":{}}`,
	} {
		ask(t, h, "", "GET", path, "").want(t, 403, part)
		ask(t, h, h.Session("demo2fa"), "GET", path, "").want(t, 200, `"count":`)
	}
	ask(t, h, "", "GET", "/v2/namespaces/library/repositories?page=10", "").want(t, 200, "")
	ask(t, h, "", "GET", "/v2/namespaces/acme/repositories/monorepo/tags?page_size=100&page=10", "").want(t, 200, "")
}

func TestRights(t *testing.T) {
	h := New(Options{Now: at(noon)})
	pat := func(label string) string { return bearer(t, h, "demo", known(t, "demo", label)) }
	oat := func(label string) string { return bearer(t, h, "acme", known(t, "acme", label)) }
	sessions := map[string]string{
		"password": h.Session("demo"), "member": h.Session("demo2fa"), "admin": pat("ci-github-actions"), "write": pat("laptop"),
		"read": pat("argo-cd"), "public": pat("dashboard"), "oat": oat("platform-automation"), "pull oat": oat("ci-pull"), "": "",
	}
	secret := ""
	for _, name := range seed.Repos("acme") {
		if makeRepo("acme", name, noon).private && makeRepo("acme", name, noon).tags > 10 {
			secret = name
		}
	}
	for _, try := range []struct {
		who, repo    string
		get, del     int
		refusal, may string
	}{
		{"", "demo/api", 200, 401, "unauthorized", `"read":true,"write":false,"admin":false`},
		{"password", "demo/ci-images", 200, 204, "", `"read":true,"write":true,"admin":true`},
		{"admin", "demo/ci-images", 200, 204, "", `"read":true,"write":true,"admin":true`},
		{"write", "demo/ci-images", 200, 403, "insufficient scope", `"read":true,"write":true,"admin":false`},
		{"read", "demo/ci-images", 200, 403, "insufficient scope", `"read":true,"write":false,"admin":false`},
		{"public", "demo/api", 200, 403, "insufficient scope", `"read":true,"write":false,"admin":false`},
		{"public", "demo/ci-images", 404, 404, "object not found", ""},
		{"member", "demo/ci-images", 404, 404, "object not found", ""},
		{"member", "demo/api", 200, 403, "You don't have permission", `"read":true,"write":false,"admin":false`},
		{"password", "acme/" + secret, 200, 204, "", `"admin":true`},
		{"member", "acme/" + secret, 200, 403, "You don't have permission", `"read":true,"write":false,"admin":false`},
		{"oat", "acme/" + secret, 200, 204, "", `"admin":true`},
		{"pull oat", "acme/" + secret, 200, 403, "insufficient scope", `"read":true,"write":false,"admin":false`},
		{"oat", "demo/api", 200, 403, "You don't have permission", `"write":false`},
		{"oat", "demo/ci-images", 404, 404, "object not found", ""},
		{"", "acme/" + secret, 404, 401, "unauthorized", ""},
		{"admin", "library/nginx", 200, 403, "You don't have permission", `"write":false`},
	} {
		t.Run(try.who+" "+try.repo, func(t *testing.T) {
			if err := h.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			namespace, name, _ := strings.Cut(try.repo, "/")
			path := "/v2/namespaces/" + namespace + "/repositories/" + name
			ask(t, h, sessions[try.who], "GET", path, "").want(t, try.get, try.may)
			ask(t, h, sessions[try.who], "DELETE", path+"/tags/latest", "").want(t, try.del, try.refusal)
		})
	}
	list := "/v2/namespaces/acme/repositories"
	all := read[repoPage](t, ask(t, h, sessions["oat"], "GET", list, "")).Count
	some := read[repoPage](t, ask(t, h, sessions["pull oat"], "GET", list, "")).Count
	public := read[repoPage](t, ask(t, h, sessions["public"], "GET", list, "")).Count
	if all != 251 || some >= all || public != some {
		t.Errorf("listed: %d, without scope-repository-list %d, with repo:public_read %d", all, some, public)
	}
}

type tagPage struct {
	Count   int
	Next    *string
	Results []struct {
		ID      int
		Name    string
		Digest  string
		Size    int     `json:"full_size"`
		Updated string  `json:"last_updated"`
		Pulled  *string `json:"tag_last_pulled"`
		Images  []struct {
			Architecture, OS string
			Size             int
		}
	}
}

func TestTags(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	path := "/v2/namespaces/acme/repositories/monorepo/tags"
	names, ids, last := map[string]bool{}, map[int]bool{}, "9"
	unpulled, lacking := 0, 0
	for n := 1; n <= 100; n++ {
		page := read[tagPage](t, ask(t, h, demo, "GET", fmt.Sprintf("%s?page_size=100&page=%d", path, n), ""))
		if page.Count != 10000 || len(page.Results) != 100 || (page.Next == nil) != (n == 100) {
			t.Fatalf("page %d: %d of %d", n, len(page.Results), page.Count)
		}
		for _, tag := range page.Results {
			names[tag.Name], ids[tag.ID] = true, true
			if tag.Updated > last {
				t.Errorf("%s is newer than the one before", tag.Name)
			}
			last = tag.Updated
			if tag.Pulled == nil {
				unpulled++
			}
			if tag.Digest == "" {
				lacking++
			}
			if tag.Size != tag.Images[0].Size {
				t.Errorf("%s has size %d", tag.Name, tag.Size)
			}
		}
	}
	if len(names) != 10000 || len(ids) != 10000 || unpulled == 0 || lacking != 0 {
		t.Errorf("%d names, %d ids, %d never pulled, %d without a digest", len(names), len(ids), unpulled, lacking)
	}
	ask(t, h, demo, "GET", path+"?page_size=100&page=101", "").want(t, 404, `{"message":"httperror 404: object not found","errinfo":{}}`)

	first := read[tagPage](t, ask(t, h, "", "GET", path, "")).Results
	if first[0].Name != "latest" || first[0].Digest != first[1].Digest || first[1].Digest == first[2].Digest {
		t.Errorf("latest is not the newest tag: %+v", first[:3])
	}
	ask(t, h, "", "GET", path+"/"+first[1].Name, "").want(t, 200, `"name":"`+first[1].Name+`"`)
	ask(t, h, "", "GET", path+"/none", "").want(t, 404, `{"message":"httperror 404: tag 'none' not found","errinfo":{"namespace":"acme","repository":"monorepo","tag":"none"}}`)
	oldest := read[tagPage](t, ask(t, h, "", "GET", path+"?ordering=-last_updated&page_size=1", "")).Results[0]
	newest := read[tagPage](t, ask(t, h, "", "GET", path+"?ordering=last_updated&page_size=1", "")).Results[0]
	if oldest.Updated != last || newest.Name != "latest" {
		t.Errorf("orderings: %s, %s", oldest.Updated, newest.Name)
	}
	filtered := read[tagPage](t, ask(t, h, "", "GET", path+"?name=pr-12&ordering=-name&page_size=100", ""))
	if filtered.Count != 250 {
		t.Errorf("%d tags", filtered.Count)
	}
	for i, tag := range filtered.Results {
		if !strings.Contains(tag.Name, "pr-12") || i > 0 && tag.Name < filtered.Results[i-1].Name {
			t.Errorf("filtered: %s", tag.Name)
		}
	}
	for _, namespace := range []string{"library", "demo", "acme"} {
		for _, name := range seed.Repos(namespace) {
			r, seen := makeRepo(namespace, name, noon), map[string]bool{}
			for i := range r.tags {
				seen[r.tagName(i)] = true
			}
			if len(seen) != r.tags {
				t.Errorf("%s has %d names for %d tags", r.path(), len(seen), r.tags)
			}
		}
	}
}

func TestDeleteTag(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	for i, path := range []string{"/v2/namespaces/demo/repositories/api/tags", "/v2/repositories/demo/api/tags"} {
		page := read[tagPage](t, ask(t, h, demo, "GET", path, ""))
		name, next := page.Results[3].Name, page.Results[4].Name
		r := ask(t, h, demo, "DELETE", path+"/"+name, "")
		r.want(t, 204, "")
		if r.body != "" {
			t.Errorf("body %q", r.body)
		}
		ask(t, h, demo, "DELETE", path+"/"+name, "").want(t, 404, "not found")
		ask(t, h, demo, "GET", path+"/"+name, "").want(t, 404, "not found")
		page = read[tagPage](t, ask(t, h, demo, "GET", path, ""))
		if page.Count != 45-i || page.Results[3].Name != next || len(page.Results) != 10 {
			t.Errorf("%d tags remain, %s follows", page.Count, page.Results[3].Name)
		}
	}
	ask(t, h, demo, "GET", "/v2/namespaces/demo/repositories/web/tags", "").want(t, 200, `{"count":38,`)
}
