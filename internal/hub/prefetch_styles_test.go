package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// A scroll is a listing of rows numbered from 0, in any paging style, ten to a page.
// A page is identified by its first row.
type scroll struct {
	rows   int
	count  any         // number of rows according to the server
	short  map[int]int // pages with fewer rows
	wander bool        // each next URL has a different query
	hold   bool        // each answer waits for let

	mu     sync.Mutex
	asked  []int
	flying map[int]chan struct{}
	gaveUp []int
}

// The styles, by the query for the first page.
const (
	byPage  = "/a?page_size=10"
	byIndex = "/a?count=10&startIndex=1"
	byFrom  = "/a?query=x&size=10"
)

var styles = []string{byPage, byIndex, byFrom}

func (s *scroll) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	row := param(q, "from", 0)
	if q.Has("startIndex") {
		row = param(q, "startIndex", 0) - 1
	} else if !q.Has("size") {
		row = (param(q, "page", 1) - 1) * 10
	}
	if err := s.wait(r.Context(), row); err != nil {
		return nil, err
	}
	size := 10
	if n, ok := s.short[row]; ok {
		size = n
	}
	var rows []string
	for i := row; i < min(row+size, s.rows); i++ {
		rows = append(rows, strconv.Itoa(i))
	}
	count, err := json.Marshal(s.count)
	if err != nil {
		return nil, err
	}
	var body string
	switch {
	case q.Has("startIndex"):
		body = fmt.Sprintf(`{"totalResults":%s,"startIndex":%d,"Resources":[%s]}`, count, row+1, strings.Join(rows, ","))
	case q.Has("size"):
		body = fmt.Sprintf(`{"total":%s,"results":[%s]}`, count, strings.Join(rows, ","))
	default:
		next := "null"
		if row+10 < s.rows {
			next = fmt.Sprintf(`"/a?page=%d&page_size=10"`, row/10+2)
			if s.wander {
				next = fmt.Sprintf(`"/a?page=%d&page_size=10&seen=%d"`, row/10+2, row)
			}
		}
		body = fmt.Sprintf(`{"count":%s,"next":%s,"results":[%s]}`, count, next, strings.Join(rows, ","))
	}
	return &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (s *scroll) wait(ctx context.Context, row int) error {
	s.mu.Lock()
	s.asked = append(s.asked, row)
	if !s.hold {
		s.mu.Unlock()
		return nil
	}
	let := make(chan struct{})
	if s.flying == nil {
		s.flying = map[int]chan struct{}{}
	}
	s.flying[row] = let
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.flying, row)
	}()
	select {
	case <-let:
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.gaveUp = append(s.gaveUp, row)
		return ctx.Err()
	}
}

// inFlight returns the pages that are requested but not answered.
func (s *scroll) inFlight() string { return fmt.Sprint(slices.Sorted(maps.Keys(s.flying))) }

// let answers the pages at these rows, one after another.
func (s *scroll) let(rows ...int) {
	for _, row := range rows {
		s.mu.Lock()
		let := s.flying[row]
		s.mu.Unlock()
		if let != nil {
			close(let)
		}
		synctest.Wait()
	}
}

// read reads n rows, or all if n is 0, from the page at start.
func (s *scroll) read(t *testing.T, ctx context.Context, concurrency, n int, start string) (rows []string, err error) {
	t.Helper()
	c := New(Config{Base: base(t, home), Transport: s, Concurrency: concurrency})
	for row, err := range c.Rows(ctx, at(t, c, "GET", start).URL) {
		if err != nil {
			return rows, err
		}
		if rows = append(rows, string(row)); len(rows) == n {
			break
		}
	}
	return rows, nil
}

// ordered returns n rows starting at first.
func ordered(first, n int) string {
	var rows []string
	for i := range n {
		rows = append(rows, strconv.Itoa(first+i))
	}
	return fmt.Sprint(rows)
}

// TestPrefetchTogether: in every style, the allowed number of pages is in flight from
// the second page on, and rows come in order whatever the order of the answers.
func TestPrefetchTogether(t *testing.T) {
	t.Parallel()
	for _, style := range styles {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &scroll{rows: 75, count: 75, hold: true}
				var rows []string
				var err error
				go func() { rows, err = s.read(t, t.Context(), 4, 0, style) }()
				synctest.Wait()
				for _, step := range []struct {
					let  []int
					want string
				}{
					{nil, "[0]"},
					{[]int{0}, "[10 20 30 40]"},
					{[]int{40, 20}, "[10 30]"},
					{[]int{10}, "[30 50 60]"},
					{[]int{60, 50}, "[30]"},
					{[]int{30}, "[70]"},
					{[]int{70}, "[]"},
				} {
					if s.let(step.let...); s.inFlight() != step.want {
						t.Fatalf("in flight after %v: %s, want %s", step.let, s.inFlight(), step.want)
					}
				}
				if err != nil || fmt.Sprint(rows) != ordered(0, 75) {
					t.Errorf("%v, %v", rows, err)
				}
			})
		})
	}
}

// TestPrefetchMisfit: prefetched pages that do not match the next page are canceled
// before it is requested, and the remaining pages are read one at a time.
func TestPrefetchMisfit(t *testing.T) {
	t.Parallel()
	short := map[int]int{10: 7}
	for style, test := range map[string]struct {
		scroll *scroll
		next   int
	}{
		byIndex: {&scroll{short: short}, 17},
		byFrom:  {&scroll{short: short}, 17},
		byPage:  {&scroll{wander: true}, 20},
	} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := test.scroll
				s.rows, s.count, s.hold = 60, 60, true
				var rows []string
				var err error
				go func() { rows, err = s.read(t, t.Context(), 4, 0, style) }()
				synctest.Wait()
				s.let(0, 30, 10)
				slices.Sort(s.gaveUp)
				if fmt.Sprint(s.gaveUp) != "[20 40]" || s.inFlight() != fmt.Sprintf("[%d]", test.next) {
					t.Fatalf("gave up %v, in flight %s", s.gaveUp, s.inFlight())
				}
				for at := test.next; at < s.rows; at += 10 {
					if s.let(at); at+10 < s.rows && s.inFlight() != fmt.Sprintf("[%d]", at+10) {
						t.Fatalf("in flight after %d: %s", at, s.inFlight())
					}
				}
				if err != nil || fmt.Sprint(rows) != ordered(0, 60) {
					t.Errorf("%v, %v", rows, err)
				}
			})
		})
	}
}

// TestPrefetchByRows: whatever number of rows the server reports, and whatever the size of
// its pages, each row that exists comes once, in order.
func TestPrefetchByRows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		count    any
		short    map[int]int
		rows     int
		requests int // at most
	}{
		"true":            {95, nil, 95, 10},
		"too small":       {15, nil, 20, 2},
		"too large":       {100000, nil, 95, 16}, // up to an empty page, and those in flight
		"nothing":         {nil, nil, 10, 1},
		"nonsense":        {"many", nil, 10, 1},
		"first is short":  {95, map[int]int{0: 3}, 95, 14},
		"one is short":    {95, map[int]int{30: 9}, 95, 13},
		"two are short":   {95, map[int]int{30: 9, 39: 1}, 95, 14},
		"one is long":     {95, map[int]int{20: 15}, 95, 13},
		"one has no rows": {95, map[int]int{20: 0}, 20, 6},
	} {
		for _, style := range []string{byIndex, byFrom} {
			t.Run(name+style, func(t *testing.T) {
				t.Parallel()
				s := &scroll{rows: 95, count: test.count, short: test.short}
				rows, err := s.read(t, t.Context(), 4, 0, style)
				if err != nil || fmt.Sprint(rows) != ordered(0, test.rows) || len(s.asked) > test.requests {
					t.Errorf("%v, %v, asked %v", rows, err, s.asked)
				}
			})
		}
	}
}

// TestPrefetchOfRows: in every style, no page is requested beyond the rows that are
// needed, only the first before the loop gets there, none after the last, and none
// ahead if only one may be in flight.
func TestPrefetchOfRows(t *testing.T) {
	t.Parallel()
	from := map[string][2]string{ // the first page, and the one with row 51
		"page":       {byPage, byPage + "&page=6"},
		"startIndex": {byIndex, "/a?count=10&startIndex=51"},
		"from":       {byFrom, byFrom + "&from=50"},
	}
	for style, starts := range from {
		for _, test := range []struct {
			concurrency, atMost, read, start int
			asked                            string
		}{
			{4, 0, 10, 0, "[0]"},
			{4, 25, 25, 0, "[0 10 20]"},
			{4, 10, 10, 0, "[0]"},
			{4, 5, 30, 0, "[0 10 20]"},
			{4, 25, 25, 50, "[50 60 70]"},
			{4, 0, 0, 50, "[50 60 70 80 90]"},
			{1, 0, 25, 0, "[0 10 20]"},
			{0, 0, 25, 0, "[0 10 20]"},
		} {
			t.Run(fmt.Sprint(style, test), func(t *testing.T) {
				t.Parallel()
				s := &scroll{rows: 95, count: 95}
				rows, err := s.read(t, WithMaxRows(t.Context(), test.atMost), test.concurrency, test.read, starts[min(test.start, 1)])
				slices.Sort(s.asked)
				want := ordered(test.start, cmp.Or(test.read, 95-test.start))
				if err != nil || fmt.Sprint(rows) != want || fmt.Sprint(s.asked) != test.asked {
					t.Errorf("%v, %v, asked %v", rows, err, s.asked)
				}
			})
		}
	}
}

// TestPrefetchEndsByRows: a page that fails, or a context that ends, ends the listing in
// its place, after all rows before it, and leaves no request in flight.
func TestPrefetchEndsByRows(t *testing.T) {
	t.Parallel()
	for _, style := range styles {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &scroll{rows: 95, count: 95, hold: true}
				ctx, cancel := context.WithCancel(t.Context())
				var rows []string
				var err error
				go func() { rows, err = s.read(t, ctx, 4, 0, style) }()
				synctest.Wait()
				s.let(0, 20, 10)
				if s.inFlight() != "[30 40 50 60]" {
					t.Fatalf("in flight %s", s.inFlight())
				}
				cancel()
				synctest.Wait()
				if !errors.Is(err, context.Canceled) || fmt.Sprint(rows) != ordered(0, 30) || s.inFlight() != "[]" {
					t.Errorf("%v, %v, in flight %s", rows, err, s.inFlight())
				}
			})
		})
	}
}
