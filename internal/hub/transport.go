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

// onceKey is the context key for requests that must not be retried, wholeKey for
// those whose answer is buffered.
type (
	onceKey  struct{}
	wholeKey struct{}
)

// auth adds the bearer to requests to its own origin only. A read answered with
// 401 is retried once with a new bearer; if there is none for now, the read fails
// with the reason.
type auth struct {
	next   http.RoundTripper
	token  TokenSource
	origin *url.URL
}

func (t *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	if !SameOrigin(req.URL, t.origin) || req.Header.Get("Authorization") != "" {
		return t.next.RoundTrip(req)
	}
	bearer, err := t.token(req.Context(), "")
	if err != nil {
		return nil, sourceError{err}
	}
	resp, err := t.next.RoundTrip(withBearer(req, bearer))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || bearer == "" {
		return resp, err
	}
	fresh, err := t.token(req.Context(), bearer)
	again := idempotent(req) && req.Context().Value(onceKey{}) == nil
	if again && req.Context().Err() != nil {
		discard(resp)
		return nil, req.Context().Err()
	}
	if again && Passing(err) {
		discard(resp)
		return nil, sourceError{err}
	}
	if err != nil || fresh == bearer || fresh == "" || !again {
		return resp, nil //nolint:nilerr // the server's own answer says more than why there is no other bearer
	}
	discard(resp)
	if req, err = rewound(req); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(withBearer(req, fresh))
}

// temporary is an Error, or package dockerhub's form of one.
type temporary interface {
	error
	Temporary() bool
}

// Passing reports whether err is a temporary error, which may be gone soon.
func Passing(err error) bool {
	if errors.Is(err, ErrUnreachable) {
		return true
	}
	e, ok := errors.AsType[temporary](err)
	return ok && e.Temporary()
}

// A sourceError is an error of the TokenSource rather than of the request.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

func withBearer(req *http.Request, bearer string) *http.Request {
	req = req.Clone(req.Context())
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	return req
}

func idempotent(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// discard reads the rest of a small body and closes it, so that the connection
// can be reused.
func discard(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}

// buffer reads the body of a small answer into memory, so that the connection can
// be reused.
func buffer(resp *http.Response) {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(b))
}

// progress cancels a request if no data arrives for longer than limit. The time
// that the reader takes does not count, and a long answer may take as long as it
// needs.
type progress struct {
	next  http.RoundTripper
	limit time.Duration
}

// A stalledError means that the server took too long. It counts as a network error.
type stalledError struct {
	what  string
	limit time.Duration
}

func (e stalledError) Error() string { return fmt.Sprintf("%s for %s", e.what, e.limit) }

func (t *progress) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(t.limit, func() { cancel(stalledError{"no answer", t.limit}) })
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	timer.Stop()
	if err != nil {
		err = stalled(ctx, err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &download{resp.Body, ctx, cancel, t.limit}
	return resp, nil
}

// stalled returns the stalledError that caused err, or err itself.
func stalled(ctx context.Context, err error) error {
	if s, ok := errors.AsType[stalledError](context.Cause(ctx)); ok {
		return s
	}
	return err
}

type download struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // of the request that the body belongs to
	cancel context.CancelCauseFunc
	limit  time.Duration
}

func (d *download) Read(p []byte) (int, error) {
	timer := time.AfterFunc(d.limit, func() { d.cancel(stalledError{"no more of the answer", d.limit}) })
	defer timer.Stop()
	n, err := d.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = stalled(d.ctx, err)
	}
	return n, err
}

func (d *download) Close() error {
	defer d.cancel(nil)
	return d.ReadCloser.Close()
}

// bufferBody reads a whole answer before it returns it, so that an answer which is
// cut off is retried like any other network error.
type bufferBody struct{ next http.RoundTripper }

func (t *bufferBody) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || req.Context().Value(wholeKey{}) == nil {
		return resp, err
	}
	defer resp.Body.Close()
	var read bytes.Buffer
	read.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead)
	limit := int64(MaxAnswer)
	if resp.StatusCode/100 != 2 {
		limit = maxErrorBody - 1 // drop the rest of an error page
	}
	_, err = read.ReadFrom(io.LimitReader(resp.Body, limit+1))
	b := read.Bytes()
	if len(b) > MaxAnswer {
		return nil, answerError(req, tooLarge(MaxAnswer))
	}
	// A write is not retried, so keep whatever arrived of its answer, such as the
	// secret of a new token.
	if err != nil && (idempotent(req) || !json.Valid(b)) {
		return nil, brokenError{len(b), err}
	}
	resp.Body = &inMemory{*bytes.NewReader(b), b}
	return resp, nil
}

// inMemory is the body that bufferBody returns.
type inMemory struct {
	bytes.Reader
	all []byte
}

func (*inMemory) Close() error { return nil }

// readAll is io.ReadAll, but does not copy a body that is already in memory.
func readAll(r io.Reader) ([]byte, error) {
	if m, ok := r.(*inMemory); ok {
		return m.all, nil
	}
	return io.ReadAll(r)
}
