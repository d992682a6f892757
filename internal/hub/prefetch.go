package hub

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"
)

// maxRowsKey is the context key for the number of rows that a caller will read.
type maxRowsKey struct{}

// WithMaxRows returns a context for listings of which at most n rows will be read;
// 0 = all. Listings still yield more if asked to, but do not prefetch pages that
// may not be needed.
func WithMaxRows(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, maxRowsKey{}, n)
}

// progressKey is the context key for a function that is told about pages.
type progressKey struct{}

// WithProgress returns a context whose listings report their pages to f: the rows
// of each page and, with the first page, how many rows the server says there are; 0 =
// it does not say. f may be called from several goroutines. A nil f reports nothing.
func WithProgress(ctx context.Context, f func(rows, total int)) context.Context {
	return context.WithValue(ctx, progressKey{}, f)
}

// Progress reports rows that were read, and how many more there will be, to the
// function of WithProgress, if there is one.
func Progress(ctx context.Context, rows, total int) {
	if f, _ := ctx.Value(progressKey{}).(func(rows, total int)); f != nil {
		f(rows, total)
	}
}

// prefetcher requests pages of one listing before they are needed, within the
// client's concurrency. It needs numbered pages and a total number of rows. A
// prefetched page is used only when the listing gets to that exact page, so a wrong
// total costs requests and nothing else.
type prefetcher struct {
	c           *Client
	first       Request // the request for the first page
	maxRows     int     // rows that may be needed; 0 = all
	read        int     // rows so far
	concurrency int     // pages in flight

	cancel   context.CancelFunc
	inFlight sync.WaitGroup
	fetches  map[string]chan fetch
}

// A fetch is the result of a request.
type fetch struct {
	body json.RawMessage
	err  error
}

// prefetcher returns a prefetcher for a listing and the context to use with it.
func (c *Client) prefetcher(ctx context.Context, r Request) (*prefetcher, context.Context) {
	beside, cancel := context.WithCancel(ctx)
	n, _ := ctx.Value(maxRowsKey{}).(int)
	return &prefetcher{
		c: c, first: r, maxRows: n, concurrency: c.concurrency, cancel: cancel,
		fetches: map[string]chan fetch{},
	}, beside
}

// end cancels the requests in flight and waits for them. Prefetching stops.
func (a *prefetcher) end() {
	a.cancel()
	a.inFlight.Wait()
	clear(a.fetches)
	a.concurrency = 0
}

// page returns the page at u, prefetched or not.
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

// startAfter prefetches next, the page after p at the given reference, and the
// pages that should follow it. If next is not among the pages in flight, the
// listing is not numbered as expected (a page was short, or linked to another
// page), and the rest is read one page at a time.
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

// start requests the page at u, unless it is already in flight.
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

// pageKey returns u with its query in canonical order.
func pageKey(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }
