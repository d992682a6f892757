package hub

import (
	"context"
	"encoding/json"
	"net/url"
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
// have a place and the server says how many rows there are. What it has read is
// handed out where the listing gets to that very page, and nowhere else, so a
// wrong count costs requests and no more.
type ahead struct {
	c      *Client
	first  Request // of the first page, which the others are like
	atMost int     // rows that may be wanted; 0 = all
	read   int     // rows so far
	most   int     // pages in flight

	cancel  context.CancelFunc
	running sync.WaitGroup
	flights map[string]chan flight
}

// A flight is what became of a request.
type flight struct {
	body json.RawMessage
	err  error
}

// ahead returns what reads ahead in a listing, and the context to do it with.
func (c *Client) ahead(ctx context.Context, r Request) (*ahead, context.Context) {
	beside, cancel := context.WithCancel(ctx)
	n, _ := ctx.Value(atMostKey{}).(int)
	return &ahead{c: c, first: r, atMost: n, most: c.concurrency, cancel: cancel, flights: map[string]chan flight{}}, beside
}

// end gives up what is under way, and waits for it. No more is read ahead.
func (a *ahead) end() {
	a.cancel()
	a.running.Wait()
	clear(a.flights)
	a.most = 0
}

// get returns the page at u, read ahead or now.
func (a *ahead) get(ctx context.Context, u *url.URL) (json.RawMessage, error) {
	key := pageKey(u)
	if landed, ok := a.flights[key]; ok {
		delete(a.flights, key)
		f := <-landed
		return f.body, f.err
	}
	return a.ask(ctx, u)
}

func (a *ahead) ask(ctx context.Context, u *url.URL) (json.RawMessage, error) {
	r := a.first
	r.URL = u
	return a.c.JSON(ctx, r)
}

// from starts reading at next, the page after p, which is at this place, and at
// those behind it that there should be. If next is none of those under way, the
// listing is not made as it was taken to be (a page was short, or its next page
// was another), and the rest of it is read one page after the other.
func (a *ahead) from(ctx context.Context, p Page, next *url.URL, at place) {
	a.read += len(p.Rows)
	if _, ok := a.flights[pageKey(next)]; !ok && len(a.flights) > 0 {
		a.end()
	}
	if at.key == "" || len(p.Rows) == 0 {
		return
	}
	read := a.read
	for range a.most {
		if at.row >= p.Count || a.atMost > 0 && read >= a.atMost {
			return
		}
		a.start(ctx, at.in(next))
		at, read = at.next(), read+at.size
	}
}

// start starts reading the page at u, if that is not under way.
func (a *ahead) start(ctx context.Context, u *url.URL) {
	key := pageKey(u)
	if _, ok := a.flights[key]; ok {
		return
	}
	landed := make(chan flight, 1)
	a.flights[key] = landed
	a.running.Go(func() {
		body, err := a.ask(ctx, u)
		landed <- flight{body, err}
	})
}

// pageKey is u without the order of its query.
func pageKey(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }
