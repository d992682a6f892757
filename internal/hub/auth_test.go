package hub

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// source is a token source that returns bearers in turn and records its calls.
type source struct {
	bearers []string
	err     error // for a missing bearer
	asked   []string
}

func (s *source) token(_ context.Context, rejected string) (string, error) {
	s.asked = append(s.asked, rejected)
	if len(s.asked) > len(s.bearers) {
		return "", s.err
	}
	return s.bearers[len(s.asked)-1], nil
}

func (f *fake) bearers() []string {
	var all []string
	for _, s := range f.got {
		all = append(all, s.header.Get("Authorization"))
	}
	return all
}

// guarded only accepts requests with this bearer.
func guarded(bearer string) *fake {
	return &fake{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "Bearer "+bearer {
			return reply(401, `{"detail":"no"}`), nil
		}
		return reply(200, `{}`), nil
	}}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	own, busy := errors.New("the helper is locked"), &Error{Status: 503}
	for _, test := range []struct {
		name   string
		method string
		once   bool
		source source
		own    string // the caller's Authorization
		asked  string // the source's calls
		sent   []string
		err    error
	}{
		{name: "works", method: "GET", source: source{bearers: []string{"new"}}, asked: "", sent: []string{"Bearer new"}},
		{name: "renewed", method: "GET", source: source{bearers: []string{"old", "new"}}, asked: ",old", sent: []string{"Bearer old", "Bearer new"}},
		{name: "renewed head", method: "HEAD", source: source{bearers: []string{"old", "new"}}, asked: ",old", sent: []string{"Bearer old", "Bearer new"}},
		{name: "renewed but refused again", method: "GET", source: source{bearers: []string{"a", "b", "c"}}, asked: ",a", sent: []string{"Bearer a", "Bearer b"}, err: ErrUnauthorized},
		{name: "renewed to the same", method: "GET", source: source{bearers: []string{"a", "a"}}, asked: ",a", sent: []string{"Bearer a"}, err: ErrUnauthorized},
		{name: "renewed without a bearer", method: "GET", source: source{bearers: []string{"a", ""}}, asked: ",a", sent: []string{"Bearer a"}, err: ErrUnauthorized},
		{name: "not renewable", method: "GET", source: source{bearers: []string{"a"}, err: own}, asked: ",a", sent: []string{"Bearer a"}, err: ErrUnauthorized},
		{name: "not renewable for now", method: "GET", source: source{bearers: []string{"a"}, err: busy}, asked: ",a", sent: []string{"Bearer a"}, err: busy},
		{name: "write, not renewable for now", method: "POST", source: source{bearers: []string{"a"}, err: busy}, asked: ",a", sent: []string{"Bearer a"}, err: ErrUnauthorized},
		{name: "once", method: "GET", once: true, source: source{bearers: []string{"old", "new"}}, asked: ",old", sent: []string{"Bearer old"}, err: ErrUnauthorized},
		{name: "write", method: "POST", source: source{bearers: []string{"old", "new"}}, asked: ",old", sent: []string{"Bearer old"}, err: ErrUnauthorized},
		{name: "delete", method: "DELETE", source: source{bearers: []string{"old", "new"}}, asked: ",old", sent: []string{"Bearer old"}, err: ErrUnauthorized},
		{name: "anonymous", method: "GET", source: source{bearers: []string{""}}, asked: "", sent: []string{""}, err: ErrUnauthorized},
		{name: "no bearer available", method: "GET", source: source{err: own}, asked: "", err: own},
		{name: "own header", method: "GET", own: "Basic x", source: source{bearers: []string{"new"}}, sent: []string{"Basic x"}, err: ErrUnauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := guarded("new")
			c := client(t, f, func(c *Config) { c.Token = test.source.token })
			r := at(t, c, test.method, "/v2/x")
			r.Once = test.once
			if test.own != "" {
				r.Header = http.Header{"authorization": {test.own}}
			}
			_, err := c.JSON(t.Context(), r)
			if !errors.Is(err, test.err) || (err == nil) != (test.err == nil) {
				t.Errorf("error %v", err)
			}
			if errors.Is(test.err, own) && err != own { //nolint:errorlint // the error must not be wrapped
				t.Errorf("the source's error came as %#v", err)
			}
			if asked := strings.Join(test.source.asked, ","); asked != test.asked {
				t.Errorf("asked %q", test.source.asked)
			}
			if !slices.Equal(f.bearers(), test.sent) {
				t.Errorf("sent %q", f.bearers())
			}
			for _, s := range f.got {
				if s.body != string(r.Body) {
					t.Errorf("sent the body %q", s.body)
				}
			}
		})
	}
}

func TestAuthAsksBeforeEveryRequest(t *testing.T) {
	t.Parallel()
	f := always(200, `{}`)
	s := source{bearers: []string{"one", "two", "three"}}
	c := client(t, f, func(c *Config) { c.Token = s.token })
	for range 3 {
		if _, err := c.JSON(t.Context(), at(t, c, "POST", "/v2/x")); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"Bearer one", "Bearer two", "Bearer three"}; !slices.Equal(f.bearers(), want) {
		t.Errorf("sent %q", f.bearers())
	}
}

// TestAuthAndRetry has a bearer that expires between attempts of one request.
func TestAuthAndRetry(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
		return reply([]int{503, 401, 503, 200}[n-1], `{}`), nil
	}}
	s := source{bearers: []string{"old", "new"}}
	c := client(t, f, func(c *Config) { c.Token = s.token })
	if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); err != nil {
		t.Error(err)
	}
	if want := []string{"Bearer old", "Bearer old", "Bearer new", "Bearer new"}; !slices.Equal(f.bearers(), want) {
		t.Errorf("sent %q", f.bearers())
	}
}

// TestAuthSameOrigin has different spellings of the same origin.
func TestAuthSameOrigin(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"https://hub.docker.com/v2/x":     "Bearer b",
		"https://HUB.Docker.COM/v2/x":     "Bearer b",
		"https://hub.docker.com:443/v2/x": "Bearer b",
		"HTTPS://hub.docker.com:/v2/x":    "Bearer b",
	} {
		f := always(200, `{}`)
		c := client(t, f, func(c *Config) { c.Token = (&source{bearers: []string{"b"}}).token })
		if _, err := c.JSON(t.Context(), at(t, c, "GET", path)); err != nil || !slices.Equal(f.bearers(), []string{want}) {
			t.Errorf("%s: sent %q, %v", path, f.bearers(), err)
		}
	}
}

// TestAuthSendsTheBodyAgain: the body of a read is sent again with the new bearer.
func TestAuthSendsTheBodyAgain(t *testing.T) {
	t.Parallel()
	f := guarded("new")
	s := source{bearers: []string{"old", "new"}}
	c := client(t, f, func(c *Config) { c.Token = s.token })
	r := at(t, c, "GET", "/v2/x")
	r.Body = []byte(`{"n":1}`)
	if _, err := c.JSON(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, sent := range f.got {
		if sent.body != `{"n":1}` {
			t.Errorf("sent %q", sent.body)
		}
	}
}

// TestAuthCanceled: if the context ends while a new bearer is fetched, that is the
// error, not the answer to the old bearer.
func TestAuthCanceled(t *testing.T) {
	t.Parallel()
	f := always(401, `{"detail":"no"}`)
	ctx, cancel := context.WithCancel(t.Context())
	c := client(t, f, func(c *Config) {
		c.Token = func(ctx context.Context, rejected string) (string, error) {
			if rejected != "" {
				cancel()
			}
			return "old", ctx.Err()
		}
	})
	if _, err := c.JSON(ctx, at(t, c, "GET", "/v2/x")); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
}

// TestAuthKeepsToItsOrigin: the bearer goes to no other origin, whatever requests
// it.
func TestAuthKeepsToItsOrigin(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{home + "/v2/x": "Bearer b", "https://evil.example/v2/x": "", "http://hub.docker.com/v2/x": ""} {
		f := always(200, "{}")
		rt := &auth{f, (&source{bearers: []string{"b"}}).token, base(t, home)}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := f.bearers(); got[0] != want {
			t.Errorf("%s: %q", to, got)
		}
	}
}
