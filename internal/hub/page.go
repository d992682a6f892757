package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// Rows returns an iterator over the rows of a listing, each as the server sent
// it. The second page is asked for only when the loop gets there; from then on
// pages are read ahead where the server says how many there are. An error is
// yielded once, with a nil row, in its place after all rows before it, and ends
// the listing; a second loop starts afresh.
func (c *Client) Rows(ctx context.Context, u *url.URL) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for page, err := range c.Pages(ctx, u) {
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
	Body  json.RawMessage   // the whole answer
	Key   string            // the field that holds the rows; "" if the answer is a bare array
	Rows  []json.RawMessage // the rows
	Count int               // how many rows there are in all, by the server's word, which may be wrong; -1 = it says nothing
	next  string            // the next page's URL
	after string            // the cursor of a listing that goes by last_evaluated_key
	first int               // startIndex of a listing that goes by it; 0 = it does not say
}

// Pages is Rows by the page. It follows every paging style of the Hub: a next
// URL (of which path and query count, never the host), page numbers that go on
// until a page is empty (audit logs), last_evaluated_key (manifests),
// startIndex (SCIM), from and size (search).
func (c *Client) Pages(ctx context.Context, u *url.URL) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		pages, ctx := c.ahead(ctx)
		defer pages.end()
		seen := map[string]bool{}
		short := false // whether the last page had fewer rows than were asked for
		for u := u; u != nil; {
			if seen[u.String()] {
				yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), "names a page as the next one that was read before"})
				return
			}
			seen[u.String()] = true
			body, err := pages.get(ctx, u)
			if short && errors.Is(err, ErrNotFound) {
				return // a stale next after the last page
			}
			if err != nil {
				yield(Page{}, err)
				return
			}
			p, err := readPage(body)
			if err != nil {
				yield(Page{}, &AnswerError{http.MethodGet, u.EscapedPath(), c.hide(err.Error())})
				return
			}
			if !yield(p, nil) {
				return
			}
			size, err := strconv.Atoi(u.Query().Get("page_size"))
			if err != nil {
				size = defaultPageSize
			}
			short = len(p.Rows) < min(size, maxPageSize)
			u, err = c.after(u, p)
			if err != nil {
				yield(Page{}, err)
				return
			}
			if u != nil {
				pages.from(ctx, p, u)
			}
		}
	}
}

// How many rows the Hub sends when not told otherwise, and at the most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// rowKeys are the fields that hold a listing's rows.
var rowKeys = []string{"results", "data", "logs", "resources", "Resources", "summaries", "namespaces", "manifests", "invitees"}

// ReadPage reads a page in any of the Hub's envelopes. Its errors read on from
// "the answer ".
func ReadPage(body json.RawMessage) (Page, error) {
	if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return Page{Body: body, Count: -1}, fmt.Errorf("is not a list; it starts with %q", start(body))
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

// after is where the page after p, which came from u, is to be had; nil if p
// was the last.
func (c *Client) after(u *url.URL, p Page) (*url.URL, error) {
	with := func(key, value string) *url.URL {
		v := *u
		q := v.Query()
		q.Set(key, value)
		v.RawQuery = q.Encode()
		return &v
	}
	q, first := u.Query(), p.first
	if first == 0 {
		first, _ = strconv.Atoi(q.Get("startIndex"))
	}
	switch {
	case p.next != "":
		next, err := u.Parse(p.next)
		if err != nil {
			return nil, &AnswerError{http.MethodGet, u.EscapedPath(), fmt.Sprintf("names %q as its next page", start([]byte(p.next)))}
		}
		return c.local(next), nil
	case p.after != "" && (len(p.Rows) > 0 || p.after != q.Get("last_evaluated_key")): // a page in the middle may be empty
		return with("last_evaluated_key", p.after), nil
	case len(p.Rows) == 0:
		return nil, nil
	case p.Key == "logs":
		page, err := strconv.Atoi(q.Get("page"))
		if err != nil {
			page = 1
		}
		return with("page", strconv.Itoa(page+1)), nil
	case first > 0 && first+len(p.Rows) <= p.Count:
		return with("startIndex", strconv.Itoa(first+len(p.Rows))), nil
	case q.Has("size"):
		from, _ := strconv.Atoi(q.Get("from"))
		if from+len(p.Rows) < p.Count {
			return with("from", strconv.Itoa(from+len(p.Rows))), nil
		}
	}
	return nil, nil
}
