package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// serve sends a request to h and returns the status and body of the answer.
func serve(h http.Handler, method, target, bearer, body string) (int, string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// buySession returns a session of the demo user.
func buySession(t *testing.T, h http.Handler) string {
	t.Helper()
	a := Accounts()[0]
	_, body := serve(h, "POST", "/v2/users/login", "", `{"username":"`+a.User+`","password":"`+a.Password+`"}`)
	var in struct{ Token string }
	if err := json.Unmarshal([]byte(body), &in); err != nil || in.Token == "" {
		t.Fatal(body, err)
	}
	return in.Token
}

const anyRepo = "/v2/namespaces/library/repositories/nginx"

// TestParseFailure checks what --fail accepts.
func TestParseFailure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Failure{
		"GET /v2/x=503:2":        {"GET", "/v2/x", 503, 2},
		"delete /v2/*=404":       {"DELETE", "/v2/*", 404, 0},
		"GET /v2/x?a=b=500:1":    {"GET", "/v2/x?a=b", 500, 1},
		"":                       {},
		"GET /v2/x":              {},
		"GET /v2/x=":             {},
		"GET /v2/x=200":          {},
		"GET /v2/x=600":          {},
		"GET /v2/x=503:0":        {},
		"GET /v2/x=503:":         {},
		"GET /v2/x=503:two":      {},
		"/v2/x=503":              {},
		"GET https://h/v2/x=503": {},
		"FETCH /v2/x=503":        {},
	} {
		got, err := ParseFailure(text)
		if (err != nil) != (want.Status == 0) || err == nil && got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
}

func FuzzParseFailure(f *testing.F) {
	f.Add("GET /v2/x=503:2")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ParseFailure(s); err == nil && (got.Status < 400 || got.Times < 0 || got.Path == "") {
			t.Errorf("%q: %v", s, got)
		}
	})
}

// TestFailures checks that the first matching failure fails as often as it should,
// and that a reset starts over.
func TestFailures(t *testing.T) {
	t.Parallel()
	h := NewHandler(New(Options{}), Serving{Failures: []Failure{
		{"GET", anyRepo, 503, 2}, {"GET", "/v2/namespaces/library/*", 500, 1}, {"DELETE", anyRepo, 502, 0},
	}})
	want := func(when, method, target string, statuses ...int) {
		t.Helper()
		for _, status := range statuses {
			if got, body := serve(h, method, target, "", ""); got != status {
				t.Errorf("%s: %s %s: %d %s, want %d", when, method, target, got, body, status)
			}
		}
	}
	for _, when := range []string{"at first", "after a reset"} {
		want(when, "GET", anyRepo, 503, 503, 500, 200)
		want(when, "GET", "/v2/namespaces/library/repositories", 200)
		want(when, "DELETE", anyRepo, 502, 502, 502)
		want(when, "POST", "/_sandbox/reset", 204)
	}
}

// TestLatency checks that every answer is late.
func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHandler(New(Options{}), Serving{Latency: time.Minute})
		began := time.Now()
		if status, _ := serve(h, "GET", anyRepo, "", ""); status != 200 || time.Since(began) != time.Minute {
			t.Errorf("%d after %s", status, time.Since(began))
		}
	})
}

// TestReceived checks that requests are recorded and logged without secrets.
func TestReceived(t *testing.T) {
	t.Parallel()
	var logged []Received
	h := NewHandler(New(Options{}), Serving{Log: func(r Received) { logged = append(logged, r) }})
	bearer := buySession(t, h)
	if status, body := serve(h, "POST", "/v2/access-tokens?password=hunter2hunter2", bearer, `{"token_label":"x","scopes":["repo:read"]}`); status != 201 {
		t.Fatal(status, body)
	}
	serve(h, "GET", "/none", "", "")
	status, text := serve(h, "GET", "/_sandbox/requests", "", "")
	var got []Received
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 || len(got) != 3 || len(logged) != 3 {
		t.Fatalf("%d %s, logged %v: %v", status, text, logged, err)
	}
	if got[1].User != DemoUser || got[1].Method != "POST" || got[1].Status != 201 || !strings.Contains(got[1].Body, "token_label") || got[2].Status != 404 || got[2].User != "" {
		t.Errorf("%+v", got)
	}
	var all strings.Builder
	all.WriteString(text)
	for _, r := range logged {
		b, _ := json.Marshal(r)
		all.Write(b)
	}
	for _, secret := range []string{Accounts()[0].Password, bearer, "hunter2hunter2"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q was recorded: %s", secret, all.String())
		}
	}
	for range maxReceived + 5 {
		serve(h, "GET", "/none", "", "")
	}
	_, text = serve(h, "GET", "/_sandbox/requests", "", "")
	if err := json.Unmarshal([]byte(text), &got); err != nil || len(got) != maxReceived {
		t.Errorf("%d requests are kept: %v", len(got), err)
	}
}

// TestControl checks the other requests that control the sandbox.
func TestControl(t *testing.T) {
	t.Parallel()
	h := NewHandler(New(Options{RateLimit: 5}), Serving{})
	old := buySession(t, h)
	for range 20 {
		if status, _ := serve(h, "GET", "/_sandbox/requests", "", ""); status != 200 {
			t.Fatalf("the rate limit applies: %d", status)
		}
	}
	if status, _ := serve(h, "POST", "/_sandbox/expire-sessions", "", ""); status != 204 {
		t.Error(status)
	}
	if status, _ := serve(h, "GET", "/v2/access-tokens", old, ""); status != 401 {
		t.Errorf("the old session: %d", status)
	}
	if status, _ := serve(h, "GET", "/v2/access-tokens", buySession(t, h), ""); status != 200 {
		t.Errorf("a new session: %d", status)
	}
	for _, request := range []string{"GET /_sandbox/", "GET /_sandbox/reset", "POST /_sandbox/requests", "GET /_sandbox/nope"} {
		method, target, _ := strings.Cut(request, " ")
		if status, body := serve(h, method, target, "", ""); status != 404 || !strings.Contains(body, "/_sandbox/reset") {
			t.Errorf("%s: %d %s", request, status, body)
		}
	}
}

// TestState checks that a Hub can start from the content of a state file, and is
// reset to it.
func TestState(t *testing.T) {
	t.Parallel()
	if CheckState([]byte(`{"version":1}`)) == nil || CheckState([]byte(`{"version":2,"other":1}`)) == nil || CheckState([]byte(`[`)) == nil {
		t.Error("another file is taken for a state")
	}
	state := []byte(`{"version":2,"stars":{"demo library/nginx":{}}}`)
	if err := CheckState(state); err != nil {
		t.Fatal(err)
	}
	hub := New(Options{State: state})
	h := NewHandler(hub, Serving{})
	bearer := buySession(t, h)
	if status, body := serve(h, "POST", "/v2/access-tokens", bearer, `{"token_label":"x","scopes":["repo:read"]}`); status != 201 {
		t.Fatal(status, body)
	}
	if status, _ := serve(h, "POST", "/_sandbox/reset", "", ""); status != 204 {
		t.Error(status)
	}
	st, err := hub.store.load()
	if err != nil || len(st.Tokens) > 0 || len(st.Stars) != 1 {
		t.Errorf("after a reset: %+v, %v", st, err)
	}
}

// TestManyRequests checks that 2,000 requests at once are answered.
func TestManyRequests(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewServer(NewHandler(New(Options{}), Serving{}))
	client := &http.Client{Transport: inside(srv.Config.Handler)}
	var all sync.WaitGroup
	for range 2000 {
		all.Go(func() {
			resp, err := client.Get("http://localhost" + anyRepo)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
				t.Error(resp.StatusCode, err)
			}
		})
	}
	all.Wait()
}
