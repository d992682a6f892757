package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

func TestLogin(t *testing.T) {
	pat, oat := known(t, "demo", "laptop"), known(t, "acme", "ci-pull")
	for name, try := range map[string]struct {
		path, body string
		status     int
		part       string
	}{
		"password":        {"/v2/users/login", `{"username":"demo","password":"demo-password"}`, 200, `{"token":"ey`},
		"upper case":      {"/v2/users/login", `{"username":"Demo","password":"demo-password"}`, 200, `{"token":"ey`},
		"refresh":         {"/v2/users/login?refresh_token=true", `{"username":"demo","password":"demo-password"}`, 200, `"refresh_token":"`},
		"pat as password": {"/v2/users/login", `{"username":"demo","password":"` + pat + `"}`, 200, `{"token":"ey`},
		"wrong":           {"/v2/users/login", `{"username":"demo","password":"x"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"no such user":    {"/v2/users/login", `{"username":"x","password":"x"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"organization":    {"/v2/users/login", `{"username":"acme","password":"` + oat + `"}`, 401, `{"detail":"Cannot log into an organization account"}`},
		"no body":         {"/v2/users/login", ``, 400, `malformed request: EOF`},
		"not json":        {"/v2/users/login", `x`, 400, `malformed request: `},
		"two bodies":      {"/v2/users/login", `{}{}`, 400, `malformed request: `},
		"mfa":             {"/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`, 401, `{"detail":"Require secondary authentication on MFA enabled account","login_2fa_token":"ey`},
		"mfa forged":      {"/v2/users/2fa-login", `{"login_2fa_token":"a.b.c","code":"123456"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"exchange":        {"/v2/auth/token", `{"identifier":"demo","secret":"demo-password"}`, 200, `{"access_token":"ey`},
		"exchange pat":    {"/v2/auth/token", `{"identifier":"demo","secret":"` + pat + `"}`, 200, `{"access_token":"ey`},
		"exchange oat":    {"/v2/auth/token", `{"identifier":"acme","secret":"` + oat + `"}`, 200, `{"access_token":"ey`},
		"unknown oat":     {"/v2/auth/token", `{"identifier":"demo","secret":"` + oat + `"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"pat of another":  {"/v2/auth/token", `{"identifier":"demo2fa","secret":"` + pat + `"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"org password":    {"/v2/auth/token", `{"identifier":"acme","secret":""}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"no secret":       {"/v2/auth/token", `{"identifier":"demo"}`, 401, `{"detail":"Incorrect authentication credentials"}`},
		"exchange mfa":    {"/v2/auth/token", `{"identifier":"demo2fa","secret":"demo2fa-password"}`, 401, `{"detail":"Require secondary`},
		"mfa with pat":    {"/v2/auth/token", `{"identifier":"demo2fa","secret":"` + known(t, "demo2fa", "cli") + `"}`, 200, `{"access_token":"ey`},
	} {
		t.Run(name, func(t *testing.T) {
			ask(t, New(Options{Now: at(noon)}), "garbage", "POST", try.path, try.body).want(t, try.status, try.part)
		})
	}
}

func TestSecondFactor(t *testing.T) {
	now := noon
	h := New(Options{Now: func() time.Time { return now }})
	r := ask(t, h, "", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`)
	half := read[map[string]string](t, r)["login_2fa_token"]
	ask(t, h, half, "GET", "/v2/user", "").want(t, 401, `{"message":"unauthorized","errinfo":{}}`)

	body := func(code string) string { return fmt.Sprintf(`{"login_2fa_token":%q,"code":%q}`, half, code) }
	ask(t, h, "", "POST", "/v2/users/2fa-login", body("000000")).want(t, 401, `{"detail":"Incorrect authentication credentials"}`)
	r = ask(t, h, "", "POST", "/v2/users/2fa-login?refresh_token=true", body("123456"))
	r.want(t, 200, `"refresh_token":"`)
	ask(t, h, read[map[string]string](t, r)["token"], "GET", "/v2/user", "").want(t, 200, `"username":"demo2fa"`)

	ask(t, h, "", "POST", "/v2/users/2fa-login", fmt.Sprintf(`{"login_2fa_token":%q,"code":"123456"}`, h.Session("demo2fa"))).
		want(t, 401, wrongCredentials)
	now = now.Add(mfaLife)
	ask(t, h, "", "POST", "/v2/users/2fa-login", body("123456")).want(t, 401, wrongCredentials)
}

// TestClaims compares the claims with those of a recorded exchange.
func TestClaims(t *testing.T) {
	h := New(Options{Now: at(noon)})
	secret := known(t, "demo", "dashboard")
	parts := strings.Split(bearer(t, h, "demo", secret), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got["aud"] != origin || got["iss"] != "https://api.docker.com/" || got["scope"] != "repo:public_read" {
		t.Errorf("claims %s", data)
	}
	if life := got["exp"].(float64) - got["iat"].(float64); life != 600 {
		t.Errorf("lives %v s", life)
	}
	custom := got["https://hub.docker.com"].(map[string]any)
	for _, name := range []string{"uuid", "username", "email", "roles", "session_id", "source"} {
		if custom[name] == nil {
			t.Errorf("no claim %s in %s", name, data)
		}
	}
	if !regexp.MustCompile(`^docker_pat\|[0-9a-f-]{36}$`).MatchString(custom["source"].(string)) || custom["session_id"] != got["jti"] {
		t.Errorf("claims %s", data)
	}

	data, _ = base64.RawURLEncoding.DecodeString(strings.Split(h.Session("demo"), ".")[1])
	if !strings.Contains(string(data), `"aud":["https://hub.docker.com"]`) {
		t.Errorf("claims of a login %s", data)
	}
}

func TestBearer(t *testing.T) {
	now := noon
	h := New(Options{Now: func() time.Time { return now }})
	good := bearer(t, h, "demo", "demo-password")
	parts := strings.Split(good, ".")
	other, _ := claims{Audience: audience, Expires: noon.Add(time.Hour).Unix(), Hub: hubClaims{Username: "nobody"}}.sign()
	refused := map[string]string{
		"pat": known(t, "demo", "laptop"), "uuid": seed.UUID("x"), "no scheme": " " + good, "basic": "Basic " + good,
		"forged":   parts[0] + "." + strings.ReplaceAll(parts[1], "a", "b") + "." + parts[2],
		"unsigned": parts[0] + "." + parts[1] + ".", "nobody": other, "dots": "..", "garbage": "Bearer ~",
	}
	for name, b := range refused {
		for _, path := range []string{"/v2/access-tokens", "/v2/namespaces/demo/repositories/api"} { // even for routes without authentication
			r := ask(t, h, b, "GET", path, "")
			if r.status != 401 || r.body != `{"message":"unauthorized","errinfo":{}}` {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
	}
	for _, scheme := range []string{"Bearer ", "JWT ", "bearer "} {
		ask(t, h, scheme+good, "GET", "/v2/user", "").want(t, 200, `"username":"demo"`)
	}
	day := h.Session("demo")
	now = now.Add(tokenLife - time.Second)
	ask(t, h, good, "GET", "/v2/user", "").want(t, 200, "")
	now = now.Add(time.Second)
	ask(t, h, good, "GET", "/v2/user", "").want(t, 401, "unauthorized")
	ask(t, h, day, "GET", "/v2/user", "").want(t, 200, "")
	now = noon.Add(loginLife)
	ask(t, h, day, "GET", "/v2/user", "").want(t, 401, "unauthorized")
	if h.Session("acme") != "" || h.Session("nobody") != "" {
		t.Error("a session for a user who cannot log in")
	}
}

func TestSessionKinds(t *testing.T) {
	h := New(Options{Now: at(noon)})
	sessions := map[string]string{
		"":         "",
		"password": bearer(t, h, "demo", "demo-password"),
		"member":   h.Session("demo2fa"),
		"pat":      bearer(t, h, "demo", known(t, "demo", "ci-github-actions")),
		"oat":      bearer(t, h, "acme", known(t, "acme", "platform-automation")),
		"pull oat": bearer(t, h, "acme", known(t, "acme", "ci-pull")),
	}
	const (
		patRefused = `{"message":"token issued from personal access token is not allowed","errinfo":{}}`
		oatRefused = `{"message":"token issued from organization access token is not allowed","errinfo":{}}`
		noRight    = `{"message":"You don't have permission to perform this action.","errinfo":{}}`
		noScope    = `{"message":"insufficient scope","errinfo":{}}`
		noSession  = `{"message":"unauthorized","errinfo":{}}`
		noLog      = `{"message":"permission denied","errinfo":{}}`
	)
	for _, try := range []struct {
		who, path string
		status    int
		part      string
	}{
		{"", "/v2/access-tokens", 401, noSession},
		{"", "/v2/user", 401, noSession},
		{"", "/v2/user/orgs", 401, noSession},
		{"", "/v2/auditlogs/acme", 401, noSession},
		{"", "/v2/orgs/acme/members", 401, noSession},
		{"password", "/v2/access-tokens", 200, ""},
		{"pat", "/v2/access-tokens", 403, patRefused},
		{"oat", "/v2/access-tokens", 403, oatRefused},
		{"pat", "/v2/user", 200, ""},
		{"pat", "/v2/user/orgs", 200, `"user_role":"Owner"`},
		{"member", "/v2/user/orgs", 200, `"user_role":"Member"`},
		{"oat", "/v2/user", 403, oatRefused},
		{"oat", "/v2/repositories/acme", 403, oatRefused},
		{"oat", "/v2/repositories/acme/monorepo", 403, oatRefused},
		{"oat", "/v2/repositories/acme/monorepo/tags", 403, oatRefused},
		{"oat", "/v2/namespaces/acme/repositories/monorepo/tags", 200, ""},
		{"password", "/v2/orgs/acme/members", 200, `{"count":107,"next":"`},
		{"member", "/v2/orgs/acme/members", 200, ""},
		{"pat", "/v2/orgs/acme/members", 403, noRight},
		{"oat", "/v2/orgs/acme/members", 200, ""},
		{"pull oat", "/v2/orgs/acme/members", 403, noScope},
		{"password", "/v2/orgs/nope/members", 404, `{"detail":"No such organization"}`},
		{"password", "/v2/orgs/demo/members", 404, `{"detail":"No such organization"}`},
		{"password", "/v2/orgs/acme/members?role=editor&page_size=1", 200, `"role":"Editor"`},
		{"password", "/v2/orgs/acme/members?search=AFERR", 200, `{"count":1,"next":null`},
		{"password", "/v2/orgs/acme/invites", 200, `{"data":[{"id":"`},
		{"member", "/v2/orgs/acme/invites", 403, noRight},
		{"pull oat", "/v2/orgs/acme/invites", 403, noScope},
		{"password", "/v2/orgs/acme/access-tokens", 200, `{"total":5,"next":null,"previous":null,"results":[{"id":"`},
		{"member", "/v2/orgs/acme/access-tokens", 403, noRight},
		{"oat", "/v2/orgs/acme/access-tokens", 403, noScope},
		{"password", "/v2/auditlogs/acme", 200, `{"logs":[{`},
		{"password", "/v2/auditlogs/demo", 200, `{"logs":[{`},
		{"password", "/v2/auditlogs/library", 404, `{"message":"account not found","errinfo":{}}`},
		{"member", "/v2/auditlogs/acme", 403, noLog},
		{"pat", "/v2/auditlogs/acme", 403, noLog},
		{"oat", "/v2/auditlogs/acme", 200, ""},
		{"oat", "/v2/auditlogs/demo", 403, noLog},
		{"pull oat", "/v2/auditlogs/acme", 403, noScope},
	} {
		t.Run(strings.TrimSpace(try.who+" "+try.path), func(t *testing.T) {
			ask(t, h, sessions[try.who], "GET", try.path, "").want(t, try.status, try.part)
		})
	}
}

func TestLockout(t *testing.T) {
	now := noon
	h := New(Options{Now: func() time.Time { return now }})
	wrong, right := `{"username":"demo","password":"x"}`, `{"username":"DEMO","password":"demo-password"}`
	for range maxFailures - 1 {
		ask(t, h, "", "POST", "/v2/users/login", wrong).want(t, 401, wrongCredentials)
	}
	ask(t, h, "", "POST", "/v2/users/login", right).want(t, 200, "token") // resets the failures
	for range maxFailures {
		ask(t, h, "", "POST", "/v2/users/login", wrong).want(t, 401, wrongCredentials)
	}
	now = now.Add(time.Minute)
	for path, body := range map[string]string{"/v2/users/login": right, "/v2/auth/token": `{"identifier":"demo","secret":"demo-password"}`} {
		r := ask(t, h, "", "POST", path, body)
		r.want(t, 429, `{"detail":"Too many failed login attempts. You have been locked out for one hour.`)
		if after := r.header.Get("Retry-After"); after != "540" {
			t.Errorf("Retry-After: %s", after)
		}
	}
	ask(t, h, "", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`).want(t, 401, secondFactor)
	ask(t, h, h.Session("demo"), "GET", "/v2/user", "").want(t, 200, "demo")
	now = now.Add(lockoutTime - time.Minute)
	ask(t, h, "", "POST", "/v2/users/login", right).want(t, 200, "token")
}
