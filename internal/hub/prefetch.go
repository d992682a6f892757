package hub

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"
)

// maxRowsKey marks the context of listings of which a known number of rows is
// wanted.
type maxRowsKey struct{}

// WithMaxRows tells the listings read with the context it returns that no more than
// n of their rows may be wanted; 0 = all. They still yield as many as are asked
// for, but read no page ahead that might not be needed.
func WithMaxRows(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, maxRowsKey{}, n)
}

// prefetcher reads pages of one listing before they are asked for, at most as many
// together as the client may have requests in flight. It can do so where pages
// have a place and the server says how many rows there are. What it has read is
// handed out where the listing gets to that very page, and nowhere else, so a
// wrong count costs requests and no more.
type prefetcher struct {
	c           *Client
	first       Request // of the first page, which the others are like
	maxRows     int     // rows that may be wanted; 0 = all
	read        int     // rows so far
	concurrency int     // pages in flight

	cancel   context.CancelFunc
	inFlight sync.WaitGroup
	fetches  map[string]chan fetch
}

// A fetch is what became of a request.
type fetch struct {
	body json.RawMessage
	err  error
}

// prefetcher returns what reads ahead in a listing, and the context to do it with.
func (c *Client) prefetcher(ctx context.Context, r Request) (*prefetcher, context.Context) {
	beside, cancel := context.WithCancel(ctx)
	n, _ := ctx.Value(maxRowsKey{}).(int)
	return &prefetcher{
		c: c, first: r, maxRows: n, concurrency: c.concurrency, cancel: cancel,
		fetches: map[string]chan fetch{},
	}, beside
}

// end gives up what is under way, and waits for it. No more is read ahead.
func (a *prefetcher) end() {
	a.cancel()
	a.inFlight.Wait()
	clear(a.fetches)
	a.concurrency = 0
}

// page returns the page at u, read ahead or now.
func (a *prefetcher) page(ctx context.Context, u *url.URL) (json.RawMessage, error) {
	key := pageKey(u)
	if landed, ok := a.fetches[key]; ok {
		delete(a.fetches, key)
		f := <-landed
		return f.body, f.err
	}
	return a.fetchPage(ctx, u)
}

func (a *prefetcher) fetchPage(ctx context.Context, u *url.URL) (json.RawMessage, error) {
	r := a.first
	r.URL = u
	return a.c.JSON(ctx, r)
}

// startAfter starts reading at next, the page after p, which is at this place, and at
// those behind it that there should be. If next is none of those under way, the
// listing is not made as it was taken to be (a page was short, or its next page
// was another), and the rest of it is read one page after the other.
func (a *prefetcher) startAfter(ctx context.Context, p Page, next *url.URL, at pageRef) {
	a.read += len(p.Rows)
	if _, ok := a.fetches[pageKey(next)]; !ok && len(a.fetches) > 0 {
		a.end()
	}
	if at.key == "" || len(p.Rows) == 0 {
		return
	}
	read := a.read
	for range a.concurrency {
		if at.row >= p.Count || a.maxRows > 0 && read >= a.maxRows {
			return
		}
		a.start(ctx, at.in(next))
		at, read = at.next(), read+at.size
	}
}

// start starts reading the page at u, if that is not under way.
func (a *prefetcher) start(ctx context.Context, u *url.URL) {
	key := pageKey(u)
	if _, ok := a.fetches[key]; ok {
		return
	}
	landed := make(chan fetch, 1)
	a.fetches[key] = landed
	a.inFlight.Go(func() {
		body, err := a.fetchPage(ctx, u)
		landed <- fetch{body, err}
	})
}

// pageKey is u without the order of its query.
func pageKey(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }
