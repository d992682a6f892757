package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"
	"time"
)

// retry retries reads on network errors, 429 and 5xx, and writes on 429 or if they
// never left this machine. A write that has a Repeat is also retried on 502, 503 and
// 504. It waits as long as the server asks, within the budget, or else backs off.
type retry struct {
	next   http.RoundTripper
	max    int
	budget *budget
	notify func(string)
	sleep  func(context.Context, time.Duration) error
}

func (t *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	for n := 0; ; n++ {
		// Whether the request may have reached a connection. Assume so for a transport
		// other than net/http's, which does not report connections.
		left := true
		trace := &httptrace.ClientTrace{
			GetConn: func(string) { left = false },
			GotConn: func(httptrace.GotConnInfo) { left = true },
		}
		resp, err := t.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
		if n >= t.max || req.Context().Err() != nil || req.Context().Value(onceKey{}) != nil {
			return resp, err
		}
		wait, again := t.verdict(req, resp, err, left, n)
		if !again {
			return resp, err
		}
		var why string
		if err != nil {
			why = fault(req, err)
		} else {
			why = resp.Status
			buffer(resp)
		}
		if t.notify != nil {
			t.notify(fmt.Sprintf("%s %s: %s; retrying in %s (%d of %d)",
				req.Method, req.URL.Path, why, wait.Round(100*time.Millisecond), n+1, t.max))
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
		if repeat := repeatOf(req); repeat != nil && resp != nil && maybeDone(resp.StatusCode) {
			if err := repeat(req.Context()); err != nil {
				return settled(req, resp, err)
			}
		}
		if req, err = rewound(req); err != nil {
			return nil, err
		}
	}
}

// repeatKey is the context key for a Repeat.
type repeatKey struct{}

// repeatOf returns the Repeat of a write, or nil. The reads of the Repeat itself have
// its context too.
func repeatOf(req *http.Request) Repeat {
	if idempotent(req) {
		return nil
	}
	repeat, _ := req.Context().Value(repeatKey{}).(Repeat)
	return repeat
}

// maybeDone reports whether a gateway gave up on a request that the server behind
// it may have processed.
func maybeDone(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable ||
		status == http.StatusGatewayTimeout
}

// settled returns the outcome of a write that failed with resp and must not be
// repeated because of why: resp itself, unless it turned out to be done.
func settled(req *http.Request, resp *http.Response, why error) (*http.Response, error) {
	switch {
	case req.Context().Err() != nil:
		return nil, req.Context().Err()
	case errors.Is(why, ErrDone):
		resp.StatusCode, resp.Status = http.StatusNoContent, "204 No Content"
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	return resp, nil
}

// rewound returns a copy of a request that was sent, with its body rewound.
func rewound(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Body = body
	return req, nil
}

// verdict reports whether to retry a request with this outcome, and when.
func (t *retry) verdict(req *http.Request, resp *http.Response, err error, left bool, n int) (time.Duration, bool) {
	switch {
	case err != nil:
		return backoff(n), (idempotent(req) || !left) && !permanent(err)
	case resp.StatusCode == http.StatusTooManyRequests:
		wait, said := askedWait(resp, time.Now())
		if !said {
			wait = time.Minute // the window of the Hub's request limit
		}
		wait = max(wait, backoff(n))
		return wait, t.budget.take(wait)
	case resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented && idempotent(req),
		maybeDone(resp.StatusCode) && repeatOf(req) != nil:
		wait, said := askedWait(resp, time.Now())
		if !said {
			return backoff(n), true
		}
		return max(wait, backoff(n)), t.budget.take(wait)
	}
	return 0, false
}

// permanent reports whether retrying would meet the same error.
func permanent(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound || errors.Is(err, ErrInput) || errors.Is(err, ErrAnswer)
}

// backoff returns how long to wait after failure n, counted from 0: half a second,
// doubled each time up to 8 s, with jitter so that clients that failed together do
// not all return at once.
func backoff(n int) time.Duration {
	d := min(500*time.Millisecond<<min(n, 10), 8*time.Second)
	return d/2 + rand.N(d) //nolint:gosec // no secret
}

// A budget is the waiting time left, shared by all requests. Time during which
// several requests wait is charged once.
type budget struct {
	mu    sync.Mutex
	left  time.Duration
	until time.Time // end of the waits that were charged
}

func newBudget(d time.Duration) *budget { return &budget{left: d} }

// take charges a wait that begins now, and reports whether the budget covers it.
func (b *budget) take(d time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	end, shared := now.Add(d), time.Duration(0)
	if b.until.After(now) {
		shared = min(d, b.until.Sub(now))
	}
	cost := d - shared
	if cost > b.left && (shared == 0 || cost-b.left >= time.Second) { // requests refused together wait together
		return false
	}
	b.left -= min(cost, b.left)
	if end.After(b.until) {
		b.until = end
	}
	return true
}

// allows reports whether the budget covers a wait of d.
func (b *budget) allows(d time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return d <= b.left
}

// Sleep waits for d or until the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// RetryAfter returns how long the server asks to wait, in any form that the Hub
// has used: Retry-After in seconds or as a date, and X-Retry-After or
// X-RateLimit-Reset as a Unix time. A number above 1e9 is a Unix time in any of
// them.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	return readWait(h, now, "Retry-After", "X-Retry-After", "X-RateLimit-Reset")
}

// askedWait is RetryAfter for an answer of any status. Every answer says when the
// request limit is reset, which matters only if the limit was reached.
func askedWait(resp *http.Response, now time.Time) (time.Duration, bool) {
	if resp.StatusCode == http.StatusTooManyRequests {
		return RetryAfter(resp.Header, now)
	}
	return readWait(resp.Header, now, "Retry-After", "X-Retry-After")
}

func readWait(h http.Header, now time.Time, keys ...string) (time.Duration, bool) {
	for _, k := range keys {
		v := h.Get(k)
		if at, err := http.ParseTime(v); err == nil {
			return max(0, at.Sub(now)), true
		}
		n, err := strconv.ParseFloat(v, 64)
		switch {
		case err != nil || math.IsNaN(n) || n < 0 || n > 1e11:
		case n > 1e9:
			return max(0, time.Unix(int64(n), 0).Sub(now)), true
		default:
			return time.Duration(n * float64(time.Second)), true
		}
	}
	return 0, false
}
