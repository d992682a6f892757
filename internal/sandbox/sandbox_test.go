package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const origin = "https://hub.docker.com"

// noon is the time in most tests.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends one request to a hub; bearer "" is anonymous.
func ask(t *testing.T, h http.RoundTripper, bearer, method, path, body string) reply {
	t.Helper()
	return send(t, h, method, path, body, func(head http.Header) {
		if bearer != "" && !strings.Contains(bearer, " ") {
			bearer = "Bearer " + bearer
		}
		if bearer != "" {
			head.Set("Authorization", bearer)
		}
	})
}

// send sends one request to a hub; set sets its header.
func send(t *testing.T, h http.RoundTripper, method, path, body string, set func(http.Header)) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, origin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	set(r.Header)
	resp, err := h.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{resp.StatusCode, resp.Header, string(data)}
}

func (r reply) want(t *testing.T, status int, part string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, part) {
		t.Errorf("%d %s\nwant %d %s", r.status, r.body, status, part)
	}
}

func read[T any](t *testing.T, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return v
}

// bearer exchanges a secret for a session.
func bearer(t *testing.T, h *Hub, identifier, secret string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"identifier": identifier, "secret": secret})
	r := ask(t, h, "", "POST", "/v2/auth/token", string(body))
	if r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return read[struct {
		Token string `json:"access_token"`
	}](t, r).Token
}

// known returns a secret from Accounts.
func known(t *testing.T, user, label string) string {
	t.Helper()
	for _, a := range Accounts() {
		for _, s := range a.Tokens {
			if a.User == user && s.Label == label {
				return s.Secret
			}
		}
	}
	t.Fatalf("%s has no token %s", user, label)
	return ""
}

func TestRoutes(t *testing.T) {
	var seen []string
	h := New(Options{Now: at(noon), Record: func(method, template string, _ int) { seen = append(seen, method+" "+template) }})
	demo := h.Session("demo")

	ask(t, h, "", "GET", "/v2/nope", "").want(t, 404, "<title>404 : Docker</title>")
	ask(t, h, "", "GET", "/v2/access-tokens//", "").want(t, 404, "<title>404 : Docker</title>")
	ask(t, h, "", "DELETE", "/v2/access-tokens/../../v2/user", "").want(t, 404, "<title>404 : Docker</title>")
	ask(t, h, demo, "GET", "/v2/namespaces/demo/repositories/", "").want(t, 404, "<title>404 : Docker</title>")
	r := ask(t, h, "", "PUT", "/v2/access-tokens", "")
	r.want(t, 405, "405 Method Not Allowed")
	if allow := r.header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow: %s", allow)
	}
	if seen != nil {
		t.Errorf("recorded %v", seen)
	}
	for _, path := range []string{
		"/v2/user/", "/v2/user", "/v2/user/orgs/", "/v2/orgs/acme/members/", "/v2/repositories/demo/", "/v2/repositories/demo/api/",
		"/v2/repositories/demo/api/tags/", "/v2/repositories/demo/api/tags/latest/", "/v2/access-tokens/",
	} {
		ask(t, h, demo, "GET", path, "").want(t, 200, "{")
	}
	ask(t, h, demo, "HEAD", "/v2/namespaces/demo/repositories/api/tags/latest", "").want(t, 200, "")
	if last := seen[len(seen)-1]; last != "HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}" {
		t.Errorf("recorded %s", last)
	}
	if !slices.Contains(seen, "GET /v2/user") {
		t.Errorf("recorded %v", seen)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	h := New(Options{Now: at(noon)})
	for path, status := range map[string]int{
		"/v2/namespaces/demo/repositories/api":               200,
		"/v2/namespaces/demo/repositories/none":              404,
		"/v2/namespaces/demo/repositories/api/tags":          200,
		"/v2/namespaces/demo/repositories/api/tags/none":     404,
		"/v2/namespaces/demo/repositories/scratchpad":        404,
		"/v2/namespaces/library/repositories?page_size=1000": 200,
	} {
		if r := ask(t, h, "", "HEAD", path, ""); r.status != status || r.body != "" {
			t.Errorf("%s: %d %q, want %d", path, r.status, r.body, status)
		}
	}
}

func TestRateLimit(t *testing.T) {
	now := noon.Add(20*time.Second + time.Millisecond)
	h := New(Options{Now: func() time.Time { return now }, RateLimit: 3})
	for left := 2; left >= 0; left-- {
		r := ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/api", "")
		r.want(t, 200, "")
		for name, want := range map[string]string{"Limit": "3", "Remaining": string(rune('0' + left)), "Reset": "1795176060"} {
			if got := r.header.Get("X-RateLimit-" + name); got != want {
				t.Errorf("X-RateLimit-%s: %s, want %s", name, got, want)
			}
		}
	}
	for _, path := range []string{"/v2/namespaces/demo/repositories/api", "/v2/nope"} {
		r := ask(t, h, "", "GET", path, "")
		r.want(t, 429, `{"detail":"Rate limit exceeded","error":false}`)
		if a, b := r.header.Get("Retry-After"), r.header.Get("X-Retry-After"); a != "40" || b != "1795176060" {
			t.Errorf("Retry-After: %s, X-Retry-After: %s", a, b)
		}
	}
	ask(t, h, h.Session("demo"), "GET", "/v2/user", "").want(t, 200, "demo") // another caller
	now = now.Add(time.Minute)
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/api", "").want(t, 200, "")

	free := New(Options{Now: at(noon)})
	for range anonymousLimit + 2 {
		ask(t, free, "", "GET", "/v2/nope", "").want(t, 404, "")
	}
	if r := ask(t, free, free.Session("demo"), "GET", "/v2/user", ""); r.header.Get("X-RateLimit-Limit") != "600" {
		t.Errorf("limit of an account: %v", r.header)
	}
}

func TestEmpty(t *testing.T) {
	h := New(Options{Now: at(noon), Empty: true})
	demo := h.Session("demo")
	for path, part := range map[string]string{
		"/v2/access-tokens":                `{"count":0,"next":null,"previous":null,"results":[],"active_count":0}`,
		"/v2/namespaces/demo/repositories": `{"count":0,"next":null,"previous":null,"results":[]}`,
		"/v2/auditlogs/acme":               `{"logs":[]}`,
		"/v2/orgs/acme/invites":            `{"data":[]}`,
		"/v2/orgs/acme/access-tokens":      `{"total":0,"next":null,"previous":null,"results":[]}`,
		"/v2/orgs/acme/members":            `"username":"demo"`,
		"/v2/orgs/acme/groups":             `{"count":1,"next":null,"previous":null,"results":[{"id":104200,`,
		"/v2/user/orgs":                    `"orgname":"acme"`,
	} {
		ask(t, h, demo, "GET", path, "").want(t, 200, part)
	}
	body := `{"identifier":"demo","secret":"` + known(t, "demo", "laptop") + `"}`
	ask(t, h, "", "POST", "/v2/auth/token", body).want(t, 401, wrongCredentials)
}

// TestSameWorld: two processes on the same day have the same data.
func TestSameWorld(t *testing.T) {
	a, b := New(Options{Now: at(noon)}), New(Options{Now: at(noon.Add(5 * time.Hour))})
	for _, path := range []string{"/v2/access-tokens", "/v2/namespaces/acme/repositories", "/v2/namespaces/acme/repositories/monorepo/tags", "/v2/auditlogs/acme", "/v2/orgs/acme/members"} {
		one, two := ask(t, a, a.Session("demo"), "GET", path, ""), ask(t, b, b.Session("demo"), "GET", path, "")
		if one.status != 200 || one.body != two.body {
			t.Errorf("%s: %d, and the answers differ", path, one.status)
		}
	}
}
