package sandbox

import "github.com/hubctl/hubctl/internal/sandbox/seed"

var scimArea = area{
	run: func(c conformance) {
		user := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new@example.com","name":{"givenName":"A"}}`
		id := seed.UUID("account", "demo2fa")
		for _, path := range []string{
			"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/" + scimUserSchema,
			"/Users?count=3&startIndex=4", "/Users?filter=userName+eq+%22nobody%22", "/Users?sortBy=userName&sortOrder=descending", "/Users/" + id,
		} {
			c.check(SCIMToken, "GET", "/v2/scim/2.0"+path, "", 200)
			c.check(c.demo, "GET", "/v2/scim/2.0"+path, "", 401)
		}
		for _, path := range []string{"/ResourceTypes/Group", "/Schemas/x", "/Users/x"} {
			c.check(SCIMToken, "GET", "/v2/scim/2.0"+path, "", 404)
		}
		for _, query := range []string{"filter=x", "filter=x+eq+%22y%22", "sortBy=x", "count=0", "startIndex=x"} {
			c.check(SCIMToken, "GET", "/v2/scim/2.0/Users?"+query, "", 400)
		}
		users := "/v2/scim/2.0/Users"
		c.check(SCIMToken, "POST", users, user, 201)
		c.check(SCIMToken, "POST", users, user, 409)
		c.check(SCIMToken, "POST", users, `{"userName":"x@example.com"}`, 400)
		c.check("", "POST", users, user, 401)
		c.check(SCIMToken, "PUT", users+"/"+id, user, 200)
		c.check(SCIMToken, "PUT", users+"/"+id, "", 400)
		c.check(SCIMToken, "PUT", users+"/"+id, `{"schemas":["`+scimUserSchema+`"],"active":true}`, 400)
		c.check(SCIMToken, "PUT", users+"/x", user, 404)
		c.check(c.oat, "PUT", users+"/"+id, user, 401)
	},
}
