package sandbox

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

type tokenPage struct {
	Count, ActiveCount int
	Next, Previous     *string
	Results            []struct {
		UUID, Token string
		Label       string    `json:"token_label"`
		Scopes      *[]string `json:"scopes"`
		LastUsed    *string   `json:"last_used"`
		Expires     *string   `json:"expires_at"`
		Created     string    `json:"created_at"`
		Generated   string    `json:"generated_by"`
		Active      bool      `json:"is_active"`
	}
}

func TestTokenSeed(t *testing.T) {
	h := New(Options{Now: at(noon)})
	r := ask(t, h, h.Session("demo"), "GET", "/v2/access-tokens?page_size=100", "")
	page := read[tokenPage](t, r)
	if page.Count != 23 || len(page.Results) != 23 || page.Next != nil {
		t.Errorf("%d of %d tokens", len(page.Results), page.Count)
	}
	shape := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z$`)
	soon := noon.Add(7 * day).Format(time.RFC3339)
	has := map[string]int{}
	for i, tok := range page.Results {
		if tok.Token != "***" || !shape.MatchString(tok.Created) {
			t.Errorf("%+v", tok)
		}
		if i > 0 && tok.Created > page.Results[i-1].Created {
			t.Errorf("%s is newer than the one before", tok.Label)
		}
		for name, is := range map[string]bool{
			"no scopes": tok.Scopes == nil, "never used": tok.LastUsed == nil, "inactive": !tok.Active, "auto": tok.Generated != "manual",
			"expired": tok.Expires != nil && *tok.Expires < noon.Format(time.RFC3339),
			"soon":    tok.Expires != nil && *tok.Expires > noon.Format(time.RFC3339) && *tok.Expires < soon,
		} {
			if is {
				has[name]++
			}
		}
	}
	if len(has) != 6 || has["no scopes"] != 1 {
		t.Errorf("kinds of tokens: %v", has)
	}
	if n := strings.Count(r.body, `"is_active":true`); !strings.Contains(r.body, fmt.Sprintf(`"active_count":%d`, n)) {
		t.Errorf("%d tokens are active: %.80s", n, r.body)
	}
}

func TestTokenPages(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	path, seen, size := "/v2/access-tokens?page_size=10", map[string]bool{}, []int{}
	for path != "" {
		page := read[tokenPage](t, ask(t, h, demo, "GET", path, ""))
		for _, tok := range page.Results {
			seen[tok.UUID] = true
		}
		size = append(size, len(page.Results))
		path = ""
		if page.Next != nil {
			path = strings.TrimPrefix(*page.Next, origin)
		}
	}
	if len(seen) != 23 || fmt.Sprint(size) != "[10 10 3]" {
		t.Errorf("%d tokens on pages of %v", len(seen), size)
	}
	for query, part := range map[string]string{
		"":                    `"next":"https://hub.docker.com/v2/access-tokens?page=2","previous":null`,
		"?page=2":             `"next":"https://hub.docker.com/v2/access-tokens?page=3","previous":"https://hub.docker.com/v2/access-tokens?page=1"`,
		"?page_size=5&page=2": `"next":"https://hub.docker.com/v2/access-tokens?page=3&page_size=5"`,
		"?page_size=500":      `"next":null`,
	} {
		ask(t, h, demo, "GET", "/v2/access-tokens"+query, "").want(t, 200, part)
	}
	ask(t, h, demo, "GET", "/v2/access-tokens?page=4", "").want(t, 404, "object not found")
	for _, query := range []string{"page=0", "page=-1", "page=x", "page_size=0", "page=99999999999999999999", "page_size=4294967297"} {
		ask(t, h, demo, "GET", "/v2/access-tokens?"+query, "").want(t, 400, `{"fields":{"page`)
	}
}

func TestTokenLife(t *testing.T) {
	now := noon
	h := New(Options{Now: func() time.Time { return now }})
	demo := h.Session("demo")
	r := ask(t, h, demo, "POST", "/v2/access-tokens", `{"token_label":"mine","scopes":["repo:read"],"expires_at":"2026-11-21T12:00:00.5Z"}`)
	r.want(t, 201, `"last_used":null,"generated_by":"manual","is_active":true,"token":"dckr_pat_`)
	r.want(t, 201, `"token_label":"mine","scopes":["repo:read"],"expires_at":"2026-11-21T12:00:00.5Z"}`)
	made := read[struct{ UUID, Token string }](t, r)
	if !regexp.MustCompile(`^dckr_pat_[A-Za-z0-9]{27}$`).MatchString(made.Token) {
		t.Errorf("secret %s", made.Token)
	}
	path := "/v2/access-tokens/" + made.UUID
	exchange := fmt.Sprintf(`{"identifier":"demo","secret":%q}`, made.Token)
	ask(t, h, demo, "GET", path, "").want(t, 200, `"token":"***"`)
	ask(t, h, demo, "GET", "/v2/access-tokens", "").want(t, 200, `{"count":24,`)
	ask(t, h, h.Session("demo2fa"), "GET", "/v2/access-tokens", "").want(t, 200, `{"count":1,`)
	ask(t, h, h.Session("demo2fa"), "GET", path, "").want(t, 404, "access token not found")
	ask(t, h, h.Session("demo2fa"), "DELETE", path, "").want(t, 404, "access token not found")

	session := bearer(t, h, "demo", made.Token)
	ask(t, h, session, "GET", "/v2/user", "").want(t, 200, "")
	ask(t, h, demo, "GET", path, "").want(t, 200, `"last_used":"2026-11-20T12:00:00Z"`)

	ask(t, h, demo, "PATCH", path, `{"is_active":false,"scopes":["repo:admin"],"expires_at":null}`).
		want(t, 200, `"is_active":false,"token":"***","token_label":"mine","scopes":["repo:read"],"expires_at":"2026-11-21T12:00:00.5Z"}`)
	ask(t, h, session, "GET", "/v2/user", "").want(t, 401, "unauthorized")
	ask(t, h, "", "POST", "/v2/auth/token", exchange).want(t, 401, wrongCredentials)
	ask(t, h, demo, "PATCH", path, `{"is_active":true,"token_label":"yours"}`).want(t, 200, `"token_label":"yours"`)
	ask(t, h, session, "GET", "/v2/user", "").want(t, 200, "")

	now = noon.Add(day)
	late := bearer(t, h, "demo", made.Token)
	now = now.Add(500 * time.Millisecond)
	ask(t, h, late, "GET", "/v2/user", "").want(t, 401, "unauthorized")
	ask(t, h, "", "POST", "/v2/auth/token", exchange).want(t, 401, wrongCredentials)

	now = noon
	r = ask(t, h, demo, "DELETE", path, "")
	r.want(t, 202, "")
	if r.body != "" {
		t.Errorf("body %q", r.body)
	}
	ask(t, h, session, "GET", "/v2/user", "").want(t, 401, "unauthorized")
	ask(t, h, "", "POST", "/v2/auth/token", exchange).want(t, 401, wrongCredentials)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		ask(t, h, demo, method, path, "{}").want(t, 404, "access token not found")
	}
	ask(t, h, demo, "GET", "/v2/access-tokens", "").want(t, 200, `{"count":23,`)
}

// TestSeededToken changes a token of the seed, which is in no file yet.
func TestSeededToken(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	first := read[tokenPage](t, ask(t, h, demo, "GET", "/v2/access-tokens", "")).Results[0]
	path := "/v2/access-tokens/" + first.UUID
	ask(t, h, demo, "PATCH", path, `{"token_label":"changed"}`).want(t, 200, `"token_label":"changed"`)
	ask(t, h, demo, "GET", "/v2/access-tokens", "").want(t, 200, `{"count":23,`)
	ask(t, h, demo, "DELETE", path, "").want(t, 202, "")
	ask(t, h, demo, "GET", path, "").want(t, 404, "")
	ask(t, h, demo, "GET", "/v2/access-tokens", "").want(t, 200, `{"count":22,`)
	if err := h.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask(t, h, demo, "GET", path, "").want(t, 200, first.Label)
	for _, s := range seed.Tokens("demo") {
		if s.Expires < 0 || s.Inactive {
			body := fmt.Sprintf(`{"identifier":"demo","secret":%q}`, s.Secret)
			ask(t, New(Options{Now: at(noon)}), "", "POST", "/v2/auth/token", body).want(t, 401, wrongCredentials)
		}
	}
}

func TestTokenRefused(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	long := strings.Repeat("ä", 100)
	for body, part := range map[string]string{
		``:                         `{"fields":{},"text":"malformed request: EOF"}`,
		`{"token_label":7}`:        `{"fields":{},"text":"malformed request: `,
		`{"scopes":["repo:read"]}`: `{"fields":{"token_label":["`,
		`{"token_label":"","scopes":["repo:read"]}`:                                             `{"fields":{"token_label":["`,
		`{"token_label":"` + long + `x","scopes":["repo:read"]}`:                                `{"fields":{"token_label":["`,
		`{"token_label":"x"}`:                                                                   `{"fields":{"scopes":["`,
		`{"token_label":"x","scopes":[]}`:                                                       `{"fields":{"scopes":["`,
		`{"token_label":"x","scopes":["repo:read","repo:own"]}`:                                 `{"fields":{"scopes":["Unknown scope: repo:own"]},"text":"Invalid scopes"}`,
		`{"token_label":"x","scopes":["repo:read"],"expires_at":"tomorrow"}`:                    `{"fields":{"expires_at":["`,
		`{"token_label":"x","scopes":["repo:read"],"expires_at":"2027-01-01T00:00:00+02:00"}`:   `{"fields":{"expires_at":["`,
		`{"token_label":"x","scopes":["repo:read"],"expires_at":"2026-11-20T12:00:00.000000Z"}`: `{"fields":{"expires_at":["Must be in the future."]}`,
	} {
		ask(t, h, demo, "POST", "/v2/access-tokens", body).want(t, 400, part)
	}
	ask(t, h, demo, "GET", "/v2/access-tokens", "").want(t, 200, `{"count":23,`)
	ask(t, h, demo, "POST", "/v2/access-tokens", `{"token_label":"`+long+`","scopes":["repo:read"],"expires_at":null}`).want(t, 201, long)

	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		ask(t, h, demo, method, "/v2/access-tokens/zz", "{}").want(t, 400, `"error_code":"invalid_text_representation"`)
		ask(t, h, demo, method, "/v2/access-tokens/zz", "{}").want(t, 400, `"uuid":"zz"},"file":"/go/src/`)
		ask(t, h, demo, method, "/v2/access-tokens/"+seed.UUID("none"), "{}").want(t, 404, `{"message":"access token not found","errinfo":{}}`)
	}
	ask(t, h, demo, "PATCH", "/v2/access-tokens/"+seed.UUID("pat", "demo", "test"), `{"token_label":""}`).want(t, 400, `"token_label"`)
	ask(t, h, demo, "PATCH", "/v2/access-tokens/"+seed.UUID("pat", "demo", "test"), ``).want(t, 400, `malformed request: EOF`)
}
