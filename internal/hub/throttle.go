package hub

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// pace slows down when few requests are left of those that the server allows,
// so that they last until there are new ones. What it waits is not charged to
// the budget, but it never waits longer than that has left: then the server
// may say no, and retry sees to it.
type pace struct {
	next   http.RoundTripper
	budget *budget
	notify func(string)
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error

	mu     sync.Mutex
	flying int       // requests without an answer yet
	left   int       // requests, by the server's last word and those sent since
	scarce int       // from how few on they are spread
	reset  time.Time // when there will be new ones
	told   time.Time // the reset that the user was told of
}

// scarcity is the part of a window's requests that is spread over the rest of
// it: the last tenth.
const scarcity = 10

func (t *pace) RoundTrip(req *http.Request) (*http.Response, error) {
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

// wait counts a request that is to be sent, and says how long it has to wait
// and, once in a window, what the user should hear of it.
func (t *pace) wait() (d time.Duration, news string) {
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
		news = fmt.Sprintf("few requests are left until %s: slowing down", t.reset.Format(time.TimeOnly))
	}
	return d, news
}

// learn counts an answer, and takes in what it says of the server's limit.
func (t *pace) learn(h http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flying--
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, errLeft := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, errReset := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	at := time.Unix(reset, 0).Add(time.Second) // somewhere in that second
	if until := at.Sub(t.now()); errLimit != nil || errLeft != nil || errReset != nil || until <= 0 || until > time.Hour {
		return // it says nothing, or nothing that can be believed
	}
	switch {
	case !at.Equal(t.reset):
		t.left = left - t.flying // which the server may not have counted yet
	case left < t.left: // answers may overtake each other
		t.left = left
	}
	t.reset, t.scarce = at, limit/scarcity
}
