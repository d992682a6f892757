package sandbox

import "github.com/hubctl/hubctl/internal/sandbox/seed"

var tokenArea = area{
	unknown: map[string]string{
		"PATCH /v2/access-tokens/{uuid} 400 file": "the recorded database error",
		"PATCH /v2/access-tokens/{uuid} 400 func": "the same",
		"PATCH /v2/access-tokens/{uuid} 400 line": "the same",
	},
	undocumented: map[string]string{
		"* /v2/access-tokens 403":            "reported for sessions of access tokens",
		"* /v2/access-tokens 404":            "a page past the end",
		"* /v2/access-tokens/{uuid} 400":     "the recorded database error, whose status is a guess",
		"PATCH /v2/access-tokens/{uuid} 404": "the file has it for GET and DELETE",
	},
	run: func(c conformance) {
		tokens := "/v2/access-tokens"
		for _, query := range []string{"?page_size=100", "?page=2", "?page_size=1&page=23"} {
			c.check(c.demo, "GET", tokens+query, "", 200)
		}
		c.check("", "GET", tokens, "", 401)
		c.check("x", "GET", tokens, "", 401)
		c.check(c.pat, "GET", tokens, "", 403)
		c.check(c.oat, "GET", tokens, "", 403)
		c.check(c.demo, "GET", tokens+"?page=9", "", 404)
		c.check(c.demo, "GET", tokens+"?page=x", "", 400)
		c.check(c.demo, "POST", tokens, `{"token_label":"x","scopes":["repo:read"],"expires_at":"2027-01-01T00:00:00Z"}`, 201)
		c.check(c.demo, "POST", tokens, `{"token_label":"x"}`, 400)
		c.check(c.demo, "POST", tokens, ``, 400)
		for _, id := range []string{seed.UUID("pat", "demo", "hubtool"), seed.UUID("pat", "demo", "jenkins-prod")} {
			c.check(c.demo, "GET", tokens+"/"+id, "", 200)
			c.check(c.demo, "PATCH", tokens+"/"+id, `{"is_active":false}`, 200)
			c.check(c.demo, "PATCH", tokens+"/"+id, `{"token_label":""}`, 400)
			c.check(c.demo, "DELETE", tokens+"/"+id, "", 202)
			for _, method := range []string{"GET", "PATCH", "DELETE"} {
				c.check(c.demo, method, tokens+"/"+id, "{}", 404)
				c.check(c.demo, method, tokens+"/zz", "{}", 400)
				c.check("", method, tokens+"/"+id, "{}", 401)
			}
		}
	},
}
