package sandbox

var repoEditArea = area{
	run: func(c conformance) {
		repos := "/v2/namespaces/demo/repositories"
		c.check(c.demo, "POST", repos, `{"namespace":"demo","name":"new","description":"New","full_description":"# New","is_private":true}`, 201)
		c.check(c.demo, "POST", repos, `{"namespace":"demo","name":"new"}`, 400)
		c.check(c.demo, "POST", repos, `{"namespace":"demo","name":"No"}`, 400)
		c.check(c.demo, "POST", repos, ``, 400)
		c.check("", "POST", repos, `{"namespace":"demo","name":"newer"}`, 401)
		c.check(c.pat, "POST", repos, `{"namespace":"demo","name":"newer"}`, 403)
		c.check(c.demo, "POST", "/v2/namespaces/nobody/repositories", `{"namespace":"nobody","name":"newer"}`, 404)
		c.check(c.demo, "GET", repos+"/new", "", 200)
		c.check(c.demo, "GET", repos+"/scratchpad", "", 200) // locked
		c.check(c.demo, "GET", repos+"/old-site", "", 200)   // archived
		c.check(c.demo, "GET", repos+"/new/tags", "", 200)
		c.check(c.oat, "PATCH", "/v2/namespaces/acme/repositories/monorepo/immutabletags", `{"immutable_tags":false,"immutable_tags_rules":[]}`, 200)
		for path, body := range map[string]string{
			"/immutabletags":        `{"immutable_tags":true,"immutable_tags_rules":["v.*"]}`,
			"/immutabletags/verify": `{"regex":"v.*"}`,
		} {
			method := map[bool]string{true: "PATCH", false: "POST"}[path == "/immutabletags"]
			c.check(c.demo, method, repos+"/api"+path, body, 200)
			c.check(c.demo, method, repos+"/api"+path, `{"immutable_tags":true,"immutable_tags_rules":["("],"regex":"("}`, 400)
			c.check(c.demo, method, repos+"/api"+path, ``, 400)
			c.check("", method, repos+"/api"+path, body, 401)
			c.check(c.pat, method, repos+"/api"+path, body, 403)
			c.check(c.demo, method, repos+"/none"+path, body, 404)
		}
	},
}
