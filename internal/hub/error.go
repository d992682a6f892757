package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/hubctl/hubctl/internal/redact"
)

// Errors to match with errors.Is.
var (
	ErrUnauthorized    = errors.New("not logged in")       // 401
	ErrPaymentRequired = errors.New("not in the plan")     // 402
	ErrForbidden       = errors.New("not allowed")         // 403
	ErrNotFound        = errors.New("not found")           // 404: missing, or private and not visible
	ErrConflict        = errors.New("already exists")      // 409
	ErrInvalid         = errors.New("refused as invalid")  // 400, 422
	ErrRateLimited     = errors.New("rate limited")        // 429
	ErrAnswer          = errors.New("unexpected response") // not what the API promises
	ErrUnreachable     = errors.New("cannot reach server") // no response, or only part of one
)

var byStatus = map[int]error{
	http.StatusBadRequest:          ErrInvalid,
	http.StatusUnauthorized:        ErrUnauthorized,
	http.StatusPaymentRequired:     ErrPaymentRequired,
	http.StatusForbidden:           ErrForbidden,
	http.StatusNotFound:            ErrNotFound,
	http.StatusConflict:            ErrConflict,
	http.StatusUnprocessableEntity: ErrInvalid,
	http.StatusTooManyRequests:     ErrRateLimited,
}

// An Error is an unsuccessful response of the API.
type Error struct {
	Method, Path string
	Status       int
	Message      string        // the server's own words, or the status text
	Body         []byte        // the start of the body, at most 64 KB
	RetryAfter   time.Duration // how long the server asks the client to wait; 0 = unknown
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (%s %s: %d)", e.Message, e.Method, e.Path, e.Status)
}

// Unwrap makes errors.Is(err, ErrNotFound) and the like work.
func (e *Error) Unwrap() error { return byStatus[e.Status] }

// Temporary reports whether the same request may succeed later.
func (e *Error) Temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status >= 500 && e.Status != http.StatusNotImplemented
}

// maxMessage limits an Error's Message, and maxErrorBody its Body, in bytes.
const (
	maxMessage   = 500
	maxErrorBody = 64 << 10
)

// newError describes an unsuccessful response. It never fails, whatever the body.
func newError(resp *http.Response) *Error {
	e := &Error{Method: resp.Request.Method, Path: resp.Request.URL.EscapedPath(), Status: resp.StatusCode}
	e.Body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable {
		e.RetryAfter, _ = askedWait(resp, time.Now())
	}
	e.Message = message(e.Body)
	switch {
	case e.Status/100 == 3 && e.Status != http.StatusNotModified:
		e.Message = redirectMessage(resp)
	case e.Message == "":
		e.Message = http.StatusText(e.Status)
	}
	if e.Message == "" {
		e.Message = cut("status " + resp.Status)
	}
	return e
}

func cut(s string) string { return shorten(s, maxMessage) }

// start returns the beginning of b, for messages.
func start(b []byte) string { return shorten(string(b[:min(len(b), 4096)]), 60) }

// shorten returns s as valid UTF-8 of at most n bytes; a cut is marked by an ellipsis.
func shorten(s string, n int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// ConflictError is an ErrConflict with its own message: a resource changed between
// reading and writing it.
type ConflictError string

func (e ConflictError) Error() string        { return string(e) }
func (e ConflictError) Is(target error) bool { return target == ErrConflict }

// An AnswerError is a response that is not what the API promises.
type AnswerError struct {
	Method, Path string
	Problem      string // completes "the answer …"
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("the answer %s (%s %s)", e.Problem, e.Method, e.Path)
}

func (e *AnswerError) Unwrap() error { return ErrAnswer }

func answerError(req *http.Request, problem string) error {
	return &AnswerError{Method: req.Method, Path: req.URL.EscapedPath(), Problem: problem}
}

// A brokenError is a response body that ended early.
type brokenError struct {
	read int
	err  error
}

func (e brokenError) Error() string {
	return fmt.Sprintf("the response ended after %d bytes: %v", e.read, e.err)
}
func (e brokenError) Unwrap() error { return e.err }

// requestError adds the request to an error that prevented a response.
func requestError(req *http.Request, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if s, ok := errors.AsType[sourceError](err); ok {
		return s.error
	}
	if refused, ok := errors.AsType[InputError](err); ok {
		return refused
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, ErrAnswer) {
		return err
	}
	return &FaultError{req.Method, req.URL.EscapedPath(), fault(req, err), mayHaveArrived(err), err}
}

// fault describes err for people. It matches texts where net/http has no error types:
// invalid HTTP, and the errors of HTTP/2.
func fault(req *http.Request, err error) string {
	_, broken := errors.AsType[brokenError](err)
	_, stalled := errors.AsType[stalledError](err)
	text := sentence(err)
	_, odd, found := strings.Cut(text, "transport connection broken: ")
	switch {
	case stalled, broken:
		return text
	case found:
		return req.URL.Host + " sent an invalid HTTP response: " + shorten(odd, maxMessage)
	case strings.HasPrefix(text, "stream error: "): // stream error: stream ID 1; CANCEL; received from peer
		_, text, _ = strings.Cut(text, "; ")
		text, _, _ = strings.Cut(text, "; ")
		return req.URL.Host + " canceled the request: " + text
	case strings.HasPrefix(text, "connection error: "):
		return req.URL.Host + " sent an invalid HTTP response: " + text
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), wasReset(err),
		strings.HasPrefix(text, "http2: server sent GOAWAY"), text == "http2: client connection lost":
		return req.URL.Host + " closed the connection without a response"
	case errors.Is(err, errRedirects), strings.Contains(text, "missing Location header"):
		return req.URL.Host + " sent an invalid redirect: " + shorten(text, maxMessage)
	case strings.HasPrefix(text, "failed to parse Location header"): // which it quotes
		return req.URL.Host + " sent an invalid redirect: the Location header is not a URL"
	case strings.HasPrefix(text, "invalid proxy address"): // which it quotes, with its password
		return "cannot reach " + req.URL.Host + ": the proxy address is not a URL (HTTPS_PROXY)"
	}
	return "cannot reach " + req.URL.Host + ": " + redact.Text(text)
}

// sentence returns the text of err without the period that Windows ends it with.
func sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") }

// wasReset reports whether the server closed the connection while hubctl used it. On
// Windows syscall.ECONNRESET is a number that the system never returns.
func wasReset(err error) bool {
	const wsaConnAborted, wsaConnReset = syscall.Errno(10053), syscall.Errno(10054)
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, wsaConnReset) || errors.Is(err, wsaConnAborted)
}

// mayHaveArrived reports whether a request that failed with err may have reached the
// server.
func mayHaveArrived(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	_, dns := errors.AsType[*net.DNSError](err)
	return (!ok || op.Op != "dial") && !dns && !permanent(err)
}

// BodyError is the error for a response body that ended early while the caller of Send
// was reading it.
func BodyError(r Request, err error) error {
	return &FaultError{r.Method, r.URL.EscapedPath(), "the response ended early: " + sentence(err), true, err}
}

// A FaultError is a request that got no response, or only part of one.
type FaultError struct {
	Method, Path string
	Message      string
	Arrived      bool // the server may have received and processed the request
	Err          error
}

func (e *FaultError) Error() string { return fmt.Sprintf("%s (%s %s)", e.Message, e.Method, e.Path) }

// Unwrap makes errors.Is(err, ErrUnreachable) and the like work.
func (e *FaultError) Unwrap() []error { return []error{ErrUnreachable, e.Err} }
