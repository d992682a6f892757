package sandbox

import (
	"fmt"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var inviteArea = area{
	undocumented: map[string]string{
		"POST /v2/invites/bulk 401": "the file lacks it, unlike for similar operations",
		"POST /v2/invites/bulk 403": "the same",
		"POST /v2/invites/bulk 404": "the same",
	},
	run: func(c conformance) {
		bulk := "/v2/invites/bulk"
		c.check(c.demo, "POST", bulk, `{"org":"acme","team":"qa","role":"member","invitees":["new@example.com","new","demo2fa","?"]}`, 202)
		c.check(c.oat, "POST", bulk, `{"org":"acme","invitees":["newer"],"dry_run":true}`, 202)
		for _, body := range []string{
			``, `{}`, `{"org":"acme"}`, `{"org":"acme","invitees":["a"],"role":"king"}`, `{"org":"acme","invitees":["a"],"team":"none"}`,
		} {
			c.check(c.demo, "POST", bulk, body, 400)
		}
		var many []string
		for i := range seats {
			many = append(many, fmt.Sprintf(`"p%d"`, i))
		}
		c.check(c.demo, "POST", bulk, `{"org":"acme","invitees":[`+strings.Join(many, ",")+`]}`, 409)
		c.check("", "POST", bulk, `{"org":"acme","invitees":["a"]}`, 401)
		c.check(c.pat, "POST", bulk, `{"org":"acme","invitees":["a"]}`, 403)
		c.check(c.demo, "POST", bulk, `{"org":"nobody","invitees":["a"]}`, 404)

		id := "/v2/invites/" + seed.UUID("invite", DemoOrg, "tchen")
		c.check(c.demo, "PATCH", id+"/resend", "", 204)
		c.check(c.oat, "PATCH", id+"/resend", "", 204)
		c.check("", "PATCH", id+"/resend", "", 401)
		c.check("", "DELETE", id, "", 401)
		c.check(c.pat, "DELETE", id, "", 403)
		c.check(c.oat, "DELETE", id, "", 204)
		c.check(c.demo, "DELETE", id, "", 404)
		c.check(c.demo, "PATCH", id+"/resend", "", 404)
	},
}
