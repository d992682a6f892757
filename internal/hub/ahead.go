package hub

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"
)

// atMostKey marks the context of listings of which a known number of rows is
// wanted.
type atMostKey struct{}

// AtMost tells the listings read with the context it returns that no more than
// n of their rows may be wanted; 0 = all. They still yield as many as are asked
// for, but read no page ahead that might not be needed.
func AtMost(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, atMostKey{}, n)
}

// ahead reads pages of one listing before they are asked for, at most as many
// together as the client may have requests in flight. It can do so where pages
// have numbers and the server says how many rows there are. What it has read is
// handed out in whatever order the caller asks, so a wrong count costs requests
// and no more.
type ahead struct {
	c      *Client
	atMost int // rows that may be wanted; 0 = all
	size   int // rows of a full page

	cancel  context.CancelFunc
	running sync.WaitGroup
	flights map[string]chan flight
}

// A flight is what became of a request.
type flight struct {
	body json.RawMessage
	err  error
}

func (c *Client) ahead(ctx context.Context) (*ahead, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	n, _ := ctx.Value(atMostKey{}).(int)
	return &ahead{c: c, atMost: n, cancel: cancel, flights: map[string]chan flight{}}, ctx
}

// end gives up what is under way, and waits for it.
func (a *ahead) end() {
	a.cancel()
	a.running.Wait()
}

// get returns the page at u, read ahead or now.
func (a *ahead) get(ctx context.Context, u *url.URL) (json.RawMessage, error) {
	key := pageKey(u)
	if landed, ok := a.flights[key]; ok {
		delete(a.flights, key)
		f := <-landed
		return f.body, f.err
	}
	return a.c.JSON(ctx, Request{Method: http.MethodGet, URL: u})
}

// from starts reading at next, the page after p, and at those behind it that
// there should be.
func (a *ahead) from(ctx context.Context, p Page, next *url.URL) {
	a.size = max(a.size, len(p.Rows))
	q := next.Query()
	first, err := strconv.Atoi(q.Get("page"))
	if err != nil || len(p.Rows) == 0 || p.Count < 0 || a.c.concurrency < 2 {
		return
	}
	rows := p.Count
	if a.atMost > 0 {
		rows = min(rows, a.atMost)
	}
	for n := first; n < first+a.c.concurrency && (n-1)*a.size < rows; n++ {
		q.Set("page", strconv.Itoa(n))
		u := *next
		u.RawQuery = q.Encode()
		key := pageKey(&u)
		if _, ok := a.flights[key]; ok {
			continue
		}
		landed := make(chan flight, 1)
		a.flights[key] = landed
		a.running.Go(func() {
			body, err := a.c.JSON(ctx, Request{Method: http.MethodGet, URL: &u})
			landed <- flight{body, err}
		})
	}
}

// pageKey is u without the order of its query.
func pageKey(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }
