package sandbox

import "testing"

// TestReplay sends the requests of other people's clients of Docker Hub, in their
// order. Each step has what the client relies on.
func TestReplay(t *testing.T) {
	var (
		asJSON = map[string]string{"Content-Type": "application/json"}
		tool   = map[string]string{"Accept": "application/json", "User-Agent": "hub-tool/v0.4.6 (linux; amd64)"}
		mcp    = map[string]string{"Accept": "application/json", "User-Agent": "DockerHub-MCP-Server/1.0.0"}
		oat    = `{"identifier":"acme","secret":"` + known(t, "acme", "platform-automation") + `"}`
		pat    = `{"identifier":"demo","secret":"` + known(t, "demo", "laptop") + `"}`
	)
	for client, steps := range map[string][]step{
		"hub-tool": {
			{method: "POST", path: "/v2/users/login?refresh_token=true", body: `{"username":"demo2fa","password":"demo2fa-password"}`, header: asJSON, status: 401, has: []string{`"detail":"Require secondary authentication on MFA enabled account"`}, keep: []string{"login_2fa_token"}},
			{method: "POST", path: "/v2/users/2fa-login?refresh_token=true", body: `{"code":"123456","login_2fa_token":"{login_2fa_token}"}`, header: asJSON, status: 200, has: []string{`"token":"`, `"refresh_token":"`}},
			{method: "POST", path: "/v2/users/login?refresh_token=true", body: `{"username":"demo","password":"demo-password"}`, header: asJSON, status: 200, has: []string{`"refresh_token":"`}, keep: []string{"token"}},
			{as: "Bearer {token}", method: "GET", path: "/v2/user/", header: tool, status: 200, has: []string{`"username":"demo"`, `"full_name":`, `"location":`, `"company":`, `"date_joined":`, `"profile_url":`}, keep: []string{"id"}},
			{as: "Bearer {token}", method: "GET", path: "/api/billing/v4/accounts/{id}/hub-plan", header: tool, status: 200, has: []string{`"name":"free"`, `"seats":`, `"private_repos":`, `"teams":`, `"collaborators":`, `"parallel_builds":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/user/orgs/?page_size=100", header: tool, status: 200, has: []string{`"count":1,"next":null`, `"orgname":"acme"`, `"full_name":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups/?page_size=100", header: tool, status: 200, has: []string{`"name":"owners"`, `"description":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups/owners/members/?page_size=100", header: tool, status: 200, has: []string{`"username":"demo"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/members/?page_size=1", header: tool, status: 200, has: []string{`"count":`, `"full_name":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/demo/?page_size=25&page=1&ordering=last_updated", header: tool, status: 200, has: []string{`"next":null`, `"results":[{"name":"homelab"`, `"pull_count":`, `"star_count":`, `"is_private":true`, `"last_updated":"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/demo/api/tags/?page_size=25&page=1&ordering=-name", header: tool, status: 200, has: []string{`"results":[{`, `"name":"0.0.1"`, `"last_updater_username":`, `"images":[{`, `"full_size":`, `"tag_last_pulled":`, `"tag_last_pushed":`, `"tag_status":`}},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/repositories/demo/api/tags/0.0.1/", header: tool, status: 204},
			{as: "Bearer {token}", method: "GET", path: "/v2/access-tokens?page_size=100", header: tool, status: 200, has: []string{`"active_count":`, `"uuid":"`, `"last_used":`, `"created_at":`, `"creator_ip":`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/access-tokens", body: `{"token_label":"ci","scopes":["repo:admin"]}`, header: asJSON, status: 201, has: []string{`"token":"dckr_pat_`}, keep: []string{"uuid"}},
			{as: "Bearer {token}", method: "PATCH", path: "/v2/access-tokens/{uuid}", body: `{"token_label":"ci","is_active":false}`, header: asJSON, status: 200, has: []string{`"is_active":false`}},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/access-tokens/{uuid}", header: tool, status: 202},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/repositories/demo/web/", header: tool, status: 202},
		},
		"terraform-provider-docker": {
			{method: "POST", path: "/v2/users/login", body: `{"username":"demo","password":"demo-password"}`, header: asJSON, status: 200, keep: []string{"token"}},
			{method: "POST", path: "/v2/users/login", body: `{"username":"acme","password":"x"}`, header: asJSON, status: 401, has: []string{`"detail":"Cannot log into an organization account"`}},
			{method: "POST", path: "/v2/auth/token", body: oat, header: asJSON, status: 200, has: []string{`"access_token":"`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/namespaces/demo/repositories", body: `{"name":"tf","description":"d","full_description":"# f","registry":"docker","is_private":true}`, header: asJSON, status: 201, has: []string{`"name":"tf"`, `"namespace":"demo"`, `"is_private":true`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/demo/tf/", header: asJSON, status: 200, has: []string{`"description":"d"`, `"full_description":"# f"`, `"permissions":{"read":true,"write":true,"admin":true}`, `"immutable_tags":false`}},
			{as: "Bearer {token}", method: "PATCH", path: "/v2/repositories/demo/tf/", body: `{"description":"","full_description":"","immutable_tags":true,"immutable_tags_rules":"v*,latest"}`, header: asJSON, status: 200, has: []string{`"description":""`, `"immutable_tags_rules":"v*,latest"`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/repositories/demo/tf/privacy", body: `{"is_private":false}`, header: asJSON, status: 200},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/repositories/demo/tf/", header: asJSON, status: 202},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/demo/tf/", header: asJSON, status: 404},
			{as: "Bearer {token}", method: "GET", path: "/v2/namespaces/demo/repositories/api/tags", header: asJSON, status: 200, has: []string{`"next":"https://hub.docker.com/v2/namespaces/demo/repositories/api/tags?page=2"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/demo/api/tags/latest", header: asJSON, status: 200, has: []string{`"digest":"sha256:`, `"v2":true`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/orgs/acme/groups/", body: `{"id":0,"uuid":"","name":"tf-team","description":"d","member_count":0}`, header: asJSON, status: 201, has: []string{`"name":"tf-team"`, `"uuid":"`}, keep: []string{"id"}},
			{as: "Bearer {token}", method: "POST", path: "/v2/orgs/acme/groups/tf-team/members/", body: `{"member":"bokafor"}`, header: asJSON, status: 200},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups/tf-team/members/", header: asJSON, status: 200, has: []string{`"count":1,"next":null`, `"username":"bokafor"`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/repositories/acme/monorepo/groups/", body: `{"group_id":{id},"group_name":"","permission":"read"}`, header: asJSON, status: 200, has: []string{`"group_id":{id}`, `"permission":"read"`}},
			{as: "Bearer {token}", method: "PATCH", path: "/v2/repositories/acme/monorepo/groups/{id}/", body: `{"group_id":0,"group_name":"","permission":"write"}`, header: asJSON, status: 200, has: []string{`"permission":"write"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/acme/monorepo/groups/{id}/", header: asJSON, status: 200, has: []string{`"permission":"write"`}},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/repositories/acme/monorepo/groups/{id}/", header: asJSON, status: 204},
			{as: "Bearer {token}", method: "PATCH", path: "/v2/orgs/acme/groups/tf-team/", body: `{"id":0,"uuid":"","name":"tf-team","description":"e","member_count":0}`, header: asJSON, status: 200, has: []string{`"description":"e"`}},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/orgs/acme/groups/tf-team/", header: asJSON, status: 204},
			{as: "Bearer {token}", method: "POST", path: "/v2/invites/bulk", body: `{"org":"acme","team":"","invitees":["tf@example.com"],"role":"member","dry_run":false}`, header: asJSON, status: 202, has: []string{`{"invitees":[{"invitee":"tf@example.com","status":"invited","invite":{"id":"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/invites", header: asJSON, status: 200, has: []string{`{"data":[{"id":"`, `"invitee":"tf@example.com"`}},
			{as: "Bearer {token}", method: "PUT", path: "/v2/orgs/acme/settings", body: `{"restricted_images":{"enabled":true,"allow_official_images":true,"allow_verified_publishers":true}}`, header: asJSON, status: 200},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/settings/", header: asJSON, status: 200, has: []string{`"restricted_images":{"enabled":true`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/settings/registry-access-management", header: asJSON, status: 200, has: []string{`"standard_registries":[{"id":"DockerHub"`, `"custom_registries":`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/access-tokens", body: `{"token_label":"tf","scopes":["repo:read"],"expires_at":"2029-12-31T23:59:59Z"}`, header: asJSON, status: 201, has: []string{`"expires_at":"2029-12-31T23:59:59Z"`, `"token":"dckr_pat_`}},
			{as: "Bearer {token}", method: "POST", path: "/v2/orgs/acme/access-tokens", body: `{"label":"tf","description":"of a plan","resources":[{"type":"TYPE_REPO","path":"acme/*","scopes":["scope-image-pull"]}],"expires_at":"2027-10-31T23:59:59Z"}`, header: asJSON, status: 201, has: []string{`"description":"of a plan"`, `"expires_at":"2027-10-31T23:59:59Z"`, `"token":"dckr_oat_`}, keep: []string{"id"}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/access-tokens/{id}", header: asJSON, status: 200, has: []string{`"description":"of a plan"`, `"resources":[{"type":"TYPE_REPO"`}},
			{as: "Bearer {token}", method: "DELETE", path: "/v2/orgs/acme/access-tokens/{id}", header: asJSON, status: 204},
		},
		"hub-mcp": {
			{method: "POST", path: "/v2/users/login", body: `{"username":"demo","password":"` + known(t, "demo", "laptop") + `"}`, header: asJSON, status: 200, keep: []string{"token"}},
			{as: "Bearer {token}", method: "GET", path: "/v2/user/orgs?page=1&page_size=10", header: mcp, status: 200, has: []string{`"user_role":"Owner"`, `"user_groups":[`, `"plan_name":`, `"org_groups_count":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/namespaces/demo/repositories?page=1&page_size=10&ordering=last_updated&content_types=image", header: mcp, status: 200, has: []string{`"results":[{"name":"homelab"`, `"content_types":["image"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/namespaces/library/repositories/nginx/tags?page=1&page_size=10&architecture=amd64&os=linux", header: mcp, status: 200, has: []string{`"architecture":"amd64"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/namespaces/demo/repositories/api/tags/latest", header: mcp, status: 200, has: []string{`"name":"latest"`}},
			{method: "HEAD", path: "/v2/namespaces/demo/repositories/api", header: mcp, status: 200},
			{method: "HEAD", path: "/v2/namespaces/demo/repositories/api/tags/none", header: mcp, status: 404},
			{as: "{demo}", method: "POST", path: "/v2/namespaces/demo/repositories", body: `{"namespace":"demo","name":"mcp","description":"","is_private":false,"full_description":"","registry":"docker.io"}`, header: mcp, status: 201},
			{as: "{demo}", method: "PATCH", path: "/v2/namespaces/demo/repositories/api", body: `{"description":"d","status":0}`, header: mcp, status: 200, has: []string{`"status":0`}},
			{method: "GET", path: "/api/search/v4?custom_boosted_results=true&query=official&badges=official&type=image&categories=web-servers&architectures=amd64&operating_systems=linux&from=0&size=10&sort=pull_count&order=desc", header: mcp, status: 200, has: []string{`"total":`, `"results":[{"id":"`, `"short_description":`, `"slug":"web-servers"`}},
		},
		"dockerhub-description": {
			{method: "POST", path: "/v2/auth/token", body: `{"identifier":"demo","secret":"demo-password"}`, header: asJSON, status: 200, keep: []string{"access_token"}},
			{as: "Bearer {access_token}", method: "PATCH", path: "/v2/repositories/demo/api", body: `{"full_description":"# API","description":"short"}`, header: asJSON, status: 200},
			{as: "Bearer {access_token}", method: "PATCH", path: "/v2/repositories/demo/none", body: `{"full_description":"# API"}`, header: asJSON, status: 404},
		},
		"docker-pushrm": {
			{method: "POST", path: "/v2/users/login", body: `{"username":"demo","password":"demo-password"}`, header: asJSON, status: 200, keep: []string{"token"}},
			{as: "JWT {token}", method: "PATCH", path: "/v2/repositories/demo/api/", body: `{"full_description":"# API"}`, header: asJSON, status: 200, has: []string{`"full_description":"# API"`}},
			{method: "POST", path: "/v2/users/login", body: `{"username":"demo","password":"wrong"}`, header: asJSON, status: 401, has: []string{`{"detail":"Incorrect authentication credentials"}`}},
		},
		"actions-toolkit": {
			{method: "POST", path: "/v2/users/login?refresh_token=true", body: `{"username":"demo","password":"demo-password"}`, header: asJSON, status: 200, keep: []string{"token"}},
			{as: "JWT {token}", method: "GET", path: "/v2/repositories/demo/api", header: asJSON, status: 200, has: []string{`"name":"api"`, `"full_description":`}},
			{as: "JWT {token}", method: "PATCH", path: "/v2/repositories/demo/api", body: `{"full_description":"# API"}`, header: asJSON, status: 200, has: []string{`"full_description":"# API"`}},
			{as: "JWT {token}", method: "GET", path: "/v2/repositories/demo/api/tags?page_size=100", header: asJSON, status: 200, has: []string{`"next":null`, `"name":"latest"`}},
		},
		"baton-dockerhub": {
			{method: "POST", path: "/v2/users/login", body: `{"username":"demo","password":"demo-password"}`, header: asJSON, status: 200, keep: []string{"token"}},
			{as: "Bearer {token}", method: "GET", path: "/v2/users/demo/orgs", header: asJSON, status: 200, has: []string{`"orgname":"acme"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme", header: asJSON, status: 200, has: []string{`"id":"`, `"orgname":"acme"`, `"full_name":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/members?page=1&page_size=50", header: asJSON, status: 200, has: []string{`"next":"https://`, `"email":"`, `"role":"Owner"`, `"groups":["owners"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups", header: asJSON, status: 200, has: []string{`"member_count":`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups/owners/members", header: asJSON, status: 200, has: []string{`"results":[{"`, `"username":"demo"`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/orgs/acme/groups/developers/repositories", header: asJSON, status: 200, has: []string{`"results":[`}},
			{as: "Bearer {token}", method: "GET", path: "/v2/repositories/acme/monorepo/groups", header: asJSON, status: 200, has: []string{`"group_name":"`, `"group_id":`, `"permission":"`}},
		},
		"dockerhub-cleanup": {
			{method: "POST", path: "/v2/auth/token", body: `{"identifier":"demo","secret":"demo-password"}`, header: asJSON, status: 200, keep: []string{"access_token"}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/namespaces/demo/repositories?page_size=100", status: 200, has: []string{`"next":null`, `"results":[{"name":"`}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/namespaces/demo/repositories/web/tags?page_size=100", status: 200, has: []string{`"next":null`, `"digest":"sha256:`, `"tag_last_pulled":`, `"tag_last_pushed":"`}, lacks: []string{`"content_type":"image"}`}},
			{as: "Bearer {access_token}", method: "DELETE", path: "/v2/namespaces/demo/repositories/web/tags/latest", status: 204},
			{as: "Bearer {access_token}", method: "DELETE", path: "/v2/namespaces/demo/repositories/web/tags/latest", status: 404, has: []string{`tag 'latest' not found`}},
		},
		"Harbor": {
			{as: "Bearer ", method: "GET", path: "/v2/repositories/library/?page=1&page_size=100", status: 200, has: []string{`"results":[{"name":"`, `"namespace":"library"`}},
			{method: "POST", path: "/v2/auth/token", body: pat, header: asJSON, status: 200, keep: []string{"access_token"}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/repositories/namespaces", status: 200, has: []string{`{"namespaces":["demo","acme"]}`}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/orgs/demo/", status: 302, has: []string{"Location: /v2/users/demo/"}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/users/demo/", status: 200},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/orgs/nobody/", status: 404},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/repositories/demo/?name=api&page=1&page_size=100", status: 200, has: []string{`{"count":1,"next":null`}},
			{as: "Bearer {access_token}", method: "GET", path: "/v2/repositories/demo/api/tags/?page=1&page_size=100", status: 200, has: []string{`"next":null`, `"name":"latest"`}},
			{as: "{demo}", method: "DELETE", path: "/v2/repositories/demo/api/tags/latest/", status: 204},
		},
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			replay(t, steps)
		})
	}
}
