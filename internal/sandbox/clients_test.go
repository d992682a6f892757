package sandbox

import "testing"

// TestOtherClients: other people's clients of Docker Hub rely on these answers.
func TestOtherClients(t *testing.T) {
	const (
		repos    = "/v2/namespaces/demo/repositories"
		api      = "/v2/repositories/demo/api"
		tags     = repos + "/api/tags"
		oats     = "/v2/orgs/acme/access-tokens"
		resource = `"resources":[{"type":"TYPE_ORG","path":"acme","scopes":["scope-member-read"]}]`
	)
	for _, row := range []struct {
		name  string
		steps []step
	}{
		{"repository without namespace in the body", []step{
			{as: "demo", method: "POST", path: repos, body: `{"name":"new"}`, status: 201, has: []string{`"namespace":"demo"`}},
			{as: "demo", method: "POST", path: repos, body: `{"name":"newer","namespace":"acme"}`, status: 400},
		}},
		{"bulk invitations not nested", []step{
			{as: "demo", method: "POST", path: "/v2/invites/bulk", body: `{"org":"acme","invitees":["new"],"dry_run":true}`, status: 202, has: []string{`{"invitees":[{"invitee":"new","status":"invited"}]}`}},
			{as: "demo", method: "POST", path: "/v2/invites/bulk", body: `{"org":"acme","invitees":["new"]}`, status: 202, has: []string{`{"invitees":[{"invitee":"new","status":"invited","invite":{"id":"`}, lacks: []string{`{"invitees":{`}},
		}},
		{"description of organization access tokens", []step{
			{as: "demo", method: "POST", path: oats, body: `{"label":"x","description":"Of CI",` + resource + `}`, status: 201, has: []string{`"description":"Of CI"`}, keep: []string{"id"}},
			{as: "demo", method: "GET", path: oats + "/{id}", status: 200, has: []string{`"description":"Of CI"`}},
			{as: "demo", method: "PATCH", path: oats + "/{id}", body: `{"label":"y"}`, status: 200, has: []string{`"description":"Of CI"`}},
			{as: "demo", method: "PATCH", path: oats + "/{id}", body: `{"description":""}`, status: 200, has: []string{`"description":""`}},
			{as: "demo", method: "GET", path: oats + "/{id}", status: 200, has: []string{`"label":"y","description":""`}},
		}},
		{"times come back as they were sent", []step{
			{as: "demo", method: "POST", path: "/v2/access-tokens", body: `{"token_label":"x","scopes":["repo:read"],"expires_at":"2029-12-31T23:59:59Z"}`, status: 201, has: []string{`"expires_at":"2029-12-31T23:59:59Z"`}, keep: []string{"uuid"}},
			{as: "demo", method: "GET", path: "/v2/access-tokens/{uuid}", status: 200, has: []string{`"expires_at":"2029-12-31T23:59:59Z"`, `"created_at":"2026-11-20T12:00:00Z"`}},
			{as: "demo", method: "POST", path: "/v2/access-tokens", body: `{"token_label":"x","scopes":["repo:read"],"expires_at":"2029-12-31T23:59:59.120000Z"}`, status: 201, has: []string{`"expires_at":"2029-12-31T23:59:59.12Z"`}},
			{as: "demo", method: "POST", path: oats, body: `{"label":"x","expires_at":"2027-01-31T23:59:59Z",` + resource + `}`, status: 201, has: []string{`"expires_at":"2027-01-31T23:59:59Z"`}, keep: []string{"id"}},
			{as: "demo", method: "GET", path: oats + "/{id}", status: 200, has: []string{`"expires_at":"2027-01-31T23:59:59Z"`}},
		}},
		{"immutable tags in a change of the repository", []step{
			{as: "demo", method: "PATCH", path: api + "/", body: `{"immutable_tags":true,"immutable_tags_rules":"v*,latest"}`, status: 200, has: []string{`"immutable_tags":true,"immutable_tags_rules":"v*,latest"`}},
			{as: "demo", method: "GET", path: repos + "/api", status: 200, has: []string{`"immutable_tags_settings":{"enabled":true,"rules":["v*","latest"]}`}},
		}},
		{"search v4", []step{
			{method: "GET", path: "/api/search/v4?query=nginx&from=0&size=1", status: 200, has: []string{`"total":`, `"id":"`, `"badge":"official"`, `"pull_count":"`, `"categories":[{"`, `"architectures":[{"name":`}},
		}},
		{"scheme without bearer is anonymous", []step{
			{as: "Bearer ", method: "GET", path: repos + "/api", status: 200},
			{as: "JWT ", method: "GET", path: repos + "/api", status: 200},
			{as: "Bearer", method: "GET", path: repos + "/ci-images", status: 404},
			{as: "Bearer x", method: "GET", path: repos + "/api", status: 401},
		}},
		{"last_updated puts the newest repository first", []step{
			{as: "demo", method: "GET", path: repos + "?ordering=last_updated&page_size=1", status: 200, has: []string{`"name":"homelab"`}},
			{as: "demo", method: "GET", path: repos + "?page_size=1", status: 200, has: []string{`"name":"homelab"`}},
			{as: "demo", method: "GET", path: repos + "?ordering=-last_updated&page_size=1", status: 200, has: []string{`"name":"scratchpad"`}},
		}},
		{"name orders tags from Z to A", []step{
			{method: "GET", path: tags + "?ordering=name&page_size=1", status: 200, has: []string{`"name":"latest"`}},
			{method: "GET", path: tags + "?ordering=-name&page_size=1", status: 200, has: []string{`"name":"0.0.1"`}},
			{method: "GET", path: tags + "?ordering=-last_updated&page_size=1", status: 200, has: []string{`"name":"0.0.1"`}},
		}},
		{"digest of tags since the autumn of 2022", []step{
			{method: "GET", path: repos + "/old-site/tags?page_size=1", status: 200, has: []string{`"tag_last_pushed":"2019-`}, lacks: []string{`"content_type":"image","digest":`}},
			{as: "demo", method: "GET", path: "/v2/namespaces/acme/repositories/monorepo/tags?ordering=-last_updated&page_size=1", status: 200, has: []string{`"tag_last_pushed":"2023-`, `"content_type":"image","digest":"sha256:`}},
		}},
		{"own namespaces", []step{
			{as: "demo", method: "GET", path: "/v2/repositories/namespaces/", status: 200, has: []string{`{"namespaces":["demo","acme"]}`}},
			{as: "demo", method: "GET", path: "/v2/repositories/namespaces?page_size=100&page=1", status: 200, has: []string{`{"namespaces":["demo","acme"]}`}},
		}},
		{"immutable tags cannot be deleted", []step{
			{as: "demo", method: "PATCH", path: api, body: `{"immutable_tags":true,"immutable_tags_rules":"0.7.*"}`, status: 200},
			{as: "demo", method: "DELETE", path: api + "/tags/0.7.1/", status: 403},
			{as: "demo", method: "DELETE", path: api + "/tags/0.6.1/", status: 204},
		}},
		{"status of a repository", []step{
			{as: "demo", method: "PATCH", path: repos + "/api", body: `{"status":0}`, status: 200, has: []string{`"status":0,"status_description":"inactive"`}},
			{as: "demo", method: "GET", path: repos + "/api", status: 200, has: []string{`"status":0,"status_description":"inactive"`}},
			{as: "demo", method: "PATCH", path: api + "/", body: `{"status":1}`, status: 200, has: []string{`"status":1,"status_description":"active"`}},
		}},
		{"secret of personal access tokens is masked", []step{
			{as: "demo", method: "POST", path: "/v2/access-tokens", body: `{"token_label":"x","scopes":["repo:read"]}`, status: 201, has: []string{`"token":"dckr_pat_`}, keep: []string{"uuid"}},
			{as: "demo", method: "GET", path: "/v2/access-tokens", status: 200, has: []string{`"token":"***"`}, lacks: []string{`"token":""`, "dckr_pat_"}},
			{as: "demo", method: "GET", path: "/v2/access-tokens/{uuid}", status: 200, has: []string{`"token":"***"`}},
			{as: "demo", method: "PATCH", path: "/v2/access-tokens/{uuid}", body: `{"token_label":"y"}`, status: 200, has: []string{`"token":"***"`}},
		}},
		{"role of teams", []step{
			{as: "demo", method: "GET", path: "/v2/orgs/acme/groups/qa", status: 200, has: []string{`"role":null`}},
			{as: "demo", method: "PATCH", path: "/v2/orgs/acme/groups/qa/", body: `{"role":"release-manager"}`, status: 200, has: []string{`"role":"release-manager"`}},
			{as: "demo", method: "GET", path: "/v2/orgs/acme/groups/qa", status: 200, has: []string{`"role":"release-manager"`}},
			{as: "demo", method: "GET", path: "/v2/orgs/acme/groups?search=qa", status: 200, has: []string{`"role":"release-manager"`}},
			{as: "demo", method: "PUT", path: "/v2/orgs/acme/groups/qa", body: `{"name":"qa","role":"member"}`, status: 200, has: []string{`"role":"release-manager"`}},
		}},
		{"filters of tags and repositories", []step{
			{method: "GET", path: tags + "?architecture=arm64&page_size=1", status: 200, has: []string{`"architecture":"arm64"`}, lacks: []string{`{"count":46,`, `{"count":0,`}},
			{method: "GET", path: tags + "?os=linux&architecture=amd64", status: 200, has: []string{`{"count":46,`}},
			{method: "GET", path: tags + "?os=windows", status: 200, has: []string{`{"count":0,`}},
			{as: "demo", method: "GET", path: repos + "?content_types=helm,plugin", status: 200, has: []string{`{"count":1,`, `"name":"homelab"`}},
			{as: "demo", method: "GET", path: repos + "?media_types=application/vnd.cncf.helm.config.v1%2Bjson", status: 200, has: []string{`{"count":1,`, `"name":"homelab"`}},
			{as: "demo", method: "GET", path: repos + "?content_types=image", status: 200, has: []string{`{"count":11,`}, lacks: []string{`"scratchpad"`}},
		}},
		{"organization of a user leads to the user", []step{
			{as: "demo", method: "GET", path: "/v2/orgs/demo/", status: 302, has: []string{"Location: /v2/users/demo/"}},
			{as: "demo", method: "GET", path: "/v2/users/demo/", status: 200, has: []string{`"type":"User"`}},
			{as: "demo", method: "GET", path: "/v2/orgs/nobody/", status: 404},
		}},
		{"older and unpublished operations", []step{
			{method: "GET", path: "/v2/categories/", status: 200, has: []string{`[{"name":"Networking","slug":"networking"}`}},
			{as: "demo", method: "PATCH", path: api + "/categories/", body: `[{"slug":"security","name":"x"}]`, status: 200, has: []string{`"slug":"security"`}},
			{method: "GET", path: api + "/tags/latest/images", status: 200, has: []string{`[{"architecture":"amd64"`, `"layers":[{"digest":"sha256:`, `"instruction":"`}},
			{method: "GET", path: api + "/stars/count/", status: 200, has: []string{"21"}, lacks: []string{"{"}},
			{as: "demo", method: "POST", path: api + "/stars/", body: `{}`, status: 201},
			{method: "GET", path: api + "/stars/count/", status: 200, has: []string{"22"}},
			{method: "GET", path: "/v2/users/demo/repositories/", status: 200, has: []string{`[{"namespace":"demo","name":"api"},`}, lacks: []string{"ci-images"}},
			{as: "demo", method: "GET", path: "/v2/users/demo/repositories/", status: 200, has: []string{`{"namespace":"demo","name":"ci-images"}`}},
			{as: "demo", method: "POST", path: "/v2/repositories/", body: `{"name":"old-form","namespace":"demo","is_private":true}`, status: 201, has: []string{`"is_private":true`, "Deprecation: @1758240000"}},
			{as: "demo", method: "POST", path: "/v2/repositories/demo/", body: `{"name":"older-form"}`, status: 201, has: []string{"Deprecation: @1758240000"}},
			{as: "demo", method: "POST", path: "/v2/repositories/", body: `{"name":"no-namespace"}`, status: 404},
			{method: "GET", path: "/v2/repositories/demo/", status: 200, has: []string{"Deprecation: @1750982400"}},
			{method: "GET", path: api + "/", status: 200, has: []string{"Deprecation: @1758240000"}},
			{as: "demo", method: "GET", path: "/api/billing/v4/accounts/{acme-id}/hub-plan", status: 200, has: []string{`"name":"business"`, `"seats":`, `"private_repos":`, `"collaborators":`, `"parallel_builds":`}},
			{method: "GET", path: "/api/billing/v4/accounts/{acme-id}/hub-plan", status: 401},
			{as: "demo", method: "GET", path: "/api/billing/v4/accounts/nobody/hub-plan", status: 404},
		}},
		{"organization access tokens need a resource, and SCIM lists are named Resources", []step{
			{as: "demo", method: "POST", path: oats, body: `{"label":"x","resources":[]}`, status: 400},
			{as: "demo", method: "POST", path: oats, body: `{"label":"x"}`, status: 400},
			{as: "Bearer " + SCIMToken, method: "GET", path: "/v2/scim/2.0/Users", status: 200, has: []string{`"Resources":[{`}, lacks: []string{`"resources":`}},
			{as: "Bearer " + SCIMToken, method: "GET", path: "/v2/scim/2.0/Schemas", status: 200, has: []string{`"Resources":[{`}},
			{as: "Bearer " + SCIMToken, method: "GET", path: "/v2/scim/2.0/ResourceTypes", status: 200, has: []string{`"Resources":[{`}},
		}},
		{"missing tag is named", []step{
			{method: "GET", path: tags + "/nope", status: 404, has: []string{`{"message":"httperror 404: tag 'nope' not found","errinfo":{"namespace":"demo","repository":"api","tag":"nope"}}`}},
			{as: "demo", method: "DELETE", path: api + "/tags/nope/", status: 404, has: []string{`tag 'nope' not found`}},
			{method: "GET", path: api + "/tags/nope/images", status: 404, has: []string{`tag 'nope' not found`}},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			replay(t, row.steps)
		})
	}
}
