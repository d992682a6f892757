package sandbox

var tagArea = area{
	undocumented: map[string]string{
		"* /v2/namespaces/{namespace}/repositories/{repository}/tags 400":       "a page that is not a number; the real answer is not known",
		"* /v2/namespaces/{namespace}/repositories/{repository}/tags 401":       "a refused bearer",
		"* /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag} 401": "a refused bearer",
	},
	run: func(c conformance) {
		tags := "/v2/namespaces/acme/repositories/monorepo/tags"
		for _, method := range []string{"GET", "HEAD"} {
			c.check("", method, tags+"?page=100&page_size=100", "", 403)
			c.check(c.demo, method, tags+"?page=100&page_size=100", "", 200)
			c.check(c.demo, method, tags+"?page=x", "", 400)
			c.check(c.demo, method, tags+"?page=999999", "", 404)
			c.check("x", method, tags, "", 401)
			c.check("", method, tags+"/latest", "", 200)
			c.check("", method, tags+"/none", "", 404)
			c.check("x", method, tags+"/none", "", 401)
		}
		c.check(c.oat, "GET", tags, "", 200)
		empty := "/v2/namespaces/demo/repositories/scratchpad/tags"
		c.check(c.demo, "GET", empty, "", 200)
		c.check(c.demo, "HEAD", empty, "", 404)
	},
}
