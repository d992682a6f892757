package hub

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestRepeat runs writes that a gateway fails once, and that may be repeated.
func TestRepeat(t *testing.T) {
	t.Parallel()
	again := func(context.Context) error { return nil }
	for _, test := range []struct {
		name   string
		fail   func(*http.Request) (*http.Response, error)
		repeat Repeat
		once   bool
		sent   int
		status int // of the error; 0 = success, -1 = none
	}{
		{"502", status(502), again, false, 2, 0},
		{"503", status(503, "Retry-After", "7"), again, false, 2, 0},
		{"504", status(504), again, false, 2, 0},
		{"503 for longer than allowed", status(503, "Retry-After", "86400"), again, false, 1, 503},
		{"500", status(500), again, false, 1, 500},
		{"520", status(520), again, false, 1, 520},
		{"reset", func(r *http.Request) (*http.Response, error) { return left(r, context.DeadlineExceeded) }, again, false, 1, -1},
		{"429 needs no Repeat", status(429, "Retry-After", "1"), nil, false, 2, 0},
		{"no Repeat", status(503), nil, false, 1, 503},
		{"once", status(503), again, true, 1, 503},
		{"done after all", status(503), func(context.Context) error { return ErrDone }, false, 1, 0},
		{"changed", status(503), func(context.Context) error { return ErrConflict }, false, 1, 503},
	} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
				if n == 1 {
					return test.fail(r)
				}
				return reply(204, ""), nil
			}}
			c := client(t, f)
			r := at(t, c, method, "/v2/x")
			r.Once = test.once
			_, err := c.JSON(WithRepeat(t.Context(), test.repeat), r)
			got := 0
			if err != nil {
				got = -1
			}
			if answer, ok := errors.AsType[*Error](err); ok {
				got = answer.Status
				if answer.Message != "no" {
					t.Errorf("%s %s: lost the server's words: %v", method, test.name, err)
				}
			}
			if len(f.got) != test.sent || got != test.status {
				t.Errorf("%s %s: sent %d times: %v", method, test.name, len(f.got), err)
			}
			for _, s := range f.got {
				if s.body != string(r.Body) {
					t.Errorf("%s %s: sent %q", method, test.name, s.body)
				}
			}
			if test.name == "503" && !slices.Equal(f.waits, []time.Duration{7 * time.Second}) {
				t.Errorf("waited %v", f.waits)
			}
		}
	}
}

// TestRepeatReads checks that a Repeat can send its own requests, even if only one may
// be open at a time, and that it is asked after the wait.
func TestRepeatReads(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(n int, r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && n < 3 {
			return reply(503, "{}"), nil
		}
		return reply(200, "{}"), nil
	}}
	c := client(t, f, func(c *Config) { c.Concurrency = 1 })
	r := at(t, c, "DELETE", "/v2/x")
	ctx := WithRepeat(t.Context(), func(ctx context.Context) error {
		if len(f.waits) != 1 {
			t.Errorf("asked after %d waits", len(f.waits))
		}
		_, err := c.JSON(ctx, Request{Method: "GET", URL: r.URL})
		return err
	})
	_, err := c.JSON(ctx, r)
	var methods []string
	for _, s := range f.got {
		methods = append(methods, s.method)
	}
	if err != nil || !slices.Equal(methods, []string{"DELETE", "GET", "DELETE"}) {
		t.Errorf("sent %v: %v", methods, err)
	}
}

// TestRepeatReadsFail checks that the requests of a Repeat, which have its context, do
// not ask it in turn when they fail too.
func TestRepeatReadsFail(t *testing.T) {
	t.Parallel()
	f := always(503, `{"message":"no"}`)
	c := client(t, f, func(c *Config) { c.Retries = 1 })
	r := at(t, c, "DELETE", "/v2/x")
	asked := 0
	ctx := WithRepeat(t.Context(), func(ctx context.Context) error {
		if asked++; asked > 5 {
			t.Fatal("asked in circles")
		}
		_, err := c.JSON(ctx, Request{Method: "GET", URL: r.URL})
		return err
	})
	if _, err := c.JSON(ctx, r); err == nil || asked != 1 || len(f.got) != 3 {
		t.Errorf("asked %d times, sent %d times: %v", asked, len(f.got), err)
	}
}

func TestRepeatCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f := always(503, "{}")
	c := client(t, f)
	r := at(t, c, "DELETE", "/v2/x")
	ctx = WithRepeat(ctx, func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	})
	if _, err := c.JSON(ctx, r); !errors.Is(err, context.Canceled) || len(f.got) != 1 {
		t.Errorf("sent %d times: %v", len(f.got), err)
	}
}
