package hub

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// gate limits the number of requests in flight, whichever part of the program sends
// them. Waits for retries and rate limits do not count.
type gate struct {
	next  http.RoundTripper
	slots chan struct{}
}

func (t *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
		return t.next.RoundTrip(req)
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// throttle slows requests down when few are left of the server's limit, so that
// they last until the limit is reset. Its waits are not charged to the budget, but
// never exceed it: beyond that the server may answer 429, which retry handles.
type throttle struct {
	next   http.RoundTripper
	budget *budget
	notify func(string)
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error

	mu     sync.Mutex
	flying int       // requests in flight
	left   int       // requests left, as last reported by the server, minus those sent since
	scarce int       // throttle when this few are left
	reset  time.Time // when the limit is reset
	told   time.Time // the reset that the user was last notified about
}

// scarcity is the part of a window's requests that is throttled: the last tenth.
const scarcity = 10

func (t *throttle) RoundTrip(req *http.Request) (*http.Response, error) {
	wait, news := t.wait()
	h := http.Header{}
	defer func() { t.learn(h) }()
	if wait > 0 && t.budget.allows(wait) {
		if news != "" && t.notify != nil {
			t.notify(news)
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		h = resp.Header
	}
	return resp, err
}

// wait counts a request that is about to be sent. It returns how long the request
// has to wait and, once in a window, a notice for the user.
func (t *throttle) wait() (d time.Duration, news string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flying++
	until := t.reset.Sub(t.now())
	if until <= 0 || t.left > t.scarce {
		t.left--
		return 0, ""
	}
	d = until / time.Duration(max(t.left, 0)+1)
	t.left--
	if !t.told.Equal(t.reset) {
		t.told = t.reset
		news = fmt.Sprintf("few requests left until %s: slowing down", t.reset.Format(time.TimeOnly))
	}
	return d, news
}

// learn counts an answer and reads the server's limit from it.
func (t *throttle) learn(h http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flying--
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, errLeft := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, errReset := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	at := time.Unix(reset, 0).Add(time.Second) // somewhere in that second
	if until := at.Sub(t.now()); errLimit != nil || errLeft != nil || errReset != nil || until <= 0 || until > time.Hour {
		return // no limit, or an implausible one
	}
	t.left = left - t.flying // in flight, perhaps not counted by the server yet
	t.reset, t.scarce = at, limit/scarcity
}
