package sandbox

import "fmt"

var orgArea = area{
	run: func(c conformance) {
		for _, path := range []string{"/v2/orgs/%s/members?page_size=100", "/v2/orgs/%s/invites", "/v2/orgs/%s/access-tokens"} {
			c.check(c.demo, "GET", fmt.Sprintf(path, "acme"), "", 200)
			c.check("", "GET", fmt.Sprintf(path, "acme"), "", 401)
			c.check(c.pat, "GET", fmt.Sprintf(path, "acme"), "", 403)
			c.check(c.demo, "GET", fmt.Sprintf(path, "nobody"), "", 404)
		}
	},
}
