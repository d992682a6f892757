package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/hubctl/hubctl/internal/redact"
)

// Errors a caller may want to tell apart; match them with errors.Is.
var (
	ErrUnauthorized    = errors.New("not logged in")       // 401
	ErrPaymentRequired = errors.New("not in the plan")     // 402
	ErrForbidden       = errors.New("not allowed")         // 403
	ErrNotFound        = errors.New("not found")           // 404: missing, or private and not visible
	ErrConflict        = errors.New("already exists")      // 409
	ErrInvalid         = errors.New("refused as invalid")  // 400, 422
	ErrRateLimited     = errors.New("rate limited")        // 429
	ErrAnswer          = errors.New("unexpected answer")   // an answer that is not what the API promises
	ErrUnreachable     = errors.New("cannot reach server") // no answer at all
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

// An Error is an answer of the API other than success.
type Error struct {
	Method, Path string
	Status       int
	Message      string        // the server's own words, or the status text
	Body         []byte        // the start of the answer, at most 64 KB
	RetryAfter   time.Duration // how long the server asks to wait; 0 = it does not say
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (%s %s: %d)", e.Message, e.Method, e.Path, e.Status)
}

// Unwrap makes errors.Is(err, ErrNotFound) and the like work.
func (e *Error) Unwrap() error { return byStatus[e.Status] }

// maxMessage is how much of a server's words an Error repeats, and maxErrorBody
// how much of its answer is read for them, in bytes.
const (
	maxMessage   = 500
	maxErrorBody = 64 << 10
)

// newError reads what it can of an unsuccessful answer; it never fails.
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

// message finds the server's words in any of the envelopes that the Hub uses:
// {message, errinfo}, {detail}, {detail, error}, {fields, text}, {code,
// message, details}, SCIM's {schemas, status, detail}, an HTML page, plain text.
func message(body []byte) string {
	body = bytes.TrimSpace(body)
	var o map[string]json.RawMessage
	if json.Unmarshal(body, &o) != nil {
		return plain(body)
	}
	text := ""
	for _, k := range []string{"message", "detail", "text", "error", "error_description", "title"} {
		if text = words(o[k]); text != "" {
			break
		}
	}
	// Of a validation error the fields say more than the text, but those of
	// a database error are column names and severities.
	var fields map[string][]string
	if json.Unmarshal(o["fields"], &fields) == nil {
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			said := strings.Join(fields[k], "; ")
			if said == "" {
				continue
			}
			if strings.HasPrefix(said, text) {
				text = ""
			}
			text = strings.TrimPrefix(text+"; "+k+": "+said, "; ")
		}
	}
	return cut(text)
}

// words is the text in a JSON value: a string, or the strings of an array.
func words(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	var all []any
	_ = json.Unmarshal(raw, &all) // anything else is not for people
	var ss []string
	for _, v := range all {
		if s, ok := v.(string); ok && strings.TrimSpace(s) != "" {
			ss = append(ss, strings.TrimSpace(s))
		}
	}
	return strings.Join(ss, "; ")
}

var (
	htmlStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s*(<!doctype|<html|<\?xml)`) })
	htmlTitle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`) })
)

// plain is the text of an answer that is no JSON object.
func plain(body []byte) string {
	if s := words(body); s != "" {
		return cut(s)
	}
	if htmlStart().Match(body) {
		if m := htmlTitle().FindSubmatch(body); len(m) > 1 && len(bytes.TrimSpace(m[1])) > 0 {
			return cut("an HTML page: " + string(bytes.TrimSpace(m[1])))
		}
		return "an HTML page"
	}
	return cut(string(body))
}

func cut(s string) string { return shorten(s, maxMessage) }

// start is the beginning of b, for messages.
func start(b []byte) string { return shorten(string(b[:min(len(b), 4096)]), 60) }

// shorten is s in valid UTF-8, cut off after n bytes at the most.
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

// ConflictError is an error with a message of its own that is ErrConflict: what
// was to be changed is no longer what it was.
type ConflictError string

func (e ConflictError) Error() string        { return string(e) }
func (e ConflictError) Is(target error) bool { return target == ErrConflict }

// An AnswerError is an answer that is not what the API promises.
type AnswerError struct {
	Method, Path string
	Problem      string // reads on from "the answer "
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("the answer %s (%s %s)", e.Problem, e.Method, e.Path)
}

func (e *AnswerError) Unwrap() error { return ErrAnswer }

func answerError(req *http.Request, problem string) error {
	return &AnswerError{Method: req.Method, Path: req.URL.EscapedPath(), Problem: problem}
}

// A brokenError is an answer that ended before it was whole.
type brokenError struct {
	read int
	err  error
}

func (e brokenError) Error() string {
	return fmt.Sprintf("the answer broke off after %d bytes: %v", e.read, e.err)
}
func (e brokenError) Unwrap() error { return e.err }

// requestError says which request a fault befell that is no answer.
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
	return &FaultError{
		Method: req.Method, Path: req.URL.EscapedPath(), Arrived: mayHaveArrived(err),
		text: fmt.Sprintf("%s (%s %s)", fault(req, err), req.Method, req.URL.EscapedPath()), err: err,
	}
}

// fault tells what was wrong. net/http has no types for what is no HTTP, nor for
// what HTTP/2 calls errors.
func fault(req *http.Request, err error) string {
	_, broken := errors.AsType[brokenError](err)
	_, stalled := errors.AsType[stalledError](err)
	text := err.Error()
	_, odd, found := strings.Cut(text, "transport connection broken: ")
	switch {
	case stalled, broken:
		return text
	case found:
		return req.URL.Host + " gave an answer that is no HTTP: " + shorten(odd, maxMessage)
	case strings.HasPrefix(text, "stream error: "): // stream error: stream ID 1; CANCEL; received from peer
		_, text, _ = strings.Cut(text, "; ")
		text, _, _ = strings.Cut(text, "; ")
		return req.URL.Host + " ended the request without an answer: " + text
	case strings.HasPrefix(text, "connection error: "):
		return req.URL.Host + " gave an answer that is no HTTP: " + text
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		strings.HasPrefix(text, "http2: server sent GOAWAY"), text == "http2: client connection lost":
		return req.URL.Host + " ended the connection without an answer"
	case errors.Is(err, errRedirects), strings.Contains(text, "missing Location header"):
		return "the answer of " + req.URL.Host + " leads nowhere: " + shorten(text, maxMessage)
	case strings.HasPrefix(text, "failed to parse Location header"): // which it quotes
		return "the answer of " + req.URL.Host + " leads nowhere: its header Location is not a URL"
	case strings.HasPrefix(text, "invalid proxy address"): // which it quotes, with its password
		return "cannot reach " + req.URL.Host + ": the address of the proxy is not a URL (HTTPS_PROXY)"
	}
	return "cannot reach " + req.URL.Host + ": " + redact.Text(text)
}

// mayHaveArrived reports whether a request that this befell may have come to
// the server.
func mayHaveArrived(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	_, dns := errors.AsType[*net.DNSError](err)
	return (!ok || op.Op != "dial") && !dns && !permanent(err)
}

// BodyError is the fault of an answer whose body broke off while the caller of
// Send read it.
func BodyError(r Request, err error) error {
	return &FaultError{
		Method: r.Method, Path: r.URL.EscapedPath(), Arrived: true,
		text: fmt.Sprintf("the answer broke off: %v (%s %s)", err, r.Method, r.URL.EscapedPath()), err: err,
	}
}

// A FaultError is a request that got no answer, or not all of it.
type FaultError struct {
	Method, Path string
	Arrived      bool // the request may have come to the server, and been done
	text         string
	err          error
}

func (e *FaultError) Error() string { return e.text }

// Unwrap makes errors.Is(err, ErrUnreachable) and the like work.
func (e *FaultError) Unwrap() []error { return []error{ErrUnreachable, e.err} }
