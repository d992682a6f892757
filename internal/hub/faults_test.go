package hub

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/faults"
)

// openBodies counts the bodies of answers that were not closed.
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

// TestFaults lets every fault befall reads, listings and writes: a read that is
// repeated finds the fault gone, no write is sent again that may have been done,
// every body is closed, and no goroutine is left. It runs alone, to count those.
func TestFaults(t *testing.T) { //nolint:paralleltest // see above
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for _, f := range faults.All() {
		if f.Heavy {
			continue // TestJSONTooLarge
		}
		for name, use := range uses {
			wg.Go(func() {
				sent, err := suffer(t, f, name, 0, use)
				if strings.HasPrefix(name, "write") && sent > 1 && !f.Undone {
					t.Errorf("%s, %s: sent %d times: %v", f.Name, name, sent, err)
				}
				if sent != 2 { // it is not repeated
					return
				}
				if sent, err := suffer(t, f, name, 1, use); err != nil || sent != 2 {
					t.Errorf("%s, %s: sent %d times, and it does not recover: %v", f.Name, name, sent, err)
				}
			})
		}
	}
	wg.Wait()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
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

// suffer uses a client while a fault befalls its first requests, or all of
// them, and returns how often it sent the request that it sent most.
func suffer(t *testing.T, f faults.Fault, name string, times int, use func(context.Context, *Client) error) (int, error) {
	t.Helper()
	srv := faults.New(faults.Plan{Fault: f, Times: times, Good: func(*http.Request) faults.Answer {
		return faults.Answer{Status: http.StatusOK, Body: `{"next":null,"results":[]}`}
	}})
	defer srv.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	bodies := &openBodies{RoundTripper: transport}
	c := New(Config{
		Base: base(t, srv.URL), Transport: bodies, Timeout: f.Patience, Retries: 1, MaxWait: time.Second,
		Token: func(context.Context, string) (string, error) { return "bearer", nil },
	})
	retrier(c).sleep = (&fake{}).sleep
	err := use(t.Context(), c)
	if n := bodies.n.Load(); n != 0 {
		t.Errorf("%s, %s: %d bodies were never closed", f.Name, name, n)
	}
	for _, r := range srv.Strayed() {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s, %s: the bearer went to another origin", f.Name, name)
		}
	}
	most := 0
	for _, n := range srv.Asked() {
		most = max(most, n)
	}
	return most, err
}
