package sandbox

import "fmt"

var orgArea = area{
	undocumented: map[string]string{
		"PUT /v2/orgs/{name}/settings 400": "the answer to a body without the required fields is not known",
	},
	run: func(c conformance) {
		for _, path := range []string{"/v2/orgs/%s/members?page_size=100", "/v2/orgs/%s/invites", "/v2/orgs/%s/access-tokens", "/v2/orgs/%s/settings"} {
			c.check(c.demo, "GET", fmt.Sprintf(path, "acme"), "", 200)
			c.check("", "GET", fmt.Sprintf(path, "acme"), "", 401)
			c.check(c.pat, "GET", fmt.Sprintf(path, "acme"), "", 403)
			c.check(c.demo, "GET", fmt.Sprintf(path, "nobody"), "", 404)
		}
		settings := "/v2/orgs/acme/settings"
		whole := `{"restricted_images":{"enabled":true,"allow_official_images":true,"allow_verified_publishers":false}}`
		c.check(c.demo, "PUT", settings, whole, 200)
		c.check(c.demo, "PUT", settings, `{"restricted_images":{"enabled":true}}`, 400)
		c.check(c.demo, "PUT", settings, `{}`, 400)
		c.check(c.demo, "PUT", settings, ``, 400)
		c.check("", "PUT", settings, whole, 401)
		c.check(c.pat, "PUT", settings, whole, 403)
		c.check(c.oat, "PUT", settings, whole, 403)
		c.check(c.demo, "PUT", "/v2/orgs/nobody/settings", whole, 404)
	},
}
