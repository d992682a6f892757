package dockerhub

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A server answers the n-th request, counted from 1, and records the requests. It
// needs no network.
type server struct {
	answer func(n int, r *http.Request) (*http.Response, error)

	mu      sync.Mutex
	got     []string // method, path with query, body
	headers []http.Header
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		body = " " + string(b)
	}
	s.mu.Lock()
	s.got = append(s.got, r.Method+" "+r.URL.RequestURI()+body)
	s.headers = append(s.headers, r.Header.Clone())
	n := len(s.got)
	s.mu.Unlock()
	resp, err := s.answer(n, r)
	if resp != nil {
		resp.Request = r
	}
	return resp, err
}

func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for pair := range slices.Chunk(headers, 2) {
		h.Add(pair[0], pair[1])
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// says gives these answers in turn, then repeats the last.
func says(status int, bodies ...string) *server {
	return &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
		return reply(status, bodies[min(n, len(bodies))-1]), nil
	}}
}

func client(t *testing.T, s *server, edit ...func(*Options)) *Client {
	t.Helper()
	o := Options{Transport: s, Retries: -1}
	for _, e := range edit {
		e(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func jwt(claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256"}`)) + "." + enc([]byte(claims)) + "." + enc([]byte("signature"))
}

func TestNewDefaults(t *testing.T) {
	t.Parallel()
	s := says(200, `{}`)
	c := client(t, s)
	if _, err := c.Tokens.Get(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if h := s.headers[0]; h.Get("User-Agent") != "hubctl" || h.Get("Authorization") != "" {
		t.Errorf("headers %v", h)
	}
	if u, err := c.Resolve("/x"); err != nil || u.String() != "https://hub.docker.com/x" {
		t.Errorf("%v, %v", u, err)
	}
	for _, bad := range []string{"hub.docker.com", "http://hub.docker.com", "https://ada:word@hub.docker.com", "://"} {
		if _, err := New(Options{URL: bad}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestNewLimits uses a fake clock.
func TestNewLimits(t *testing.T) {
	t.Parallel()
	silent := func(_ int, r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	limited := func(after string) func(int, *http.Request) (*http.Response, error) {
		return func(n int, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				return reply(429, "", "Retry-After", after), nil
			}
			return reply(200, "{}"), nil
		}
	}
	broken := func(int, *http.Request) (*http.Response, error) { return reply(500, ""), nil }
	for _, test := range []struct {
		name    string
		options Options
		answer  func(int, *http.Request) (*http.Response, error)
		sent    int
		least   time.Duration
		err     error
	}{
		{"retries", Options{}, broken, 5, time.Second, nil},
		{"two retries", Options{Retries: 2}, broken, 3, time.Millisecond, nil},
		{"no retries", Options{Retries: -1}, broken, 1, 0, nil},
		{"timeout", Options{Retries: -1}, silent, 1, 30 * time.Second, ErrUnreachable},
		{"own timeout", Options{Retries: -1, Timeout: time.Second}, silent, 1, time.Second, ErrUnreachable},
		{"wait", Options{}, limited("300"), 2, 5 * time.Minute, nil},
		{"wait too long", Options{}, limited("301"), 1, 0, ErrRateLimited},
		{"own wait", Options{MaxWait: time.Hour}, limited("3600"), 2, time.Hour, nil},
		{"no wait", Options{MaxWait: -1}, limited("1"), 1, 0, ErrRateLimited},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: test.answer}
				test.options.Transport = s
				c, err := New(test.options)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = c.Tokens.Get(t.Context(), "a")
				took := time.Since(began)
				if len(s.got) != test.sent || took < test.least || test.least == 0 && took != 0 || test.least >= 30*time.Second && took != test.least {
					t.Errorf("sent %d times in %s: %v", len(s.got), took, err)
				}
				if test.err != nil && !errors.Is(err, test.err) {
					t.Error(err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(_ int, r *http.Request) (*http.Response, error) {
			time.Sleep(24 * time.Hour)
			return reply(200, "{}"), r.Context().Err()
		}}
		if _, err := client(t, s, func(o *Options) { o.Timeout = -1 }).Tokens.Get(t.Context(), "a"); err != nil {
			t.Errorf("no timeout: %v", err)
		}
	})
}

func TestSendAndPages(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
		return []*http.Response{
			reply(404, `{"detail":"gone"}`), reply(200, `{"next":"/x?page=2","count":2,"results":[1]}`), reply(200, `{"count":2,"results":[2]}`),
		}[n-1], nil
	}}
	c := client(t, s)
	u, err := c.Resolve("x?a=b")
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Method: "GET", URL: u}
	resp, err := c.Send(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if e := c.ReadError(resp); e.Message != "gone" || !errors.Is(e, ErrNotFound) {
		t.Errorf("%v", e)
	}
	var rows strings.Builder
	for p, err := range c.Pages(t.Context(), r) {
		if err != nil || len(p.Rows) != 1 || p.Key != "results" || p.Count != 2 || !strings.Contains(string(p.Body), `"count":2`) {
			t.Fatalf("%+v, %v", p, err)
		}
		rows.WriteString(string(p.Rows[0]))
	}
	if want := []string{"GET /x?a=b", "GET /x?a=b", "GET /x?page=2"}; rows.String() != "12" || !slices.Equal(s.got, want) {
		t.Errorf("rows %s, sent %q", rows.String(), s.got)
	}
	if _, err := c.Send(t.Context(), Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: "evil.example"}}); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

// TestHide has a server that repeats a secret in a malformed list of invitees.
func TestHide(t *testing.T) {
	t.Parallel()
	c := client(t, says(202, `{"sorry":"hunter2"}`), func(o *Options) {
		o.Hide = func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }
	})
	_, err := c.Invites.Create(t.Context(), InviteRequest{Org: "acme", Invitees: []string{"ada"}})
	if !errors.Is(err, ErrAnswer) || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "***") {
		t.Error(err)
	}
}
