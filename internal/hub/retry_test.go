package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// unsent fails as if there had been no connection for r, left as if there had been one.
func unsent(r *http.Request, err error) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("")
	return nil, err
}

func left(r *http.Request, err error) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("")
	trace.GotConn(httptrace.GotConnInfo{})
	return nil, err
}

func status(code int, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return reply(code, `{"message":"no"}`, headers...), nil }
}

var dialRefused = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}

// outcomes lists outcomes of a request, and how often it is then sent: five times means
// four retries.
var outcomes = []struct {
	name        string
	outcome     func(*http.Request) (*http.Response, error)
	read, write int
	err         error
}{
	{"refused", func(r *http.Request) (*http.Response, error) { return unsent(r, dialRefused) }, 5, 5, ErrUnreachable},
	{"refused without a trace event", func(*http.Request) (*http.Response, error) { return nil, dialRefused }, 5, 1, ErrUnreachable},
	{"reset", func(r *http.Request) (*http.Response, error) { return left(r, syscall.ECONNRESET) }, 5, 1, ErrUnreachable},
	{"stalled", func(r *http.Request) (*http.Response, error) {
		return left(r, stalledError{"no answer", time.Second})
	}, 5, 1, ErrUnreachable},
	{"cut off", func(r *http.Request) (*http.Response, error) {
		resp, err := reply(200, ""), error(nil)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(io.ErrUnexpectedEOF)))
		_, _ = left(r, nil)
		return resp, err
	}, 5, 1, ErrUnreachable},
	{"429", status(429, "Retry-After", "1"), 5, 5, ErrRateLimited},
	{"500", status(500), 5, 1, nil},
	{"502", status(502), 5, 1, nil},
	{"503", status(503, "Retry-After", "2"), 5, 1, nil},
	{"504", status(504), 5, 1, nil},
	{"501", status(501), 1, 1, nil},
	{"400", status(400, "Retry-After", "1"), 1, 1, ErrInvalid},
	{"401", status(401), 1, 1, ErrUnauthorized},
	{"404", status(404), 1, 1, ErrNotFound},
	{"certificate", func(r *http.Request) (*http.Response, error) {
		return unsent(r, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})
	}, 1, 1, ErrUnreachable},
	{"no TLS", func(r *http.Request) (*http.Response, error) { return unsent(r, tls.RecordHeaderError{Msg: "http"}) }, 1, 1, ErrUnreachable},
	{"unknown host", func(r *http.Request) (*http.Response, error) {
		return unsent(r, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}})
	}, 1, 1, ErrUnreachable},
	{"name server down", func(r *http.Request) (*http.Response, error) {
		return unsent(r, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}})
	}, 5, 5, ErrUnreachable},
}

func TestRetry(t *testing.T) {
	t.Parallel()
	for _, test := range outcomes {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			for _, once := range []bool{false, true} {
				f := &fake{answer: func(_ int, r *http.Request) (*http.Response, error) { return test.outcome(r) }}
				c := client(t, f)
				r := at(t, c, method, "/v2/x")
				r.Once = once
				want := test.read
				if r.writes() {
					want = test.write
				}
				if once {
					want = 1
				}
				_, err := c.JSON(t.Context(), r)
				if err == nil || test.err != nil && !errors.Is(err, test.err) {
					t.Errorf("%s %s: %v", method, test.name, err)
				}
				if len(f.got) != want || len(f.waits) != want-1 {
					t.Errorf("%s %s, once %t: sent %d times, waited %v", method, test.name, once, len(f.got), f.waits)
				}
				for _, s := range f.got {
					if s.method != method || s.body != string(r.Body) {
						t.Errorf("%s %s: sent %s %q", method, test.name, s.method, s.body)
					}
				}
			}
		}
	}
}

func TestRetryNone(t *testing.T) {
	t.Parallel()
	for _, test := range outcomes {
		f := &fake{answer: func(_ int, r *http.Request) (*http.Response, error) { return test.outcome(r) }}
		c := client(t, f, func(c *Config) { c.Retries = 0 })
		if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); err == nil || len(f.got) != 1 {
			t.Errorf("%s: sent %d times, %v", test.name, len(f.got), err)
		}
	}
}

func TestRetryRecovers(t *testing.T) {
	t.Parallel()
	var notes []string
	f := &fake{}
	f.answer = func(n int, r *http.Request) (*http.Response, error) {
		if n < 4 {
			return outcomes[n+1].outcome(r) // reset, stalled, cut off
		}
		return reply(200, `{"ok":true}`), nil
	}
	c := client(t, f, func(c *Config) { c.Notify = func(s string) { notes = append(notes, s) } })
	got, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x?token=abc"))
	if string(got) != `{"ok":true}` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if len(notes) != 3 || !strings.HasPrefix(notes[2], "GET /v2/x: the response ended after 5 bytes: unexpected EOF; retrying in ") || !strings.HasSuffix(notes[2], "(3 of 4)") {
		t.Errorf("notes %q", notes)
	}
}

// TestRetryWaits uses a fake clock, so that the waits are exact.
func TestRetryWaits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		status  int
		headers func(now time.Time) []string
		want    time.Duration // -1 = never
	}{
		{"seconds", 429, func(time.Time) []string { return []string{"Retry-After", "7"} }, 7 * time.Second},
		{"date", 429, func(now time.Time) []string {
			return []string{"Retry-After", now.Add(90 * time.Second).UTC().Format(http.TimeFormat)}
		}, 90 * time.Second},
		{"unix time", 429, func(now time.Time) []string { return []string{"X-Retry-After", unix(now.Add(time.Minute))} }, time.Minute},
		{"reset", 429, func(now time.Time) []string { return []string{"X-RateLimit-Reset", unix(now.Add(30 * time.Second))} }, 30 * time.Second},
		{"nothing said", 429, func(time.Time) []string { return nil }, time.Minute},
		{"nonsense", 429, func(time.Time) []string { return []string{"Retry-After", "soon"} }, time.Minute},
		{"too long", 429, func(time.Time) []string { return []string{"Retry-After", "3601"} }, -1},
		{"far too long", 429, func(time.Time) []string { return []string{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"} }, -1},
		{"503", 503, func(time.Time) []string { return []string{"Retry-After", "20"} }, 20 * time.Second},
		{"503 too long", 503, func(time.Time) []string { return []string{"Retry-After", "3601"} }, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(30 * 365 * 24 * time.Hour) // from the year 2000 up to current Unix times
				f := &fake{}
				f.answer = func(n int, _ *http.Request) (*http.Response, error) {
					if n == 1 {
						return reply(test.status, "", test.headers(time.Now())...), nil
					}
					return reply(200, "{}"), nil
				}
				c := client(t, f)
				retrier(c).sleep = Sleep
				began := time.Now()
				_, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x"))
				took := time.Since(began)
				if test.want < 0 && (err == nil || len(f.got) != 1 || took != 0) || test.want >= 0 && (err != nil || took != test.want) {
					t.Errorf("waited %s, sent %d times: %v", took, len(f.got), err)
				}
			})
		})
	}
}

func TestRetryIgnoresTheResetOfOtherErrors(t *testing.T) {
	t.Parallel()
	f := always(500, "", "X-RateLimit-Reset", "9999999999", "Retry-After", "soon")
	c := client(t, f)
	if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); err == nil || len(f.got) != 5 {
		t.Errorf("sent %d times: %v", len(f.got), err)
	}
}

// TestRetryBudgetIsShared: requests that wait at the same time are charged once, and
// together they wait no longer than allowed.
func TestRetryBudgetIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.answer = func(_ int, r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/free" {
				return reply(500, ""), nil
			}
			return reply(429, "", "Retry-After", "7"), nil
		}
		c := client(t, f, func(c *Config) { c.MaxWait = 20 * time.Second })
		retrier(c).sleep = Sleep
		began := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); !errors.Is(err, ErrRateLimited) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took != 14*time.Second || len(f.got) != 15 { // twice 7 seconds is within 20
			t.Errorf("waited %v, sent %d times", took, len(f.got))
		}
		if _, err := c.JSON(t.Context(), at(t, c, "GET", "/free")); err == nil || len(f.got) != 20 {
			t.Errorf("a wait that is not for a rate limit was counted: %d", len(f.got))
		}
	})
}

// TestRetryBudgetOverlap: a wait that begins during another is charged for what it
// adds, and a moment more is not refused.
func TestRetryBudgetOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(time.Minute)
		for _, c := range []struct {
			after, wait time.Duration
			ok          bool
			left        time.Duration
		}{
			{0, 50 * time.Second, true, 10 * time.Second},
			{0, 30 * time.Second, true, 10 * time.Second},
			{20 * time.Second, 35 * time.Second, true, 5 * time.Second},
			{0, 41 * time.Second, false, 5 * time.Second},
			{0, 40500 * time.Millisecond, true, 0},
			{41 * time.Second, time.Millisecond, false, 0},
		} {
			time.Sleep(c.after)
			if ok := b.take(c.wait); ok != c.ok || b.left.Round(time.Second) != c.left {
				t.Errorf("%v: %t, %v left", c, ok, b.left)
			}
		}
	})
}

func TestRetryCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := always(429, "", "Retry-After", "600")
		ctx, cancel := context.WithCancel(t.Context())
		c := client(t, f, func(c *Config) { c.Notify = func(string) { time.AfterFunc(time.Second, cancel) } })
		retrier(c).sleep = Sleep
		began := time.Now()
		_, err := c.JSON(ctx, at(t, c, "GET", "/v2/x"))
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnreachable) || len(f.got) != 1 || time.Since(began) != time.Second {
			t.Errorf("after %s, sent %d times: %v", time.Since(began), len(f.got), err)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{answer: func(_ int, r *http.Request) (*http.Response, error) {
		cancel()
		return nil, r.Context().Err()
	}}
	c := client(t, f)
	if _, err := c.JSON(ctx, at(t, c, "GET", "/v2/x")); !errors.Is(err, context.Canceled) || len(f.got) != 1 || len(f.waits) != 0 {
		t.Errorf("sent %d times: %v", len(f.got), err)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for n, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 8000, 8000, 8000} {
		want *= time.Millisecond
		for range 100 {
			if d := backoff(n); d < want/2 || d >= want*3/2 {
				t.Errorf("the wait after failure %d is %s", n, d)
			}
		}
	}
	if d := backoff(1 << 30); d > 12*time.Second || d <= 0 {
		t.Errorf("late wait %s", d)
	}
}

// TestRetryOverTheNetwork checks what the fakes above assume about net/http.
func TestRetryOverTheNetwork(t *testing.T) {
	t.Parallel()
	hits := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		hits <- r.Method + string(b)
		switch r.URL.Path {
		case "/reset":
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		case "/broken":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"a":`)
		}
	}))
	t.Cleanup(server.Close)
	for _, test := range []struct {
		path      string
		get, post int
	}{{"/reset", 3, 1}, {"/broken", 3, 1}} {
		for _, method := range []string{"GET", "POST"} {
			c := New(Config{Base: base(t, server.URL), Transport: &http.Transport{DisableKeepAlives: true}, Retries: 2})
			retrier(c).sleep = (&fake{}).sleep
			_, err := c.JSON(t.Context(), at(t, c, method, test.path))
			want := map[string]int{"GET": test.get, "POST": test.post}[method]
			if !errors.Is(err, ErrUnreachable) || len(hits) != want {
				t.Errorf("%s %s: sent %d times: %v", method, test.path, len(hits), err)
			}
			for len(hits) > 0 {
				<-hits
			}
		}
	}
	dials := 0
	c := New(Config{Base: base(t, server.URL), Retries: 2, Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		dials++
		return nil, dialRefused
	}}})
	retrier(c).sleep = (&fake{}).sleep
	if _, err := c.JSON(t.Context(), at(t, c, "POST", "/v2/x")); !errors.Is(err, syscall.ECONNREFUSED) || dials != 3 {
		t.Errorf("dialled %d times: %v", dials, err)
	}
}
