package sandbox

var auditArea = area{
	run: func(c conformance) {
		c.check(c.demo, "GET", "/v2/auditlogs/acme?page_size=100", "", 200)
		c.check(c.demo, "GET", "/v2/auditlogs/acme?page=9", "", 200)
		c.check(c.demo, "GET", "/v2/auditlogs/acme?from=x", "", 400)
		c.check(c.demo, "GET", "/v2/auditlogs/nobody", "", 404)
		c.check(c.pat, "GET", "/v2/auditlogs/demo", "", 403)
	},
}
