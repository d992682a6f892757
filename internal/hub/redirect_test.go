package hub

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestRedirect sends a read with everything that could be given away, and looks
// at what came where it was sent on to.
func TestRedirect(t *testing.T) {
	t.Parallel()
	kept := http.Header{
		"Accept": {"application/json"}, "User-Agent": {"test"}, "Authorization": {"Bearer b"},
		"Cookie": {"c=1"}, "X-Own": {"secret"}, "Referer": {home + "/v2/x"},
	}
	other := kept.Clone()
	other.Del("Cookie") // which net/http drops where the host is not the same letter by letter
	bare := http.Header{"Accept": {"application/json"}, "User-Agent": {"test"}}
	for _, test := range []struct {
		name, to string
		want     http.Header // nil = not followed
	}{
		{name: "path", to: "/v2/x/", want: kept},
		{name: "same origin", to: "https://HUB.docker.com:443/v2/y?z", want: other},
		{name: "other host", to: "https://evil.example/v2/x", want: bare},
		{name: "no scheme", to: "//evil.example/v2/x", want: bare},
		{name: "other port", to: "https://hub.docker.com:8443/v2/x", want: bare},
		{name: "host below", to: "https://sub.hub.docker.com/v2/x", want: bare},
		{name: "clear text", to: "http://hub.docker.com/v2/x"},
		{name: "clear text elsewhere", to: "http://evil.example/v2/x"},
		{name: "clear text on this machine", to: "http://127.0.0.1:1/v2/x"},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{"GET", "HEAD"} {
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
					if err == nil || len(f.got) != 1 {
						t.Errorf("%s, %d: %v, sent %v", test.name, status, err, f.got)
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

// TestRedirectOfReadsWithBody has the one case in which net/http sends a body on.
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
		{302, "https://evil.example/v2/y", true, ""},
		{307, "https://evil.example/v2/y", false, ""},
		{308, "https://evil.example/v2/y", false, ""},
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

// TestRedirectBack goes to another host and comes back.
func TestRedirectBack(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(n int, _ *http.Request) (*http.Response, error) {
		switch n {
		case 1:
			return reply(302, "", "Location", "https://evil.example/a"), nil
		case 2:
			return reply(302, "", "Location", "https://evil.example/b"), nil
		case 3:
			return reply(302, "", "Location", home+"/v2/y"), nil
		}
		return reply(200, `{}`), nil
	}}
	c := client(t, f, func(c *Config) { c.Token = (&source{bearers: []string{"b", "b"}}).token })
	r := at(t, c, "GET", "/v2/x")
	r.Header = http.Header{"X-Own": {"secret"}}
	if _, err := c.JSON(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Bearer b", "", "", "Bearer b"}; !slices.Equal(f.bearers(), want) {
		t.Errorf("bearers %q", f.bearers())
	}
	for _, s := range f.got[1:3] {
		if s.header.Get("X-Own") != "" {
			t.Errorf("sent %v", s)
		}
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

func TestRedirectOfWrites(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, to := range []string{"/v2/x/", "https://evil.example/v2/x"} {
				f := always(status, "", "Location", to)
				c := client(t, f)
				_, err := c.JSON(t.Context(), at(t, c, method, "/v2/x"))
				e, ok := errors.AsType[*Error](err)
				if !ok || e.Status != status || !strings.Contains(e.Message, "redirects to "+to) || len(f.got) != 1 {
					t.Errorf("%s %d: %v, sent %v", method, status, err, f.urls())
				}
			}
		}
	}
}

// TestRedirectOverTheNetwork checks it with real servers.
func TestRedirectOverTheNetwork(t *testing.T) {
	t.Parallel()
	var got []*http.Request
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = append(got, r) }))
	t.Cleanup(evil.Close)
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, evil.URL+"/taken", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(hub.Close)
	c := New(Config{Base: base(t, hub.URL), Token: (&source{bearers: []string{"b", "b", "b"}}).token, Transport: &http.Transport{DisableKeepAlives: true}})
	get := at(t, c, "GET", "/v2/x")
	get.Header = http.Header{"Cookie": {"c"}, "X-Own": {"secret"}}
	if _, err := c.JSON(t.Context(), get); err != nil {
		t.Error(err)
	}
	if _, err := c.JSON(t.Context(), at(t, c, "POST", "/v2/x")); err == nil {
		t.Error("a POST was redirected")
	}
	if len(got) != 1 || got[0].Method != "GET" {
		t.Fatalf("%d requests arrived", len(got))
	}
	for k := range got[0].Header {
		if !slices.Contains([]string{"Accept", "User-Agent", "Accept-Encoding", "Connection"}, k) {
			t.Errorf("%s: %s arrived", k, got[0].Header[k])
		}
	}
}
