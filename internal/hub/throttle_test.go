package hub

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestThrottle: a client that follows the headers never reaches the limit, and loses no
// time while there is plenty left.
func TestThrottle(t *testing.T) {
	t.Parallel()
	clock := time.Unix(1e9, 0)
	const limit = 50
	window, used, refused, told := clock, 0, 0, 0
	tr := roundTripper(func(r *http.Request) (*http.Response, error) {
		if clock.Sub(window) >= time.Minute {
			window, used = window.Add(clock.Sub(window).Truncate(time.Minute)), 0
		}
		used++
		w := httptest.NewRecorder()
		w.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(limit-used, 0)))
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(window.Add(time.Minute).Unix(), 10))
		if used > limit {
			refused++
			w.WriteHeader(http.StatusTooManyRequests)
		}
		clock = clock.Add(100 * time.Millisecond)
		return w.Result(), nil
	})
	p := &throttle{
		next: tr, budget: newBudget(time.Hour), notify: func(string) { told++ }, now: func() time.Time { return clock },
		sleep: func(_ context.Context, d time.Duration) error { clock = clock.Add(d); return nil },
	}
	ask := func() {
		resp, err := p.RoundTrip(httptest.NewRequest(http.MethodGet, "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	began := clock
	for range limit * 9 / 10 {
		ask()
	}
	if took := clock.Sub(began); took > limit*100*time.Millisecond {
		t.Errorf("%s for what is allowed at once", took)
	}
	for range 4 * limit {
		ask()
	}
	if refused > 0 || told == 0 || told > 6 {
		t.Errorf("%d refused, %d notices", refused, told)
	}
	if took := clock.Sub(began); took > 6*time.Minute {
		t.Errorf("%s for five minutes' worth of requests", took)
	}
}

// TestThrottleTogether: likewise with concurrent requests, and a limit that may be as
// small as their number.
func TestThrottleTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ limit, workers, minutes int }{{6, 6, 8}, {10, 6, 8}, {60, 6, 5}, {180, 6, 5}, {180, 16, 5}, {600, 16, 5}} {
		t.Run(fmt.Sprint(c.limit, " ", c.workers), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &throttle{next: enforcing(t, c.limit), budget: newBudget(time.Hour), now: time.Now, sleep: Sleep}
				began, want := time.Now(), 4*c.limit
				left := make(chan struct{}, want)
				for range want {
					left <- struct{}{}
				}
				close(left)
				var workers sync.WaitGroup
				for range c.workers {
					workers.Go(func() {
						for range left {
							resp, err := p.RoundTrip(httptest.NewRequest(http.MethodGet, "/", nil))
							if err != nil {
								t.Error(err)
								return
							}
							if resp.StatusCode != http.StatusOK {
								t.Errorf("refused after %s", time.Since(began))
							}
							_ = resp.Body.Close()
						}
					})
				}
				workers.Wait()
				if took := time.Since(began); took < 3*time.Minute || took > time.Duration(c.minutes)*time.Minute {
					t.Errorf("%s for four minutes' worth of requests", took)
				}
			})
		})
	}
}

// enforcing is a server that allows limit requests per minute, each of which takes some
// time.
func enforcing(t *testing.T, limit int) http.RoundTripper {
	t.Helper()
	var mu sync.Mutex
	window, used := time.Now().Add(-300*time.Millisecond), 0 // resets come within a second
	return roundTripper(func(*http.Request) (*http.Response, error) {
		mu.Lock()
		if since := time.Since(window); since >= time.Minute {
			window, used = window.Add(since.Truncate(time.Minute)), 0
		}
		used++
		w := httptest.NewRecorder()
		w.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(limit-used, 0)))
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(window.Add(time.Minute).Unix(), 10))
		if used > limit {
			w.WriteHeader(http.StatusTooManyRequests)
		}
		mu.Unlock()
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
		return w.Result(), nil
	})
}

// TestThrottleWithoutTime: without time to wait for limits, requests are not delayed.
func TestThrottleWithoutTime(t *testing.T) {
	t.Parallel()
	p := &throttle{
		next: roundTripper(func(*http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("X-RateLimit-Limit", "10")
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
			return w.Result(), nil
		}),
		budget: newBudget(0), now: time.Now,
		sleep: func(context.Context, time.Duration) error { t.Error("it waited"); return nil },
	}
	for range 3 {
		resp, err := p.RoundTrip(httptest.NewRequest(http.MethodGet, "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzThrottle: whatever limit a server reports, no request waits for more than an hour
// or for a negative time.
func FuzzThrottle(f *testing.F) {
	f.Add("180", "0", "1790000060", int64(1790000000))
	f.Add("", "-1", "1790003600", int64(1790000000))
	f.Add("9223372036854775807", "-9223372036854775808", "9223372036854775807", int64(1))
	f.Add("-180", "5", "-62135596800", int64(-1))
	f.Add("1e3", " 1", "0x10", int64(0))
	f.Fuzz(func(t *testing.T, limit, left, reset string, now int64) {
		at := time.Unix(now%1e11, 0)
		p := &throttle{now: func() time.Time { return at }}
		p.learn(http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset": {reset}})
		for range 3 {
			if d, _ := p.wait(); d < 0 || d > time.Hour {
				t.Fatalf("%q %q %q at %s: waits %s", limit, left, reset, at, d)
			}
		}
	})
}

// TestThrottleTrustsServer checks that requests that the server does not count, such as
// answers of a cache, are not taken for used up.
func TestThrottleTrustsServer(t *testing.T) {
	t.Parallel()
	clock := time.Unix(1e9, 0)
	p := &throttle{
		next: roundTripper(func(*http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("X-RateLimit-Limit", "60")
			w.Header().Set("X-RateLimit-Remaining", "40")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(clock.Add(time.Minute).Unix(), 10))
			return w.Result(), nil
		}),
		budget: newBudget(time.Hour), notify: func(text string) { t.Error(text) }, now: func() time.Time { return clock },
		sleep: func(context.Context, time.Duration) error { t.Error("it slows down"); return nil },
	}
	for range 100 {
		resp, err := p.RoundTrip(httptest.NewRequest(http.MethodGet, "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
