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
// it. The second page is requested only when the loop gets there; after that,
// pages are prefetched if the server reports how many rows there are. An error is
// yielded once, with a nil row, after all rows before it, and ends the listing.
// A second loop starts over.
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
	// total number of rows as reported by the server, possibly wrong; -1 = not reported
	Count int
	next  string // URL of the next page
	after cursor // of the next page, for listings that use cursors
	first int    // startIndex, for listings that use it; 0 = not given
}

// Pages returns an iterator over the pages of a listing. The header and body of
// the first request are sent with all others. It supports every paging style of
// the Hub: next URLs (only their path and query, never the host), page numbers
// until a page is empty (audit logs), last_evaluated_key (manifests), next_page_token
// (usage reports), startIndex (SCIM), and from and size (search).
func (c *Client) Pages(ctx context.Context, r Request) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) { c.pages(ctx, r, yield) }
}

func (c *Client) pages(ctx context.Context, r Request, yield func(Page, error) bool) {
	pages, beside := c.prefetcher(ctx, r)
	defer pages.end()
	seen := map[string]bool{}
	key := ""      // of the last page
	short := false // whether the last page had fewer rows than requested
	full := 0      // most rows seen in one page
	for u := r.URL; u != nil; {
		if seen[u.String()] {
			yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), "names a next page that was already read"})
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
			err = errors.New("is an empty array, not a page") // even the last page is an object
		}
		key = p.Key
		if err != nil {
			yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), c.hide(err.Error())})
			return
		}
		total := 0
		if len(seen) == 1 {
			total = max(p.Count, 0)
		}
		Progress(ctx, len(p.Rows), total)
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

// The Hub's default and maximum page sizes.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// rowKeys are the fields that may hold a listing's rows.
var rowKeys = []string{
	"results", "data", "logs", "resources", "Resources", "summaries", "namespaces", "manifests", "invitees",
	"reports", "report_types",
}

// A cursor is where the next page begins: a value of an answer that a query sends back.
type cursor struct{ query, value string }

// cursors are the fields that may hold a cursor, and the queries that send it back.
var cursors = map[string]string{"last_evaluated_key": "last_evaluated_key", "next_page_token": "page_token"}

// ReadPage parses a page in any of the Hub's envelopes. Its errors complete a
// sentence that begins "the answer ".
func ReadPage(body json.RawMessage) (Page, error) {
	if len(bytes.TrimSpace(body)) > 0 {
		if err := CheckDocument(body); err != nil {
			return Page{Body: body, Count: -1}, err
		}
	}
	return readPage(body)
}

// readPage is ReadPage for a body that is known to be valid JSON or empty.
func readPage(body json.RawMessage) (Page, error) {
	p := Page{Body: body, Count: -1}
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
		return p, errors.New("is empty, not a list")
	case body[0] == '[':
		_ = json.Unmarshal(body, &p.Rows) // valid
		p.flatten()
		return p, nil
	case body[0] != '{':
		return p, fmt.Errorf("is not a list; it starts with %q", start(body))
	}
	var o map[string]json.RawMessage
	_ = json.Unmarshal(body, &o) // valid
	for _, k := range rowKeys {
		rows, ok := o[k]
		if !ok {
			continue
		}
		p.Key = k
		switch {
		case rows[0] == '[':
			_ = json.Unmarshal(rows, &p.Rows) // valid
		case string(rows) != "null":
			return p, fmt.Errorf("has no list in its field %q; it starts with %q", k, start(rows))
		}
		break
	}
	if n, ok := number(o["totalResults"]); ok && n == 0 && p.Key == "" {
		p.Key = "Resources" // which SCIM may then omit
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
	_ = json.Unmarshal(o["next"], &p.next) // null, "" and anything else that is not a string end the listing
	for field, query := range cursors {
		if value := cursorOf(o[field]); value != "" {
			p.after = cursor{query, value}
		}
	}
	p.first, _ = number(o["startIndex"])
	return p, nil
}

// cursorOf returns the value of a cursor as it is sent back: a string unchanged, and
// any other type, which has not been observed, as JSON.
func cursorOf(raw json.RawMessage) string {
	var s *string
	if raw == nil || json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return ""
		}
		return *s
	}
	return string(raw)
}

// flatten merges an array of pages into one page. The API specification once
// promised such arrays for organization members.
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

// A pageRef locates a page of a listing whose pages are numbered.
type pageRef struct {
	key  string // the query parameter for the number; "" = pages are not numbered
	n    int    // the page's number
	step int    // added for the next page
	row  int    // index of its first row
	size int    // rows per page
}

// numbered returns a reference to page n, counted from 1.
func numbered(n, size int) pageRef { return pageRef{"page", n, 1, (n - 1) * size, size} }

// next returns a reference to the page after this one, assuming that this one is full.
func (at pageRef) next() pageRef {
	at.n, at.row = at.n+at.step, at.row+at.size
	return at
}

// in returns the URL of this page, given the URL u of any page of the listing.
func (at pageRef) in(u *url.URL) *url.URL { return with(u, at.key, strconv.Itoa(at.n)) }

func with(u *url.URL, key, value string) *url.URL {
	v := *u
	q := v.Query()
	q.Set(key, value)
	v.RawQuery = q.Encode()
	return &v
}

// param returns the number in a query parameter, or a default.
func param(q url.Values, key string, otherwise int) int {
	if n, err := strconv.Atoi(q.Get(key)); err == nil {
		return n
	}
	return otherwise
}

// after returns the URL of the page after p, which came from u, and its reference
// if it has one. The URL is nil if p was the last page. A full page has size rows.
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
	case p.after.value != "" && (rows > 0 || p.after.value != q.Get(p.after.query)): // a page in the middle may be empty
		return with(u, p.after.query, p.after.value), pageRef{}, nil
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
