package hub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestStalled has servers that send nothing, or stop in the middle of an answer.
func TestStalled(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, `{"a":`)
			w.(http.Flusher).Flush()
		}
		<-ended
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	c := New(Config{Base: base(t, server.URL), Timeout: 250 * time.Millisecond, Retries: 1, Transport: &http.Transport{DisableKeepAlives: true}})
	waits := &fake{}
	retrier(c).sleep = waits.sleep

	_, err := c.JSON(t.Context(), at(t, c, "GET", "/headers"))
	if _, ok := errors.AsType[stalledError](err); !ok || !errors.Is(err, ErrUnreachable) || err.Error() != "no answer for 250ms (GET /headers)" {
		t.Errorf("no headers: %v", err)
	}
	_, err = c.JSON(t.Context(), at(t, c, "GET", "/body"))
	if _, ok := errors.AsType[stalledError](err); !ok || !errors.Is(err, ErrUnreachable) {
		t.Errorf("no body: %v", err)
	}
	if len(waits.waits) != 2 {
		t.Errorf("repeated %d times", len(waits.waits))
	}
	// On a busy machine even the headers may take longer than the limit.
	for ok := true; ok; {
		resp, err := c.Send(t.Context(), at(t, c, "GET", "/body"))
		if _, ok = errors.AsType[stalledError](err); ok {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if _, stalled := errors.AsType[stalledError](err); !stalled || !strings.HasPrefix(`{"a":`, string(b)) {
			t.Errorf("streamed: %q, %v", b, err)
		}
	}
	retried := len(waits.waits)
	_, err = c.JSON(t.Context(), at(t, c, "POST", "/headers"))
	if _, ok := errors.AsType[stalledError](err); !ok || len(waits.waits) != retried {
		t.Errorf("a write was repeated, %v", err)
	}
}

// slow is a server that, in a bubble's time, delays the headers and each byte of the
// body.
func slow(headers, each time.Duration, body string) *fake {
	return &fake{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if err := Sleep(r.Context(), headers); err != nil {
			return nil, context.Cause(r.Context())
		}
		resp := reply(200, "")
		resp.Body = io.NopCloser(&dripping{r.Context(), strings.NewReader(body), each})
		return resp, nil
	}}
}

type dripping struct {
	ctx  context.Context //nolint:containedctx // as net/http's bodies do
	from io.Reader
	each time.Duration
}

func (d *dripping) Read(p []byte) (int, error) {
	if Sleep(d.ctx, d.each) != nil {
		return 0, context.Cause(d.ctx)
	}
	return d.from.Read(p[:1])
}

func TestProgress(t *testing.T) {
	t.Parallel()
	const limit = 30 * time.Second
	for _, test := range []struct {
		name                 string
		limit, headers, each time.Duration
		reader               time.Duration // time the reader takes between two bytes
		want                 string
		stalled              string
		took                 time.Duration
	}{
		{name: "quick", limit: limit, want: "hello"},
		{name: "within the limit", limit: limit, headers: limit - 1, each: limit - 1, want: "hello", took: 7 * (limit - 1)},
		{name: "no headers", limit: limit, headers: limit + 1, stalled: "no answer for 30s", took: limit},
		{name: "no body", limit: limit, each: limit + 1, stalled: "no more of the answer for 30s", took: limit},
		{name: "no limit", headers: time.Hour, each: time.Hour, want: "hello", took: 7 * time.Hour},
		{name: "slow reader", limit: limit, headers: 1, each: 1, reader: time.Hour, want: "hello", took: 6*time.Hour + 7},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := slow(test.headers, test.each, "hello")
				c := client(t, f, func(c *Config) { c.Timeout, c.Retries = test.limit, 0 })
				began := time.Now()
				var got []byte
				resp, err := c.Send(t.Context(), at(t, c, "GET", "/v2/x"))
				if err == nil {
					defer resp.Body.Close()
					for err == nil {
						p := make([]byte, 10)
						var n int
						n, err = resp.Body.Read(p)
						got = append(got, p[:n]...)
						time.Sleep(test.reader)
					}
				}
				if errors.Is(err, io.EOF) {
					err = nil
				}
				if stalled, ok := errors.AsType[stalledError](err); ok != (test.stalled != "") || ok && stalled.Error() != test.stalled || !ok && err != nil {
					t.Errorf("error %v", err)
				}
				if took := time.Since(began); string(got) != test.want || took != test.took {
					t.Errorf("read %q in %s", got, took)
				}
			})
		})
	}
}

func TestProgressCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, f := range []*fake{slow(time.Hour, 0, "hello"), slow(0, time.Hour, "hello")} {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			c := client(t, f, func(c *Config) { c.Timeout = time.Minute })
			_, err := c.JSON(ctx, at(t, c, "GET", "/v2/x"))
			if !errors.Is(err, context.Canceled) || len(f.got) != 1 {
				t.Errorf("sent %d times: %v", len(f.got), err)
			}
		}
	})
}

// TestBodiesAreClosed has the ways in which a request can end.
func TestBodiesAreClosed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	a := func(status int, body string, headers ...string) func() *http.Response {
		return func() *http.Response { return reply(status, body, headers...) }
	}
	for name, answers := range map[string][]func() *http.Response{
		"success":    {a(200, "{}")},
		"not JSON":   {a(200, long)},
		"error":      {a(404, long)},
		"retried":    {a(503, long), a(500, "", "Retry-After", "1"), a(429, long), a(200, "{}")},
		"canceled":   {a(500, "a"), a(500, "b"), a(500, "c"), a(500, "d"), a(500, "e")},
		"no budget":  {a(429, long, "Retry-After", "999999")},
		"renewed":    {a(401, long), a(200, "{}")},
		"unused":     {a(401, long), a(401, long)},
		"redirected": {a(302, long, "Location", "/v2/y"), a(302, "", "Location", "https://evil.example/"), a(200, "{}")},
		"refused":    {a(302, long, "Location", "http://evil.example/")},
		"misled":     {a(302, long, "Location", "http://[")},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				f := &fake{answer: func(n int, _ *http.Request) (*http.Response, error) { return answers[n-1](), nil }}
				c := client(t, f, func(c *Config) {
					c.Token = (&source{bearers: []string{"a", "b", "c", "d", "e"}}).token
					c.Timeout = time.Minute
					c.LogBodies, c.Log = true, func(string) {}
				})
				for _, send := range []func() error{
					func() error { _, err := c.JSON(t.Context(), at(t, c, method, "/v2/x")); return err },
					func() error {
						resp, err := c.Do(t.Context(), at(t, c, method, "/v2/x"))
						if err == nil {
							err = resp.Body.Close()
						}
						return err
					},
				} {
					f.got = nil
					_ = send()
					if f.open != 0 || len(f.got) == 0 {
						t.Errorf("%d bodies open after %d requests", f.open, len(f.got))
					}
				}
			})
		}
	}
}
