package sandbox

var memberArea = area{
	run: func(c conformance) {
		all := "/v2/orgs/acme/members"
		for _, query := range []string{"?invites=true&page_size=100&page=2", "?type=invitee", "?type=member", "?role=editor&search=a"} {
			c.check(c.demo, "GET", all+query, "", 200)
		}
		c.check(c.demo, "GET", all+"?page=x", "", 400)
		c.check(c.demo, "GET", all+"?page=99", "", 404)
		c.check(c.demo, "GET", all+"/export", "", 200)
		c.check(c.demo, "PUT", all+"/goliveira", `{"role":"editor"}`, 200)
		c.check(c.oat, "PUT", all+"/goliveira", `{"role":"member"}`, 200)
		c.check(c.demo, "PUT", all+"/goliveira", `{"role":"release-manager"}`, 200)
		c.check(c.demo, "GET", all+"?role=release-manager", "", 200)
		c.check(c.demo, "PUT", all+"/goliveira", `{"role":"king"}`, 400)
		c.check(c.demo, "PUT", all+"/goliveira", ``, 400)
		c.check(c.demo, "PUT", all+"/nobody", `{"role":"editor"}`, 404)
		c.check(c.demo, "DELETE", all+"/aferreira", "", 204)
		c.check(c.demo, "DELETE", all+"/aferreira", "", 404)
		c.check(c.demo, "DELETE", all+"/demo", "", 400)
		for _, of := range []struct{ method, path string }{{"GET", "/export"}, {"PUT", "/demo2fa"}, {"DELETE", "/demo2fa"}} {
			c.check("", of.method, all+of.path, `{"role":"editor"}`, 401)
			c.check(c.pat, of.method, all+of.path, `{"role":"editor"}`, 403)
			c.check(c.demo, of.method, "/v2/orgs/nobody/members"+of.path, `{"role":"editor"}`, 404)
		}
	},
}
