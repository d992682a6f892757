package hub

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestRedirect sends a read with everything that could leak. Redirects within its
// origin are followed; a redirect to another is an error that names both origins and
// nothing else from the target.
func TestRedirect(t *testing.T) {
	t.Parallel()
	kept := http.Header{
		"Accept": {"application/json"}, "User-Agent": {"test"}, "Authorization": {"Bearer b"},
		"Cookie": {"c=1"}, "X-Own": {"secret"}, "Referer": {home + "/v2/x"},
	}
	other := kept.Clone()
	other.Del("Cookie") // dropped by net/http if the hosts differ in any letter
	for _, test := range []struct {
		name, to string
		want     http.Header // nil = not followed
		names    string      // the other origin, in the error
	}{
		{name: "path", to: "/v2/x/", want: kept},
		{name: "same origin", to: "https://HUB.docker.com:443/v2/y?z", want: other},
		{name: "other host", to: "https://evil.example/v2/x?token=hunter2#hunter2", names: "https://evil.example"},
		{name: "password", to: "https://ada:hunter2@evil.example/v2/x", names: "https://evil.example"},
		{name: "no scheme", to: "//evil.example/v2/x", names: "https://evil.example"},
		{name: "other port", to: "https://hub.docker.com:8443/v2/x", names: "https://hub.docker.com:8443"},
		{name: "subdomain", to: "https://sub.hub.docker.com/v2/x", names: "https://sub.hub.docker.com"},
		{name: "plain http", to: "http://hub.docker.com/v2/x", names: "http://hub.docker.com"},
		{name: "http to another machine", to: "http://evil.example/v2/x", names: "http://evil.example"},
		{name: "http to this machine", to: "http://127.0.0.1:1/v2/x", names: "http://127.0.0.1:1"},
		{name: "nonsense", to: "https://ada:hun%ter2@evil.example/v2/x", names: "not a URL"},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
				f := &fake{answer: func(n int, _ *http.Request) (*http.Response, error) {
					if n == 1 {
						return reply(status, "", "Location", test.to), nil
					}
					return reply(200, `{"ok":1}`), nil
				}}
				c := client(t, f, func(c *Config) { c.Token = (&source{bearers: []string{"b", "b"}}).token })
				r := at(t, c, method, "/v2/x")
				r.Header = http.Header{"Cookie": {"c=1"}, "X-Own": {"secret"}}
				_, err := c.JSON(t.Context(), r)
				if test.want == nil {
					checkAway(t, test.name+" "+method, err, test.names, len(f.got))
					continue
				}
				if r.writes() {
					e, ok := errors.AsType[*Error](err)
					if !ok || e.Status != status || !strings.Contains(e.Message, "redirects to /v2/") || len(f.got) != 1 {
						t.Errorf("%s %d: %v, sent %v", method, status, err, f.urls())
					}
					continue
				}
				if err != nil || len(f.got) != 2 {
					t.Errorf("%s, %d: %v, sent %v", test.name, status, err, f.got)
					continue
				}
				if got := f.got[1].header; !equalHeaders(got, test.want) {
					t.Errorf("%s, %d: sent on with %v", test.name, status, got)
				}
			}
		}
	}
}

func checkAway(t *testing.T, what string, err error, names string, sent int) {
	t.Helper()
	if err == nil || sent != 1 {
		t.Errorf("%s: %v, sent %d times", what, err, sent)
		return
	}
	text := err.Error()
	if !strings.Contains(text, names) || names != "not a URL" && !strings.Contains(text, "from "+home+" to ") || strings.Contains(text, "hun") && strings.Contains(text, "ter2") {
		t.Errorf("%s: %v", what, err)
	}
	for _, status := range []error{ErrUnauthorized, ErrForbidden, ErrNotFound} {
		if errors.Is(err, status) {
			t.Errorf("%s: %v is %v", what, err, status)
		}
	}
}

// TestRedirectOfReadsWithBody covers the only case in which net/http forwards a body.
func TestRedirectOfReadsWithBody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status   int
		to       string
		followed bool
		body     string
	}{
		{302, "/v2/y", true, ""},
		{307, "/v2/y", true, "{}"},
		{302, "https://evil.example/v2/y", false, ""},
		{307, "https://evil.example/v2/y", false, ""},
	} {
		f := &fake{answer: func(n int, _ *http.Request) (*http.Response, error) {
			return reply([]int{test.status, 200}[n-1], "{}", "Location", test.to), nil
		}}
		c := client(t, f)
		r := at(t, c, "GET", "/v2/x")
		r.Body = []byte("{}")
		_, err := c.JSON(t.Context(), r)
		if followed := len(f.got) == 2; followed != test.followed || followed != (err == nil) || followed && f.got[1].body != test.body {
			t.Errorf("%d to %s: sent %v, %v", test.status, test.to, f.got, err)
		}
	}
}

// TestRedirectLater has two redirects, the second to another origin.
func TestRedirectLater(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(n int, _ *http.Request) (*http.Response, error) {
		return reply(302, "", "Location", []string{"/v2/y", "https://evil.example/a"}[n-1]), nil
	}}
	c := client(t, f, func(c *Config) { c.Token = (&source{bearers: []string{"b", "b"}}).token })
	if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); !errors.Is(err, ErrAnswer) || len(f.got) != 2 {
		t.Errorf("%v, sent %v", err, f.urls())
	}
}

func TestRedirectsEnd(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
		return reply(302, "", "Location", r.URL.Path+"x"), nil
	}}
	c := client(t, f)
	if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); err == nil || !strings.Contains(err.Error(), "10 redirects") {
		t.Error(err)
	}
	if len(f.got) != 10 {
		t.Errorf("sent %d times", len(f.got))
	}
}

// TestRedirectOverTheNetwork uses real servers.
func TestRedirectOverTheNetwork(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 10)
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Method }))
	t.Cleanup(evil.Close)
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, evil.URL+"/taken", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(hub.Close)
	c := New(Config{Base: base(t, hub.URL), Token: (&source{bearers: []string{"b", "b", "b"}}).token, Transport: &http.Transport{DisableKeepAlives: true}})
	for _, method := range []string{"GET", "POST"} {
		if _, err := c.JSON(t.Context(), at(t, c, method, "/v2/x")); err == nil || !strings.Contains(err.Error(), evil.URL) || !strings.Contains(err.Error(), hub.URL) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if len(arrived) > 0 {
		t.Errorf("%s arrived", <-arrived)
	}
}
