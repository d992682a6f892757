package hub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestLog logs a login, a stalled attempt and the creation of a token, all full of
// secrets.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, bodies := range []bool{false, true} {
		var lines []string
		f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return unsent(r, dialRefused)
			}
			return reply(201, `{"uuid":"u1","token":"dckr_pat_hunter2","recovery_codes":["hunter2"]}`, "Set-Cookie", "s=hunter2", "X-Request-Id", "r1",
				"X-Session-Id", "hunter2", "Www-Authenticate", "Negotiate hunter2", "Link", `<https://u:hunter2@h/x?token=hunter2>; rel="next"`), nil
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
< Link: <https://[redacted]@h/x?token=[redacted]>; rel="next"
< Set-Cookie: [redacted]
< Www-Authenticate: [redacted]
< X-Request-Id: r1
< X-Session-Id: [redacted]
< {"uuid":"u1","token":"[redacted]","recovery_codes":"[redacted]"}`
		}
		if strings.ReplaceAll(text, "dial: "+dialRefused.Err.Error(), "dial: connection refused") != want {
			t.Errorf("bodies %t:\n%s", bodies, text)
		}
	}
}

// TestLogOfForms: form fields are named differently than JSON fields.
func TestLogOfForms(t *testing.T) {
	t.Parallel()
	var lines []string
	c := client(t, always(200, "token=hunter2&ok=1", "Content-Type", "application/x-www-form-urlencoded"), func(c *Config) {
		c.Log, c.LogBodies = func(s string) { lines = append(lines, s) }, true
	})
	r := at(t, c, "POST", "/v2/x")
	r.Body, r.Header = []byte("user=ada&password=hunter2 <hunter2>"), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	resp, err := c.Send(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	text := strings.Join(lines, "\n")
	if strings.Contains(text, "hunter2") || !strings.Contains(text, "> user=ada&password=[redacted]\n") || !strings.Contains(text, "< token=[redacted]&ok=1") {
		t.Error(text)
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
