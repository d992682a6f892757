package sandbox

import (
	"strings"
	"testing"
)

const ns = "/v2/namespaces/"

func TestRepoLife(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	repos := ns + "demo/repositories"
	ask(t, h, demo, "POST", repos, `{"namespace":"demo","name":"new","description":"New","full_description":"# New"}`).
		want(t, 201, `"description":"New","is_private":false,"star_count":0,"pull_count":0,"last_updated":null`)
	ask(t, h, "", "GET", repos+"/new", "").want(t, 200, `"full_description":"# New"`)
	ask(t, h, "", "GET", repos+"/new/tags", "").want(t, 200, `{"count":0,"next":null,"previous":null,"results":[]}`)
	ask(t, h, demo, "GET", repos, "").want(t, 200, `{"count":13,`)

	ask(t, h, demo, "PATCH", repos+"/new", `{"full_description":"# Changed"}`).want(t, 200, `"full_description":"# Changed"`)
	ask(t, h, "", "GET", repos+"/new", "").want(t, 200, `"description":"New"`)
	ask(t, h, demo, "PATCH", repos+"/api", `{"description":"Mine"}`).want(t, 200, `"description":"Mine"`)
	ask(t, h, "", "GET", repos+"/api", "").want(t, 200, `"full_description":"# api\n\nREST API of the demo app.`)

	ask(t, h, demo, "POST", "/v2/repositories/demo/new/privacy", `{"is_private":true}`).want(t, 200, "")
	ask(t, h, "", "GET", repos+"/new", "").want(t, 404, "object not found")
	ask(t, h, "", "GET", repos, "").want(t, 200, `{"count":9,`)
	ask(t, h, demo, "POST", "/v2/repositories/demo/ci-images/privacy", `{"is_private":false}`).want(t, 200, "")
	ask(t, h, "", "GET", repos+"/ci-images/tags", "").want(t, 200, `{"count":24,`)

	for _, name := range []string{"new", "api"} {
		ask(t, h, demo, "DELETE", "/v2/repositories/demo/"+name+"/", "").want(t, 202, "")
		ask(t, h, demo, "DELETE", "/v2/repositories/demo/"+name+"/", "").want(t, 404, "object not found")
		ask(t, h, demo, "GET", repos+"/"+name, "").want(t, 404, "object not found")
	}
	ask(t, h, demo, "GET", repos, "").want(t, 200, `{"count":11,`)
	ask(t, h, demo, "POST", repos, `{"namespace":"demo","name":"api"}`).want(t, 201, `"full_description":""`)
	ask(t, h, demo, "GET", repos+"/api/tags", "").want(t, 200, `{"count":0,`)
	for _, part := range []string{"repo.create", "repo.update", "repo.change_privacy", "repo.delete"} {
		ask(t, h, demo, "GET", "/v2/auditlogs/demo?page_size=100", "").want(t, 200, part)
	}
}

func TestRepoRefused(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	for _, try := range []struct {
		who, method, path, body string
		status                  int
		part                    string
	}{
		{demo, "POST", ns + "demo/repositories", `{"namespace":"demo","name":"api"}`, 400, "already exists"},
		{demo, "POST", ns + "demo/repositories", `{"namespace":"acme","name":"x1"}`, 400, "Invalid namespace"},
		{demo, "POST", ns + "demo/repositories", `{"namespace":"demo","name":"a__b"}`, 400, "Invalid name"},
		{demo, "POST", ns + "demo/repositories", `{"namespace":"demo","name":"x1","description":"` + strings.Repeat("é", 51) + `"}`, 400, "Invalid description"},
		{demo, "PATCH", ns + "demo/repositories/api", `{"full_description":"` + strings.Repeat("x", 25001) + `"}`, 400, "Invalid full_description"},
		{demo, "POST", ns + "library/repositories", `{"namespace":"library","name":"x1"}`, 403, "permission"},
		{h.Session("demo2fa"), "POST", ns + "acme/repositories", `{"namespace":"acme","name":"x1"}`, 403, "permission"},
		{bearer(t, h, "demo", known(t, "demo", "laptop")), "PATCH", ns + "demo/repositories/api", `{}`, 403, "insufficient scope"},
		{bearer(t, h, "acme", known(t, "acme", "ci-pull")), "PATCH", ns + "acme/repositories/monorepo", `{}`, 403, "insufficient scope"},
		{bearer(t, h, "acme", known(t, "acme", "platform-automation")), "PATCH", ns + "acme/repositories/monorepo", `{}`, 200, ""},
		{bearer(t, h, "acme", known(t, "acme", "platform-automation")), "DELETE", "/v2/repositories/acme/monorepo/", ``, 403, "organization access token"},
		{demo, "POST", "/v2/repositories/demo/api/privacy", `{}`, 400, "is_private"},
		{demo, "DELETE", "/v2/repositories/library/nginx/", ``, 403, "permission"},
		{demo, "PATCH", ns + "demo/repositories/api/immutabletags", `{"immutable_tags":true,"immutable_tags_rules":["1","2","3","4","5","6"]}`, 400, "at most 5"},
		{demo, "PATCH", ns + "demo/repositories/api/immutabletags", `{"immutable_tags":true}`, 400, "required"},
		{"", "POST", "/v2/repositories/library/nginx/stars/", `{}`, 401, "unauthorized"},
		{demo, "GET", "/v2/users/acme/repositories/starred", ``, 404, "object not found"},
	} {
		ask(t, h, try.who, try.method, try.path, try.body).want(t, try.status, try.part)
	}
}

func TestStars(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	starred := "/v2/users/demo/repositories/starred"
	ask(t, h, "", "GET", starred+"?page_size=100", "").want(t, 200, `{"count":5,`)
	ask(t, h, demo, "GET", ns+"library/repositories/nginx", "").want(t, 200, `"has_starred":true`)
	for range 2 {
		ask(t, h, demo, "DELETE", "/v2/repositories/library/nginx/stars/", "").want(t, 204, "")
		ask(t, h, demo, "POST", "/v2/repositories/library/httpd/stars/", "{}").want(t, 201, "")
	}
	ask(t, h, demo, "POST", "/v2/repositories/demo/ci-images/stars/", "{}").want(t, 201, "")
	ask(t, h, demo, "GET", ns+"library/repositories/nginx", "").want(t, 200, `"star_count":21188,`)
	ask(t, h, demo, "GET", starred, "").want(t, 200, `{"count":6,`)
	ask(t, h, "", "GET", starred, "").want(t, 200, `{"count":5,`)
	ask(t, h, demo, "DELETE", "/v2/repositories/demo/ci-images", "").want(t, 202, "")
	ask(t, h, demo, "GET", starred, "").want(t, 200, `{"count":5,`)
	ask(t, h, "", "GET", "/v2/users/demo2fa/repositories/starred", "").want(t, 200, `{"count":0,`)
}

func TestImmutable(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	path := ns + "acme/repositories/monorepo"
	ask(t, h, demo, "PATCH", path+"/immutabletags", `{"immutable_tags":true,"immutable_tags_rules":["v.*"]}`).
		want(t, 200, `"immutable_tags_settings":{"enabled":true,"rules":["v.*"]}`)
	ask(t, h, "", "GET", path, "").want(t, 200, `"immutable_tags_settings":{"enabled":true,"rules":["v.*"]}`)
	ask(t, h, "", "GET", ns+"acme/repositories/gateway-api", "").want(t, 200, `"immutable_tags_settings":{"enabled":false,"rules":[]}`)
	ask(t, h, demo, "POST", path+"/immutabletags/verify", `{"regex":"late.*|v0.0.[12]"}`).want(t, 200, `{"tags":["latest","v0.0.2","v0.0.1"]}`)
	ask(t, h, demo, "POST", path+"/immutabletags/verify", `{"regex":"none"}`).want(t, 200, `{"tags":[]}`)
}
