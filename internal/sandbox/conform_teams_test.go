package sandbox

var teamArea = area{
	undocumented: map[string]string{
		"PUT /v2/orgs/{org_name}/groups/{group_name} 400":          "a name that is missing or taken; the real answer is not known",
		"PATCH /v2/orgs/{org_name}/groups/{group_name} 400":        "the same",
		"POST /v2/orgs/{org_name}/groups 404":                      "an organization that does not exist",
		"POST /v2/orgs/{org_name}/groups/{group_name}/members 400": "a body that is not JSON",
	},
	run: func(c conformance) {
		teams := "/v2/orgs/acme/groups"
		team := teams + "/developers"
		for _, path := range []string{teams, team, team + "/members?page_size=100&search=a"} {
			c.check(c.demo, "GET", path, "", 200)
			c.check(c.oat, "GET", path, "", 200)
			c.check("", "GET", path, "", 401)
			c.check(c.pat, "GET", path, "", 403)
		}
		c.check(c.demo, "GET", teams+"?search=dev&username=demo", "", 200)
		c.check(c.demo, "GET", teams+"/none", "", 404)
		c.check(c.demo, "GET", teams+"/none/members", "", 404)
		c.check(c.demo, "GET", "/v2/orgs/nobody/groups", "", 404)

		c.check(c.oat, "POST", teams, `{"name":"robots"}`, 201)
		c.check(c.oat, "PUT", teams+"/robots", `{"name":"robots","description":"Of CI"}`, 200)
		c.check(c.oat, "PATCH", teams+"/robots", `{"role":"editor"}`, 200)
		c.check(c.oat, "POST", teams+"/robots/members", `{"member":"bokafor"}`, 200)
		c.check(c.oat, "DELETE", teams+"/robots", "", 204)
		c.check(c.demo, "POST", teams, `{"name":"docs","description":"Write"}`, 201)
		c.check(c.demo, "POST", teams, `{"name":"docs"}`, 400)
		c.check(c.demo, "POST", teams, `{"name":"?"}`, 400)
		c.check(c.demo, "POST", teams, `{}`, 400)
		c.check(c.demo, "POST", teams, ``, 400)
		c.check(c.demo, "POST", "/v2/orgs/nobody/groups", `{"name":"docs"}`, 404)
		c.check(c.demo, "PUT", teams+"/docs", `{"name":"docs"}`, 200)
		c.check(c.demo, "PUT", teams+"/docs", `{"description":""}`, 400)
		c.check(c.demo, "PATCH", teams+"/docs", `{"name":"writers"}`, 200)
		c.check(c.demo, "PATCH", teams+"/writers", `{"name":"qa"}`, 400)
		c.check(c.demo, "PATCH", teams+"/writers", `{"role":"release-manager"}`, 200)
		c.check(c.demo, "PATCH", teams+"/writers", `{"role":"king"}`, 400)
		c.check(c.demo, "PATCH", teams+"/owners", `{"role":"member"}`, 403)
		c.check(c.demo, "PATCH", teams+"/owners", `{"name":"bosses"}`, 403)
		c.check(c.demo, "DELETE", teams+"/owners", "", 403)
		c.check(c.demo, "DELETE", teams+"/writers", "", 204)
		c.check(c.demo, "POST", team+"/members", `{"member":"bokafor"}`, 200)
		c.check(c.demo, "POST", team+"/members", `{"member":"nobody"}`, 404)
		c.check(c.demo, "POST", team+"/members", ``, 400)
		c.check(c.demo, "DELETE", team+"/members/bokafor", "", 204)
		c.check(c.demo, "DELETE", team+"/members/bokafor", "", 404)
		for _, of := range []struct{ method, path, body string }{
			{"POST", teams, `{"name":"docs"}`},
			{"PUT", team, `{"name":"x"}`},
			{"PATCH", team, `{}`},
			{"DELETE", team, ""},
			{"POST", team + "/members", `{"member":"demo"}`},
			{"DELETE", team + "/members/demo", ""},
		} {
			c.check("", of.method, of.path, of.body, 401)
			c.check(c.pat, of.method, of.path, of.body, 403)
		}
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			c.check(c.demo, method, teams+"/none", `{"name":"none"}`, 404)
		}
	},
}
