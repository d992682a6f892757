// Package hub is the HTTP client for the Docker Hub API: origins and paths,
// retries and rate limits, paging and errors. It passes on JSON as the server
// sent it and knows nothing about resources; package dockerhub adds the types.
package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// A TokenSource returns the bearer to send, or "" for none. It is called before
// every request; rejected is the bearer that the server just refused, or "".
type TokenSource func(ctx context.Context, rejected string) (string, error)

// A Config configures a Client. Only Base is required.
type Config struct {
	Base        *url.URL          // from ParseBase; credentials are sent nowhere else
	Token       TokenSource       // nil = anonymous
	Transport   http.RoundTripper // sends the requests; nil = Transport("")
	UserAgent   string
	Timeout     time.Duration // maximum time without data; 0 = no limit
	Retries     int           // maximum number of retries
	MaxWait     time.Duration // maximum total wait for rate limits, shared by all requests
	Concurrency int           // maximum number of requests in flight; 0 = no limit; 0, 1 = no prefetching
	Notify      func(string)  // called before each wait; may be nil
	Log         func(string)  // called for each request; may be nil
	LogBodies   bool          // log headers and bodies too, redacted
	DryRun      func(Request) // called instead of sending a request that changes something
	// called before a request that changes something; an error stops the request; may be nil
	Guard   func(Request) error
	Changed func()              // called after a request that changed something, or may have; may be nil
	Hide    func(string) string // removes secrets from the server's text; may be nil
}

// A Client calls the API at one origin. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	http    *http.Client
	dryRun  func(Request)
	guard   func(Request) error
	changed func()
	agent   string

	concurrency int    // pages of a listing in flight
	media       string // media type sent and accepted
	hide        func(string) string
}

// ErrDryRun is returned instead of sending a request that changes something, if
// Config.DryRun is set.
var ErrDryRun = errors.New("not sent: dry run")

// New returns a client. It sends nothing.
func New(c Config) *Client {
	rt := c.Transport
	if rt == nil {
		rt = defaultTransport()
	}
	if c.Hide == nil {
		c.Hide = func(s string) string { return s }
	}
	notify := c.Notify
	if notify != nil {
		notify = func(s string) { c.Notify(c.Hide(s)) } // it may quote the server
	}
	if c.Timeout > 0 {
		rt = &progress{rt, c.Timeout}
	}
	if c.Log != nil {
		rt = &logger{rt, c.Log, c.LogBodies}
	}
	if c.Concurrency > 0 {
		rt = &gate{rt, make(chan struct{}, c.Concurrency)}
	}
	waits := newBudget(c.MaxWait)
	rt = &throttle{next: rt, budget: waits, notify: notify, now: time.Now, sleep: Sleep}
	rt = &retry{next: &bufferBody{rt}, max: c.Retries, budget: waits, notify: notify, sleep: Sleep}
	if c.Token != nil {
		rt = &auth{rt, c.Token, c.Base}
	}
	return &Client{
		hide:    c.Hide,
		base:    c.Base,
		http:    &http.Client{Transport: rt, CheckRedirect: checkRedirect},
		dryRun:  c.DryRun,
		guard:   c.Guard,
		changed: c.Changed,
		agent:   c.UserAgent,

		concurrency: c.Concurrency,
		media:       "application/json",
	}
}

// Speaking returns a copy of c for a part of the API with its own media type.
func (c *Client) Speaking(media string) *Client {
	d := *c
	d.media = media
	return &d
}

// A Request is one call. URL comes from Client.Path or Client.Resolve.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte // nil = none
	Once   bool   // never retry, as for a login
}

// A Repeat decides whether a write that was answered with 502, 503 or 504 is sent
// again: nil = yes, ErrDone = no, because it was done after all. After any other
// error the write has failed with the answer it got.
type Repeat func(context.Context) error

// WithRepeat returns a context for a write that may be sent again if r agrees. Without
// it, a write that may have been done is not sent again.
func WithRepeat(ctx context.Context, r Repeat) context.Context {
	return context.WithValue(ctx, repeatKey{}, r)
}

// ErrDone means that a write was done although its answer was an error.
var ErrDone = errors.New("done")

func (r Request) writes() bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// Send sends r and returns the answer, whatever its status. The caller must read
// and close its body.
func (c *Client) Send(ctx context.Context, r Request) (*http.Response, error) {
	if !SameOrigin(r.URL, c.base) {
		return nil, fmt.Errorf("%w: refusing to send credentials to %s", ErrInput, Origin(r.URL))
	}
	if c.dryRun != nil && r.writes() && !r.Once {
		c.dryRun(r)
		return nil, ErrDryRun
	}
	changes := r.writes() && !r.Once
	if changes && c.guard != nil {
		if err := c.guard(r); err != nil {
			return nil, err
		}
	}
	if r.Once {
		ctx = context.WithValue(ctx, onceKey{}, true)
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", c.media)
	if r.Body != nil {
		req.Header.Set("Content-Type", c.media)
	}
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	for k, v := range r.Header {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	resp, err := c.http.Do(req)
	if changes && c.changed != nil && (err != nil || resp.StatusCode < http.StatusBadRequest) {
		c.changed()
	}
	if err != nil {
		err = requestError(req, err)
		if f, ok := errors.AsType[*FaultError](err); ok { // a non-HTTP answer is quoted in it
			f.Message = c.hide(f.Message)
		}
		return nil, err
	}
	return resp, nil
}

// Do is Send for callers that only want success: any status other than 2xx is
// an *Error.
func (c *Client) Do(ctx context.Context, r Request) (*http.Response, error) {
	resp, err := c.Send(ctx, r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		defer resp.Body.Close()
		return nil, c.ReadError(resp)
	}
	return resp, nil
}

// Hide removes secrets from the server's text before it becomes part of an error.
func (c *Client) Hide(s string) string { return c.hide(s) }

// ReadError converts an answer whose status is not 2xx to an error. It never
// fails.
func (c *Client) ReadError(resp *http.Response) *Error {
	e := newError(resp)
	e.Message = c.hide(e.Message)
	return e
}

// JSON is Do for an answer that is one JSON document. It returns the document as
// it was sent, or nil if the answer is empty.
func (c *Client) JSON(ctx context.Context, r Request) (json.RawMessage, error) {
	resp, err := c.Do(context.WithValue(ctx, wholeKey{}, true), r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := readAll(resp.Body)
	if err != nil {
		return nil, requestError(resp.Request, err)
	}
	if b = bytes.TrimSpace(b); len(b) == 0 {
		return nil, nil
	}
	if problem := documentProblem(b, MaxAnswer); problem != "" {
		if problem == notJSON {
			problem += fmt.Sprintf("; it starts with %q", start(b))
		}
		return nil, answerError(resp.Request, c.hide(problem))
	}
	return b, nil
}

// Call is JSON for a request built from a method, a body and path segments. If in
// is nil, no body is sent.
func (c *Client) Call(ctx context.Context, method string, in any, segments ...string) (json.RawMessage, error) {
	r, err := c.Request(method, in, segments...)
	if err != nil {
		return nil, err
	}
	return c.JSON(ctx, r)
}

// Request builds a request from a method, a body and path segments. A
// json.RawMessage is sent unchanged; if in is nil, there is no body.
func (c *Client) Request(method string, in any, segments ...string) (Request, error) {
	u, err := c.Path(segments...)
	if err != nil || in == nil {
		return Request{Method: method, URL: u}, err
	}
	b, ok := in.(json.RawMessage)
	if !ok {
		if b, err = Encode(in); err != nil {
			return Request{}, err
		}
	}
	return Request{Method: method, URL: u, Body: b}, nil
}

// Encode is json.Marshal without HTML escaping.
func Encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
