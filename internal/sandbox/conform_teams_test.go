package sandbox

var teamArea = area{
	run: func(c conformance) {
		teams := "/v2/orgs/acme/groups"
		for _, path := range []string{teams, teams + "/developers"} {
			c.check(c.demo, "GET", path, "", 200)
			c.check(c.oat, "GET", path, "", 200)
			c.check("", "GET", path, "", 401)
			c.check(c.pat, "GET", path, "", 403)
		}
		c.check(c.demo, "GET", teams+"/none", "", 404)
		c.check(c.demo, "GET", "/v2/orgs/nobody/groups", "", 404)
	},
}
