package sandbox

import "github.com/hubctl/hubctl/internal/sandbox/seed"

var repoArea = area{
	run: func(c conformance) {
		for _, namespace := range []string{"demo", "acme", "library"} {
			repos := "/v2/namespaces/" + namespace + "/repositories"
			c.check(c.demo, "GET", repos+"?page_size=100", "", 200)
			c.check(c.demo, "GET", repos+"?page=999", "", 404)
			c.check(c.demo, "GET", repos+"?ordering=x", "", 400)
			c.check("x", "GET", repos, "", 401)
			c.check("", "GET", repos+"?page=999", "", 403)
			for _, name := range append(seed.Repos(namespace)[:12], "none") {
				status := 200
				if name == "none" {
					status = 404
				}
				for _, method := range []string{"GET", "HEAD"} {
					c.check(c.demo, method, repos+"/"+name, "", status)
					c.check("x", method, repos+"/"+name, "", 401)
				}
				c.check(c.demo, "GET", repos+"/"+name+"/tags?page_size=100", "", status)
			}
		}
		c.check(c.demo, "GET", "/v2/namespaces/nobody/repositories", "", 404)
	},
}
