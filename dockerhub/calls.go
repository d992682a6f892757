package dockerhub

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/hubctl/hubctl/internal/hub"
)

// pageSize is the number of rows requested per page, the most that the Hub sends.
const pageSize = 100

// legacy is the first segment of a path of the older API, which ends in a slash.
const legacy = hub.Legacy

// list returns an iterator over the resources of a listing. A key of q without
// values is removed from the query: use it to omit page_size where it is unknown.
func list[T any, P Resource[T]](ctx context.Context, c *Client, q url.Values, segments ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		u, err := c.listing(q, segments)
		if err != nil {
			yield(*new(T), err)
			return
		}
		for raw, err := range c.hub.Rows(ctx, u) {
			var row T
			if err == nil {
				err = decodeTo(P(&row), raw, http.MethodGet, u)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// given returns a query of names and values, without the values that are "".
func given(pairs ...string) url.Values {
	q := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	return q
}

// listing returns the URL of a listing's first page.
func (c *Client) listing(q url.Values, segments []string) (*url.URL, error) {
	u, err := c.hub.Path(segments...)
	if err != nil {
		return nil, err
	}
	query := url.Values{"page_size": {strconv.Itoa(pageSize)}}
	maps.Copy(query, q)
	u.RawQuery = query.Encode()
	return u, nil
}

// call sends a request whose answer is one resource. The answer to a write may be
// empty, and the resource is then empty too.
func call[T any, P Resource[T]](ctx context.Context, c *Client, method string, in any, segments ...string) (T, error) {
	var v T
	r, err := c.request(method, in, segments...)
	if err == nil {
		err = c.answer(ctx, r, P(&v))
	}
	return v, err
}

// query is call for a read with a query.
func query[T any, P Resource[T]](ctx context.Context, c *Client, q url.Values, segments ...string) (T, error) {
	u, err := c.hub.Path(segments...)
	if err != nil {
		return *new(T), err
	}
	u.RawQuery = q.Encode()
	return get[T, P](ctx, c, u)
}

func get[T any, P Resource[T]](ctx context.Context, c *Client, u *url.URL) (T, error) {
	var v T
	err := c.answer(ctx, Request{Method: http.MethodGet, URL: u}, P(&v))
	return v, err
}

// answer sends r and decodes the answer into v.
func (c *Client) answer(ctx context.Context, r Request, v keeper) error {
	raw, err := c.hub.JSON(ctx, r)
	if err != nil || raw == nil && r.Method != http.MethodGet {
		return err
	}
	return decodeTo(v, raw, r.Method, r.URL)
}

// always repeats a write that states the whole result: doing it twice changes nothing
// more.
func always(context.Context) error { return nil }

// set is call for a write that states the whole result, so that it may be repeated
// after an error of a gateway if again agrees.
func set[T any, P Resource[T]](
	ctx context.Context, c *Client, again hub.Repeat, method string, in any, segments ...string,
) (T, error) {
	return call[T, P](hub.WithRepeat(ctx, again), c, method, in, segments...)
}

// exec sends a request and ignores the body of its answer.
func exec(ctx context.Context, c *Client, method string, in any, segments ...string) error {
	r, err := c.request(method, in, segments...)
	if err != nil {
		return err
	}
	return c.run(ctx, r)
}

// remove deletes a resource. After an error of a gateway it is repeated only if find
// still finds the resource; if find returns ErrNotFound, it is deleted.
func remove(ctx context.Context, c *Client, find hub.Repeat, segments ...string) error {
	r, err := c.request(http.MethodDelete, nil, segments...)
	if err != nil {
		return err
	}
	return c.run(hub.WithRepeat(ctx, func(ctx context.Context) error {
		err := find(ctx)
		if errors.Is(err, ErrNotFound) {
			return hub.ErrDone
		}
		return err
	}), r)
}

// found finds the resource at a path, for remove and set.
func found(c *Client, segments ...string) hub.Repeat {
	return func(ctx context.Context) error { return exec(ctx, c, http.MethodGet, nil, segments...) }
}

// listed finds the row of a listing that is the resource, for remove. A row that is
// missing does not prove that the resource was deleted.
func listed[T any](rows iter.Seq2[T, error], is func(T) bool) hub.Repeat {
	return func(context.Context) error {
		for row, err := range rows {
			if err != nil || is(row) {
				return err
			}
		}
		return errUnlisted
	}
}

var errUnlisted = errors.New("not listed")

func (c *Client) run(ctx context.Context, r Request) error {
	resp, err := c.hub.Do(ctx, r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be reused
	return resp.Body.Close()
}

// exists reports whether a resource exists and is visible to the session.
func exists(ctx context.Context, c *Client, segments ...string) (bool, error) {
	err := exec(ctx, c, http.MethodHead, nil, segments...)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// replace changes a resource that can only be sent whole: it reads the resource,
// merges change into it (RFC 7386: null removes a field) and sends the result. It
// fails with ErrConflict if the resource changed in between, and with an
// AnswerError if it was read without the field has, which every such resource has:
// sending it back would remove everything that is missing.
func replace[T any, P Resource[T]](
	ctx context.Context, c *Client, change any, has string, segments ...string,
) (T, error) {
	patch, err := changeOf(change)
	if err != nil {
		return *new(T), err
	}
	return rewrite[T, P](ctx, c, has,
		func(now json.RawMessage) (json.RawMessage, error) { return merge(now, patch) }, segments...)
}

// rewrite is replace for a resource that needs more than merging: whole turns what
// was read into what is sent. Its AnswerErrors need not name a request.
func rewrite[T any, P Resource[T]](
	ctx context.Context, c *Client, has string, whole func(now json.RawMessage) (json.RawMessage, error),
	segments ...string,
) (T, error) {
	var none T
	u, err := c.hub.Path(segments...)
	if err != nil {
		return none, err
	}
	read := func() (json.RawMessage, error) { return c.hub.JSON(ctx, Request{Method: http.MethodGet, URL: u}) }
	before, err := read()
	if err != nil {
		return none, err
	}
	if _, err := decode[T, P](before, http.MethodGet, u); err != nil {
		return none, err
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(before, &fields) // decode found an object
	if fields[has] == nil {
		return none, &AnswerError{
			Method: http.MethodGet, Path: u.EscapedPath(),
			Problem: "has no " + has + ", so nothing was changed",
		}
	}
	send, err := whole(before)
	if odd, ok := errors.AsType[*AnswerError](err); ok {
		err = &AnswerError{Method: http.MethodGet, Path: u.EscapedPath(), Problem: odd.Problem}
	}
	if err != nil {
		return none, err
	}
	now, err := read()
	if err != nil {
		return none, err
	}
	if !hub.SameJSON(before, now) {
		return none, hub.ConflictError(u.EscapedPath() +
			" was changed by somebody else in the meantime; nothing was sent, so try again")
	}
	unchanged := func(context.Context) error {
		now, err := read()
		if err == nil && !hub.SameJSON(before, now) && !includes(now, send) {
			err = ErrConflict
		}
		return err
	}
	return set[T, P](ctx, c, unchanged, http.MethodPut, send, segments...)
}

// includes reports whether merging part into whole would change nothing.
func includes(whole, part json.RawMessage) bool {
	merged, err := hub.Merge(whole, part, nil)
	return err == nil && hub.SameJSON(whole, merged)
}

// merge is hub.Merge with the errors of this package.
func merge(doc, patch json.RawMessage, omit ...string) (json.RawMessage, error) {
	merged, err := hub.Merge(doc, patch, omit)
	return merged, publicError(err)
}

// changeOf returns the change that a request struct describes: its base with its
// fields merged into it.
func changeOf(in any) (json.RawMessage, error) {
	fields, err := hub.Encode(in)
	if b, ok := in.(interface{ base() []byte }); ok && b.base() != nil && err == nil {
		return merge(b.base(), fields)
	}
	return fields, err
}

func (c *Client) request(method string, in any, segments ...string) (Request, error) {
	if b, ok := in.(interface{ base() []byte }); ok && b.base() != nil {
		var err error
		if in, err = overlay(b.base(), in); err != nil {
			return Request{}, err
		}
	}
	return c.hub.Request(method, in, segments...)
}
