package dockerhub

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Request is one call of the API, for [Client.Send] and [Client.Pages].
type Request struct {
	Method string
	URL    *url.URL    // from Client.Resolve
	Header http.Header // added to the client's own; may be nil
	Body   []byte      // nil = none; JSON, unless Header has another Content-Type
	Once   bool        // never retry, as for a login
}

// Resolve parses the path of a request as a user types it: with or without the
// first slash, possibly with a query, or as a whole URL of the client's own origin.
// It fails with ErrInput for any other origin.
func (c *Client) Resolve(path string) (*url.URL, error) { return c.hub.Resolve(path) }

// Send sends any request to a URL from Resolve and returns the answer, whatever its
// status. The caller must read and close its body; if the connection breaks, reading
// fails with an [*UnreachableError].
func (c *Client) Send(ctx context.Context, r Request) (*http.Response, error) {
	return c.hub.Send(ctx, r)
}

// ReadError converts an answer of Send to an error if its status is not 2xx. It reads
// up to 64 KB of the body.
func (c *Client) ReadError(resp *http.Response) *Error { return (*Error)(c.hub.ReadError(resp)) }

// A Page is one answer of a listing.
type Page struct {
	Body  json.RawMessage   // the whole answer, as the server sent it
	Key   string            // the field that holds the rows; "" if the answer is a bare array
	Rows  []json.RawMessage // the rows, as the server sent them
	Count int               // the number of rows of all pages, as the server says; -1 = it does not say
}

func publicPage(p hub.Page) Page { return Page{Body: p.Body, Key: p.Key, Rows: p.Rows, Count: p.Count} }

// Pages iterates over the pages of any listing, whatever its paging style, given
// the request for its first page, a GET for a URL from Resolve. The request's header
// and body are sent for every page. Like all listings, it ends with the first error,
// which is an [*AnswerError] if the answer is not a page.
func (c *Client) Pages(ctx context.Context, r Request) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for p, err := range c.hub.Pages(ctx, hub.Request(r)) {
			if !yield(publicPage(p), publicError(err)) {
				return
			}
		}
	}
}

// An api is the internal client, with the requests and errors of this package.
type api struct{ *hub.Client }

func (a api) Send(ctx context.Context, r Request) (*http.Response, error) {
	resp, err := a.Client.Send(ctx, hub.Request(r))
	return streamed(resp, r), publicError(err)
}

func (a api) Do(ctx context.Context, r Request) (*http.Response, error) {
	resp, err := a.Client.Do(ctx, hub.Request(r))
	return streamed(resp, r), publicError(err)
}

func (a api) JSON(ctx context.Context, r Request) (json.RawMessage, error) {
	raw, err := a.Client.JSON(ctx, hub.Request(r))
	return raw, publicError(err)
}

func (a api) Rows(ctx context.Context, u *url.URL) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for raw, err := range a.Client.Rows(ctx, u) {
			if !yield(raw, publicError(err)) {
				return
			}
		}
	}
}

func (a api) Request(method string, in any, segments ...string) (Request, error) {
	r, err := a.Client.Request(method, in, segments...)
	return Request(r), publicError(err)
}

// streamed returns an answer whose body fails with an UnreachableError.
func streamed(resp *http.Response, r Request) *http.Response {
	if resp != nil {
		resp.Body = &answerBody{resp.Body, r}
	}
	return resp
}

type answerBody struct {
	io.ReadCloser
	r Request
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = publicError(hub.BodyError(hub.Request(b.r), err))
	}
	return n, err
}
