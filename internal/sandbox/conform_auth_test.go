package sandbox

import "fmt"

var authArea = area{
	unknown: map[string]string{
		"POST /v2/users/login 200 refresh_token":     "sent by Docker's tools with ?refresh_token=true, which answers it",
		"POST /v2/users/2fa-login 200 refresh_token": "the same",
	},
	undocumented: map[string]string{
		"POST /v2/users/login 400": "malformed request: EOF was reported",
	},
	run: func(c conformance) {
		c.check("", "POST", "/v2/users/login?refresh_token=true", `{"username":"demo","password":"demo-password"}`, 200)
		c.check("", "POST", "/v2/users/login", `{"username":"demo","password":"x"}`, 401)
		c.check("", "POST", "/v2/users/login", `{"username":"acme","password":"x"}`, 401)
		c.check("", "POST", "/v2/users/login", ``, 400)
		c.check("", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`, 401)
		half := read[map[string]string](c.t, ask(c.t, c.hub, "", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`))["login_2fa_token"]
		c.check("", "POST", "/v2/users/2fa-login", fmt.Sprintf(`{"login_2fa_token":%q,"code":"1"}`, half), 401)
		c.check("", "POST", "/v2/users/2fa-login?refresh_token=true", fmt.Sprintf(`{"login_2fa_token":%q,"code":"123456"}`, half), 200)
		c.check("", "POST", "/v2/auth/token", `{"identifier":"demo","secret":"demo-password"}`, 200)
		c.check("", "POST", "/v2/auth/token", `{"identifier":"demo","secret":"x"}`, 401)
	},
}
