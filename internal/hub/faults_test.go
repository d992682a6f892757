package hub

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/faults"
)

// openBodies counts bodies that were not closed.
type openBodies struct {
	http.RoundTripper
	n atomic.Int32
}

func (o *openBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.RoundTripper.RoundTrip(r)
	if err == nil {
		o.n.Add(1)
		resp.Body = &counted{resp.Body, sync.OnceFunc(func() { o.n.Add(-1) })}
	}
	return resp, err
}

// TestFaults runs reads, listings and writes against every fault. A retried read
// succeeds once the fault is gone, a write that may have been processed is not sent
// again unless it may be repeated, every body is closed, and no goroutine remains, which the bubble would report.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		for _, f := range faults.All(version) {
			if f.Heavy {
				continue // TestJSONTooLarge
			}
			for name, use := range uses {
				t.Run(fmt.Sprintf("HTTP %d/%s/%s", version, f.Name, name), func(t *testing.T) {
					t.Parallel()
					faults.Run(t, func(t *testing.T) {
						s := suffering{t, faults.Plan{Fault: f, HTTP2: version == 2}, use}
						s.check(strings.HasPrefix(name, "write"), f.Undone || f.Gateway && name == "write, repeatable")
					})
				})
			}
		}
	}
}

// uses are ways to use a client.
var uses = map[string]func(context.Context, *Client) error{
	"read": func(ctx context.Context, c *Client) error {
		_, err := c.Call(ctx, http.MethodGet, nil, "v2", "x")
		return err
	},
	"list": func(ctx context.Context, c *Client) error {
		u, err := c.Path("v2", "x")
		if err != nil {
			return err
		}
		for _, err := range c.Rows(ctx, u) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"write": func(ctx context.Context, c *Client) error {
		_, err := c.Call(ctx, http.MethodPatch, map[string]int{"n": 1}, "v2", "x")
		return err
	},
	"write, repeatable": func(ctx context.Context, c *Client) error {
		ctx = WithRepeat(ctx, func(context.Context) error { return nil })
		_, err := c.Call(ctx, http.MethodPatch, map[string]int{"n": 1}, "v2", "x")
		return err
	},
	"write, streamed": func(ctx context.Context, c *Client) error {
		r, err := c.Request(http.MethodPost, map[string]int{"n": 1}, "v2", "x")
		if err != nil {
			return err
		}
		resp, err := c.Send(ctx, r)
		if err != nil {
			return err
		}
		_, _ = io.CopyN(io.Discard, resp.Body, 5) // and no more
		return resp.Body.Close()
	},
}

// A suffering is a use of a client during a fault.
type suffering struct {
	t    *testing.T
	plan faults.Plan
	use  func(context.Context, *Client) error
}

func (s suffering) check(writes, again bool) {
	sent, err := s.suffer(0)
	if writes && sent > 1 && !again {
		s.t.Errorf("sent %d times: %v", sent, err)
	}
	if sent != 2 { // not retried
		return
	}
	if sent, err := s.suffer(1); err != nil || sent != 2 {
		s.t.Errorf("sent %d times, and it does not recover: %v", sent, err)
	}
}

// suffer uses a client whose first requests, or all of them, meet the fault. It returns
// how often the most repeated request was sent.
func (s suffering) suffer(times int) (int, error) {
	plan := s.plan
	plan.Times, plan.Good = times, func(r *http.Request) faults.Answer {
		if !r.URL.Query().Has("page") {
			return faults.Answer{Status: http.StatusOK, Body: `{"next":"?page=2","results":[1]}`}
		}
		return faults.Answer{Status: http.StatusOK, Body: `{"next":null,"results":[]}`}
	}
	srv := faults.New(plan)
	defer srv.Close()
	transport := srv.Transport()
	defer transport.CloseIdleConnections()
	bodies := &openBodies{RoundTripper: transport}
	c := New(Config{
		Base: base(s.t, srv.URL), Transport: bodies, Timeout: plan.Fault.Patience, Retries: 1, MaxWait: time.Second,
		Token: func(context.Context, string) (string, error) { return "bearer", nil },
	})
	err := s.use(s.t.Context(), c)
	if n := bodies.n.Load(); n != 0 {
		s.t.Errorf("%d bodies were never closed", n)
	}
	for _, r := range srv.Strayed() {
		if r.Header.Get("Authorization") != "" {
			s.t.Errorf("the bearer went to another origin")
		}
	}
	most := 0
	for _, n := range srv.Asked() {
		most = max(most, n)
	}
	return most, err
}
