package sandbox

var auditArea = area{
	run: func(c conformance) {
		c.check(c.demo, "GET", "/v2/auditlogs/acme?page_size=100", "", 200)
		c.check(c.demo, "GET", "/v2/auditlogs/acme?page=999", "", 200)
		c.check(c.demo, "GET", "/v2/auditlogs/acme?from=x", "", 400)
		c.check(c.demo, "GET", "/v2/auditlogs/nobody", "", 404)
		for _, path := range []string{"/v2/auditlogs/acme", "/v2/auditlogs/demo", "/v2/auditlogs/acme/actions", "/v2/auditlogs/demo/actions"} {
			c.check(c.demo, "GET", path, "", 200)
			c.check("", "GET", path, "", 401)
			c.check(c.pat, "GET", path, "", 403)
		}
		c.check(c.demo, "GET", "/v2/auditlogs/nobody/actions", "", 404)
	},
}
