package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// secretFields are names that a secret goes by.
var secretFields = []string{
	"password", "Password", "new_password", "passwd", "secret", "client_secret", "token", "TOKEN", "access_token", "refresh_token", "login_2fa_token",
	"code", "device_code", "credential", "authorization", "api_key", "apikey", "x-api_key", "cookie", "set-cookie", "bearer", "hook_url",
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, name := range secretFields {
		for _, text := range []string{`{"%s":"hunter2"}`, `{"a":1, "%s" : "hunter2","b":2}`, "{\n  \"%s\":\n \"hunter2\"}", `{"%s":"\"hunter2\\"}`, `{"%s":"hunter2`, `{"%s":"hunter2\`, `[{"x":{"%s":"hunter2`, "{\"%s\":\"\\\nhunter2\"}"} {
			if got := Redact(strings.ReplaceAll(text, "%s", name)); strings.Contains(got, "hunter2") || !strings.Contains(got, `"`+redacted+`"`) {
				t.Errorf("%s: %s became %s", name, text, got)
			}
		}
	}
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-9"
	for text, want := range map[string]string{
		"": "",
		`{"token_label":"ci","tokens":"3","uuid":"a","message":"m","code":5,"secret":null}`: `{"token_label":"ci","tokens":"3","uuid":"a","message":"m","code":5,"secret":null}`,
		`{"token":"a","label":"b"}`:                `{"token":"[redacted]","label":"b"}`,
		`{"token":""}`:                             `{"token":"[redacted]"}`,
		"Bearer " + jwt + ".":                      "Bearer [redacted].",
		jwt + "," + jwt:                            "[redacted],[redacted]",
		jwt[:strings.LastIndex(jwt, ".")+1]:        "[redacted]",
		"the token dckr_pat_Ab-c_9 is not allowed": "the token [redacted] is not allowed",
		"dckr_oat_x/dckr_pat_y":                    "[redacted]/[redacted]",
		"eyJ.a.b v1.2.3":                           "eyJ.a.b v1.2.3",
	} {
		if got := Redact(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for i, s := range []string{"", `"`, `\`, "\n", "é\xff", `\"}`, "a\\\nb", "<>&"} {
		f.Add(uint(i), s, s, i*7)
	}
	f.Fuzz(func(t *testing.T, field uint, before, inside string, end int) {
		name := secretFields[field%uint(len(secretFields))]
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(len(inside)%2 == 0)
		if err := e.Encode(map[string]any{"a": strings.ReplaceAll(before, "hunter", ""), name: "hunter2" + inside + "hunter3"}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{b.String(), b.String()[:max(0, end)%(b.Len()+1)]} {
			if got := Redact(text); regexp.MustCompile("hunter[23]").MatchString(got) {
				t.Errorf("%s became %s", text, got)
			}
		}
	})
}

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"https://h/v2/x":                                  "https://h/v2/x",
		"https://h/v2/x?page=2&page_size=100":             "https://h/v2/x?page=2&page_size=100",
		"https://h/x?z=%2F&token=hunter2&a=b":             "https://h/x?z=%2F&token=[redacted]&a=b",
		"https://h/x?Access_Token=hunter2":                "https://h/x?Access_Token=[redacted]",
		"https://h/x?token=%zzhunter2":                    "https://h/x?token=[redacted]",
		"https://h/x?a=1&token=a;hunter2":                 "https://h/x?a=1&token=[redacted]",
		"https://h/x?a=1;token=hunter2":                   "https://h/x?a=1;token=[redacted]",
		"https://h/x?token=hunter2&token=hunter2":         "https://h/x?token=[redacted]&token=[redacted]",
		"https://hunter2:hunter2@h/x":                     "https://h/x",
		"https://h/x/dckr_pat_hunter2?q=dckr_oat_hunter2": "https://h/x/[redacted]?q=[redacted]",
		"https://h/x?token":                               "https://h/x?token",
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := redactURL(u); got != want || u.String() != s {
			t.Errorf("%s: %s", s, got)
		}
	}
}

// TestLog has a login, a stalled try and a token that is created, all of them
// full of secrets.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, bodies := range []bool{false, true} {
		var lines []string
		f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return unsent(r, dialRefused)
			}
			return reply(201, `{"uuid":"u1","token":"dckr_pat_hunter2"}`, "Set-Cookie", "s=hunter2", "X-Request-Id", "r1"), nil
		}}
		c := client(t, f, func(c *Config) {
			c.Log, c.LogBodies = func(s string) { lines = append(lines, s) }, bodies
			c.Token = func(context.Context, string) (string, error) { return "hunter2", nil }
		})
		r := at(t, c, "POST", "/v2/x?code=hunter2")
		r.Body = []byte(`{"username":"ada","password":"hunter2"}`)
		r.Header = http.Header{"Cookie": {"hunter2"}, "X-Note": {"dckr_oat_hunter2"}, "X-Api-Key": {"hunter2"}, "X-Csrf-Token": {"hunter2"}}
		got, err := c.JSON(t.Context(), r)
		if err != nil || !strings.Contains(string(got), "dckr_pat_hunter2") || f.got[1].body != string(r.Body) {
			t.Fatalf("%s, %v, sent %v", got, err, f.got)
		}
		text := strings.Join(lines, "\n")
		text = regexp.MustCompile(`\(\d+[^)]*s\)`).ReplaceAllString(text, "(TIME)")
		want := `POST https://hub.docker.com/v2/x?code=[redacted]: dial: connection refused (TIME)
POST https://hub.docker.com/v2/x?code=[redacted]: Created (TIME)`
		if bodies {
			sent := `> Accept: application/json
> Authorization: [redacted]
> Content-Type: application/json
> Cookie: [redacted]
> User-Agent: test
> X-Api-Key: [redacted]
> X-Csrf-Token: [redacted]
> X-Note: [redacted]
> {"username":"ada","password":"[redacted]"}
`
			first, second, _ := strings.Cut(want, "\n")
			want = sent + first + "\n" + sent + second + `
< Set-Cookie: [redacted]
< X-Request-Id: r1
< {"uuid":"u1","token":"[redacted]"}`
		}
		if strings.ReplaceAll(text, "dial: "+dialRefused.Err.Error(), "dial: connection refused") != want {
			t.Errorf("bodies %t:\n%s", bodies, text)
		}
	}
}

func TestLogCutsBodies(t *testing.T) {
	t.Parallel()
	var last string
	body := `{"a":"` + strings.Repeat("x", maxLogged) + `","token":"hunter2"}`
	c := client(t, always(200, body), func(c *Config) { c.Log, c.LogBodies = func(s string) { last = s }, true })
	resp, err := c.Send(t.Context(), at(t, c, "GET", "/v2/x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); string(got) != body || err != nil {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if err := errors.Join(resp.Body.Close(), resp.Body.Close()); err != nil {
		t.Error(err)
	}
	if last != "< "+body[:maxLogged] {
		t.Errorf("logged %d bytes: %.30s", len(last), last)
	}
}
