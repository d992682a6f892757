package sandbox

import "fmt"

var repoShareArea = area{
	run: func(c conformance) {
		groups := "/v2/repositories/%s/monorepo/groups"
		acme := fmt.Sprintf(groups, "acme")
		body := `{"group_id":104217,"permission":"write"}`
		c.check(c.demo, "POST", acme, body, 400)
		ask(c.t, c.hub, c.demo, "DELETE", acme+"/104217", "")
		c.check(c.demo, "POST", acme, body, 200)
		c.check(c.demo, "POST", acme, `{"group_id":104217,"permission":"all"}`, 400)
		c.check(c.demo, "POST", acme, ``, 400)
		c.check("", "POST", acme, body, 401)
		c.check(c.oat, "POST", acme, body, 403)
		c.check(c.demo, "POST", acme, `{"group_id":1,"permission":"read"}`, 404)
		c.check(c.demo, "POST", fmt.Sprintf(groups, "demo"), body, 404)
	},
}
