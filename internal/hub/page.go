package hub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/hubctl/hubctl/internal/redact"
)

// Rows returns an iterator over the rows of a listing, each as the server sent
// it. The second page is asked for only when the loop gets there; from then on
// pages are read ahead where the server says how many there are. An error is
// yielded once, with a nil row, in its place after all rows before it, and ends
// the listing; a second loop starts afresh.
func (c *Client) Rows(ctx context.Context, u *url.URL) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for page, err := range c.Pages(ctx, Request{Method: http.MethodGet, URL: u}) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// A Page is one answer of a listing.
type Page struct {
	Body json.RawMessage   // the whole answer
	Key  string            // the field that holds the rows; "" if the answer is a bare array
	Rows []json.RawMessage // the rows
	// how many rows there are in all, by the server's word, which may be wrong; -1 = it says nothing
	Count int
	next  string // the next page's URL
	after string // the cursor of a listing that goes by last_evaluated_key
	first int    // startIndex of a listing that goes by it; 0 = it does not say
}

// Pages is Rows by the page, from the request of the first one, whose header
// and body the others are sent with, too. It follows every paging style of the Hub: a next
// URL (of which path and query count, never the host), page numbers that go on
// until a page is empty (audit logs), last_evaluated_key (manifests),
// startIndex (SCIM), from and size (search).
func (c *Client) Pages(ctx context.Context, r Request) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) { c.pages(ctx, r, yield) }
}

func (c *Client) pages(ctx context.Context, r Request, yield func(Page, error) bool) {
	pages, beside := c.prefetcher(ctx, r)
	defer pages.end()
	seen := map[string]bool{}
	key := ""      // of the last page
	short := false // whether the last page had fewer rows than were asked for
	full := 0      // how many rows a page had, at the most
	for u := r.URL; u != nil; {
		if seen[u.String()] {
			yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), "names a page as the next one that was read before"})
			return
		}
		seen[u.String()] = true
		body, err := pages.page(ctx, u)
		if short && errors.Is(err, ErrNotFound) {
			return // a stale next after the last page
		}
		if err != nil {
			yield(Page{}, err)
			return
		}
		p, err := readPage(body)
		if err == nil && key != "" && p.Key == "" && len(p.Rows) == 0 {
			err = errors.New("is an empty array where a page was to come") // the last page has a page's form
		}
		key = p.Key
		if err != nil {
			yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), c.hide(err.Error())})
			return
		}
		if !yield(p, nil) {
			return
		}
		short = len(p.Rows) < min(param(u.Query(), "page_size", defaultPageSize), maxPageSize)
		full = max(full, len(p.Rows))
		var at pageRef
		u, at, err = c.after(u, p, full)
		if err != nil {
			yield(Page{}, err)
			return
		}
		if u != nil && !seen[u.String()] {
			pages.startAfter(beside, p, u, at)
		}
	}
}

// How many rows the Hub sends when not told otherwise, and at the most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// rowKeys are the fields that hold a listing's rows.
var rowKeys = []string{
	"results", "data", "logs", "resources", "Resources", "summaries", "namespaces", "manifests", "invitees",
}

// ReadPage reads a page in any of the Hub's envelopes. Its errors read on from
// "the answer ".
func ReadPage(body json.RawMessage) (Page, error) {
	if len(bytes.TrimSpace(body)) > 0 {
		if err := CheckDocument(body); err != nil {
			return Page{Body: body, Count: -1}, err
		}
	}
	return readPage(body)
}

// readPage is ReadPage for a body that is known to be valid JSON, or empty.
func readPage(body json.RawMessage) (Page, error) {
	p := Page{Body: body, Count: -1}
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		return p, errors.New("is empty where a list should be")
	case body[0] == '[':
		p.Rows = elements(body)
		p.flatten()
		return p, nil
	case body[0] != '{':
		return p, fmt.Errorf("is not a list; it starts with %q", start(body))
	}
	o := members(body)
	for _, k := range rowKeys {
		rows, ok := o[k]
		if !ok {
			continue
		}
		p.Key = k
		switch {
		case rows[0] == '[':
			p.Rows = elements(rows)
		case string(rows) != "null":
			return p, fmt.Errorf("has no list in its field %q; it starts with %q", k, start(rows))
		}
		break
	}
	if n, ok := number(o["totalResults"]); ok && n == 0 && p.Key == "" {
		p.Key = "Resources" // which SCIM may leave out then
	}
	if p.Key == "" {
		return p, fmt.Errorf("is not a list; it starts with %q", start(body))
	}
	for _, k := range []string{"count", "total", "totalResults"} {
		if n, ok := number(o[k]); ok {
			p.Count = n
			break
		}
	}
	_ = json.Unmarshal(o["next"], &p.next) // null and "" end the listing, and so does what is no string
	p.after = cursor(o["last_evaluated_key"])
	p.first, _ = number(o["startIndex"])
	return p, nil
}

// cursor is what a last_evaluated_key is sent back as: a string as it is, and
// anything else, which nobody has seen, as the JSON that it is.
func cursor(raw json.RawMessage) string {
	var s *string
	if raw == nil || json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return ""
		}
		return *s
	}
	return string(raw)
}

// flatten makes one page of an array of pages, which the specification once
// promised for organization members.
func (p *Page) flatten() {
	flat, next := p.Rows[:0:0], ""
	for _, raw := range p.Rows {
		if raw[0] != '{' {
			return
		}
		inner, err := readPage(raw)
		if err != nil || inner.Key != "results" || inner.Count < 0 {
			return // rows, not pages
		}
		flat = append(flat, inner.Rows...)
		next = inner.next
	}
	p.Rows, p.next = flat, next
}

func number(raw json.RawMessage) (int, bool) {
	var n json.Number
	if json.Unmarshal(raw, &n) != nil {
		return 0, false
	}
	f, err := n.Float64()
	return int(f), err == nil && f >= 0 && f < 1e15
}

// A pageRef is where a page of a listing is whose pages have numbers.
type pageRef struct {
	key  string // the parameter that has the number; "" = pages have none
	n    int    // the page's
	step int    // from one page to the next
	row  int    // its first row, counted from 0
	size int    // how many rows a page has
}

// numbered is the place of the page numbered n, counted from 1.
func numbered(n, size int) pageRef { return pageRef{"page", n, 1, (n - 1) * size, size} }

// next is the place of the page behind this one, if this one is full.
func (at pageRef) next() pageRef {
	at.n, at.row = at.n+at.step, at.row+at.size
	return at
}

// in is the page at this place of the listing that u is a page of.
func (at pageRef) in(u *url.URL) *url.URL { return with(u, at.key, strconv.Itoa(at.n)) }

func with(u *url.URL, key, value string) *url.URL {
	v := *u
	q := v.Query()
	q.Set(key, value)
	v.RawQuery = q.Encode()
	return &v
}

// param is the number that key has in a query, or otherwise if it has none.
func param(q url.Values, key string, otherwise int) int {
	if n, err := strconv.Atoi(q.Get(key)); err == nil {
		return n
	}
	return otherwise
}

// after is the URL of the page after p, which came from u, nil if p was the
// last, and its place if it has one. A full page has size rows.
func (c *Client) after(u *url.URL, p Page, size int) (*url.URL, pageRef, error) {
	q, rows := u.Query(), len(p.Rows)
	switch {
	case p.next != "":
		next, err := u.Parse(p.next)
		if err != nil {
			return nil, pageRef{}, &AnswerError{
				http.MethodGet, u.EscapedPath(),
				fmt.Sprintf("names %q as its next page", c.hide(start([]byte(redact.RawURL(p.next))))),
			}
		}
		next = c.local(next)
		if n := param(next.Query(), "page", 0); n > 0 {
			return next, numbered(n, size), nil
		}
		return next, pageRef{}, nil
	case p.after != "" && (rows > 0 || p.after != q.Get("last_evaluated_key")): // a page in the middle may be empty
		return with(u, "last_evaluated_key", p.after), pageRef{}, nil
	case rows == 0:
		return nil, pageRef{}, nil
	case p.Key == "logs":
		at := numbered(param(q, "page", 1)+1, size)
		return at.in(u), at, nil
	}
	var at pageRef
	if first := cmp.Or(p.first, param(q, "startIndex", 0)); first > 0 {
		at = pageRef{"startIndex", first + rows, size, first - 1 + rows, size}
	} else if q.Has("size") {
		from := param(q, "from", 0)
		at = pageRef{"from", from + rows, size, from + rows, size}
	}
	if at.key == "" || at.row >= p.Count {
		return nil, pageRef{}, nil
	}
	return at.in(u), at, nil
}
