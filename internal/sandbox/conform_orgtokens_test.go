package sandbox

import (
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var orgTokenArea = area{
	unknown: map[string]string{
		"GET /v2/orgs/{name}/access-tokens 200 results.description":             "Docker's Terraform provider reads it back",
		"POST /v2/orgs/{name}/access-tokens 201 description":                    "the same",
		"* /v2/orgs/{org_name}/access-tokens/{access_token_id} 200 description": "the same",
	},
	undocumented: map[string]string{
		"PATCH /v2/orgs/{org_name}/access-tokens/{access_token_id} 400": "the file has it for POST",
	},
	run: func(c conformance) {
		tokens := "/v2/orgs/acme/access-tokens"
		id := seed.UUID("oat", "acme", "siem-export")
		c.check(c.demo, "GET", tokens+"?page_size=2&page=2", "", 200)
		c.check(c.oat, "GET", tokens, "", 403)
		c.check(c.demo, "POST", tokens, `{"label":"x","expires_at":null,"resources":[{"type":"TYPE_REPO","path":"acme/*","scopes":["scope-image-pull"]}]}`, 201)
		c.check(c.demo, "POST", tokens, `{"label":"x","description":"y","expires_at":"2027-01-01T00:00:00Z","resources":[{"type":"TYPE_ORG","path":"acme","scopes":["scope-member-read"]}]}`, 201)
		c.check(c.demo, "POST", "/v2/orgs/nobody/access-tokens", `{"label":"x"}`, 404)
		read := `"resources":[{"type":"TYPE_ORG","path":"acme","scopes":["scope-member-read"]}]`
		for _, body := range []string{
			``, `{}`, `{"label":"x"}`, `{"label":"x","resources":[]}`, `{"label":"x","expires_at":"2027-11-21T00:00:00Z",` + read + `}`,
			`{"label":"x","description":"` + strings.Repeat("é", 201) + `",` + read + `}`,
			`{"label":"x","resources":[{"type":"TYPE_REPO","path":"acme/none","scopes":["scope-image-pull"]}]}`,
		} {
			c.check(c.demo, "POST", tokens, body, 400)
		}
		c.check("", "POST", tokens, `{"label":"x"}`, 401)
		c.check(c.pat, "POST", tokens, `{"label":"x"}`, 403)
		c.check(c.demo, "GET", tokens+"/"+id, "", 200)
		c.check(c.demo, "PATCH", tokens+"/"+id, `{"is_active":false,"label":"new"}`, 200)
		c.check(c.demo, "PATCH", tokens+"/"+id, `{"label":""}`, 400)
		c.check(c.demo, "PATCH", tokens+"/"+id, `{"resources":[]}`, 400)
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			c.check("", method, tokens+"/"+id, "{}", 401)
			c.check(c.pat, method, tokens+"/"+id, "{}", 403)
			c.check(c.demo, method, tokens+"/"+seed.UUID("none"), "{}", 404)
		}
		c.check(c.demo, "DELETE", tokens+"/"+id, "", 204)
		c.check(c.demo, "DELETE", tokens+"/"+id, "", 404)
	},
}
