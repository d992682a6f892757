package sandbox

import (
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const anyResource = `"resources":[{"type":"TYPE_ORG","path":"acme","scopes":["scope-member-read"]}]`

// TestOrgTokenQuota: expired and inactive tokens count, deleted ones do not.
func TestOrgTokenQuota(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: func() time.Time { return noon }})
	demo := h.Session("demo")
	create := func() reply {
		return ask(t, h, demo, "POST", "/v2/orgs/acme/access-tokens", `{"label":"x",`+anyResource+`}`)
	}
	for range orgTokenQuota - len(seed.OrgTokens(DemoOrg)) {
		create().want(t, 201, `"token":"dckr_oat_`)
	}
	create().want(t, 400, "limit reached")
	ask(t, h, demo, "GET", "/v2/orgs/acme/access-tokens", "").want(t, 200, `{"total":100,`)
	ask(t, h, demo, "DELETE", "/v2/orgs/acme/access-tokens/"+seed.UUID("oat", DemoOrg, "payments-deploy"), "").want(t, 204, "")
	create().want(t, 201, "")
	create().want(t, 400, "limit reached")
}

// TestOrgTokenEnds: a session ends with the token that bought it.
func TestOrgTokenEnds(t *testing.T) {
	t.Parallel()
	now := noon
	h := New(Options{Now: func() time.Time { return now }, Empty: true})
	demo := h.Session("demo")
	ends := `"` + noon.Add(2*time.Minute).Format(time.RFC3339) + `"`
	made := read[orgTokenAnswer](t, ask(t, h, demo, "POST", "/v2/orgs/acme/access-tokens",
		`{"label":"x","expires_at":`+ends+`,"resources":[{"type":"TYPE_ORG","path":"acme","scopes":["scope-member-read"]}]}`))
	session := bearer(t, h, "acme", made.Token)
	ask(t, h, session, "GET", "/v2/orgs/acme/members", "").want(t, 200, "")
	ask(t, h, demo, "GET", "/v2/orgs/acme/access-tokens/"+made.ID, "").want(t, 200, `"last_used_at":"2`)
	now = noon.Add(3 * time.Minute)
	ask(t, h, session, "GET", "/v2/orgs/acme/members", "").want(t, 401, "")
	ask(t, h, "", "POST", "/v2/auth/token", `{"identifier":"acme","secret":"`+made.Token+`"}`).want(t, 401, "")
}

// TestSCIMReset: the Hub deactivates a user that is sent without a state.
func TestSCIMReset(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: func() time.Time { return noon }})
	path := "/v2/scim/2.0/Users/" + seed.UUID("account", "demo")
	body := `{"schemas":["` + scimUserSchema + `"],"userName":"demo@example.com","name":{"givenName":"D"}`
	ask(t, h, SCIMToken, "PUT", path, body+`,"active":true}`).want(t, 200, `"active":true`)
	ask(t, h, SCIMToken, "PUT", path, body+`}`).want(t, 200, `"active":false`)
	ask(t, h, SCIMToken, "GET", path, "").want(t, 200, `"active":false`)
}
