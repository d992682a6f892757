package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A book is a listing with numbered pages of ten rows.
type book struct {
	pages int         // number of rows
	count func() any  // number of rows according to the server
	fails map[int]int // pages that fail, with their status
	once  bool        // each fails once
	stale bool        // the last page links to another, which does not exist

	mu         sync.Mutex
	asked      []int
	now, most  int           // concurrent requests
	gate       chan struct{} // each answer waits for it; nil = no waiting
	started    chan int      // called for each requested page; may be nil
	abandoned  int
	randomness *rand.Rand
}

func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		n = 1
	}
	b.mu.Lock()
	b.asked = append(b.asked, n)
	b.now++
	b.most = max(b.most, b.now)
	wait := time.Duration(b.randomness.IntN(3)) * time.Millisecond
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.now--
	}()
	if b.started != nil {
		b.started <- n
	}
	if b.gate != nil {
		select {
		case <-b.gate:
		case <-r.Context().Done():
			b.mu.Lock()
			defer b.mu.Unlock()
			b.abandoned++
			return
		}
	}
	time.Sleep(wait)
	if status := b.failure(n); status != 0 || n > b.pages {
		w.WriteHeader(cmp.Or(status, http.StatusNotFound))
		_, _ = fmt.Fprint(w, `{"message":"no such page"}`)
		return
	}
	var rows []string
	for i := range 10 {
		rows = append(rows, strconv.Itoa((n-1)*10+i))
	}
	if b.stale && n == b.pages {
		rows = rows[:3]
	}
	next := "null"
	if n < b.pages || b.stale {
		next = fmt.Sprintf(`"https://other.example%s?page=%d&page_size=10"`, r.URL.Path, n+1)
	}
	count, _ := json.Marshal(b.count())
	_, _ = fmt.Fprintf(w, `{"count":%s,"next":%s,"results":[%s]}`, count, next, strings.Join(rows, ","))
}

func (b *book) failure(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	status := b.fails[n]
	if b.once {
		delete(b.fails, n)
	}
	return status
}

// read reads n rows of a book, or all if n is 0, with the given concurrency.
func (b *book) read(t *testing.T, ctx context.Context, concurrency, n int) (rows []string, err error) {
	t.Helper()
	b.randomness = rand.New(rand.NewPCG(1, 2))
	srv := httptest.NewServer(b)
	defer srv.Close() // no requests after it returns
	base, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Config{Base: base, Concurrency: concurrency, Retries: 4})
	retrier(c).sleep = func(context.Context, time.Duration) error { return nil }
	u, err := c.Path("v2", "rows")
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = "page_size=10"
	for row, err := range c.Rows(ctx, u) {
		if err != nil {
			return rows, err
		}
		if rows = append(rows, string(row)); len(rows) == n {
			break
		}
	}
	for i, row := range rows {
		if row != strconv.Itoa(i) {
			t.Fatalf("row %d is %s", i, row)
		}
	}
	return rows, nil
}

func said(n any) func() any { return func() any { return n } }

// TestPrefetch: whatever number of rows the server reports, all rows come, in order,
// and no more requests are in flight than allowed.
func TestPrefetch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		book     *book
		rows     int
		requests int // at most
	}{
		"true":           {&book{pages: 20, count: said(200)}, 200, 20},
		"too small":      {&book{pages: 20, count: said(15)}, 200, 20},
		"too large":      {&book{pages: 20, count: said(100000)}, 200, 25},
		"nothing":        {&book{pages: 20, count: said(nil)}, 200, 20},
		"nonsense":       {&book{pages: 20, count: said("many")}, 200, 20},
		"a stale next":   {&book{pages: 20, count: said(193), stale: true}, 193, 21},
		"one page":       {&book{pages: 1, count: said(10)}, 10, 1},
		"one, too large": {&book{pages: 1, count: said(1000)}, 10, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := c.book.read(t, t.Context(), 4, 0)
			if err != nil || len(rows) != c.rows {
				t.Errorf("%d rows, %v", len(rows), err)
			}
			if len(c.book.asked) > c.requests || c.book.most > 4 {
				t.Errorf("%d requests, %d at a time", len(c.book.asked), c.book.most)
			}
			if name == "true" && c.book.most < 2 {
				t.Error("nothing was read ahead")
			}
		})
	}
}

// TestPrefetchFails: a page that fails ends the listing in its place, after all rows
// before it.
func TestPrefetchFails(t *testing.T) {
	t.Parallel()
	b := &book{pages: 20, count: said(200), fails: map[int]int{8: 403}}
	rows, err := b.read(t, t.Context(), 6, 0)
	if !errors.Is(err, ErrForbidden) || len(rows) != 70 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestPrefetchRetries: a page that succeeds when retried stays in its place.
func TestPrefetchRetries(t *testing.T) {
	t.Parallel()
	b := &book{pages: 20, count: said(200), fails: map[int]int{8: 503, 20: 503}, once: true}
	rows, err := b.read(t, t.Context(), 6, 0)
	if err != nil || len(rows) != 200 || len(b.asked) != 22 {
		t.Errorf("%d rows, %v, asked %v", len(rows), err, b.asked)
	}
}

// TestPrefetchStopsAtMaxRows: no page is requested beyond the rows that are needed, and
// only the first before the loop gets there.
func TestPrefetchStopsAtMaxRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ atMost, read, requests int }{{10, 10, 1}, {25, 25, 3}, {0, 10, 1}, {5, 30, 3}} {
		b := &book{pages: 20, count: said(200)}
		rows, err := b.read(t, WithMaxRows(t.Context(), c.atMost), 6, c.read)
		if err != nil || len(rows) != c.read || len(b.asked) != c.requests {
			t.Errorf("%+v: %d rows, %v, asked %v", c, len(rows), err, b.asked)
		}
	}
}

// TestPrefetchEnds: leaving the loop, or the end of a context, cancels the requests in
// flight, and the iterator waits for them.
func TestPrefetchEnds(t *testing.T) {
	t.Parallel()
	b := &book{pages: 20, count: said(200), gate: make(chan struct{}), started: make(chan int, 100)}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-b.started // page 1
		b.gate <- struct{}{}
		for range 4 { // pages 2 to 5, in flight together
			<-b.started
		}
		cancel()
	}()
	rows, err := b.read(t, ctx, 4, 0)
	if !errors.Is(err, context.Canceled) || len(rows) != 10 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestPrefetchInACircle: a page that links to itself is requested once, however many
// pages the server reports.
func TestPrefetchInACircle(t *testing.T) {
	t.Parallel()
	f := always(200, `{"count":1000,"next":"/v2/x?page=2&page_size=1","results":[1]}`)
	c := client(t, f, func(c *Config) { c.Concurrency = 4 })
	var last error
	for _, last = range c.Rows(t.Context(), at(t, c, "GET", "/v2/x?page=2&page_size=1").URL) {
	}
	if len(f.got) != 1 || !errors.Is(last, ErrAnswer) {
		t.Errorf("asked %d times, %v", len(f.got), last)
	}
}
