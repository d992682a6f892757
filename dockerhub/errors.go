package dockerhub

import (
	"errors"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// Sentinel errors, for use with errors.Is.
var (
	ErrInput           = hub.ErrInput           // invalid input; nothing was sent
	ErrUnauthorized    = hub.ErrUnauthorized    // 401
	ErrPaymentRequired = hub.ErrPaymentRequired // 402
	ErrForbidden       = hub.ErrForbidden       // 403
	ErrNotFound        = hub.ErrNotFound        // 404: missing, or private and not visible to this session
	ErrConflict        = hub.ErrConflict        // 409, or a resource that changed between reading and writing it
	ErrInvalid         = hub.ErrInvalid         // 400, 422
	ErrRateLimited     = hub.ErrRateLimited     // 429
	ErrAnswer          = hub.ErrAnswer          // an *AnswerError
	ErrUnreachable     = hub.ErrUnreachable     // an *UnreachableError
	ErrDryRun          = hub.ErrDryRun          // not sent because of Options.DryRun
)

// An Error is an answer of the API with a status other than 2xx. It wraps the
// sentinel for its status, such as [ErrNotFound], if there is one.
type Error struct {
	Method, Path string        // the request; the path is escaped and has no query
	Status       int           // the HTTP status
	Message      string        // the server's own words, or the text of the status
	Body         []byte        // the start of the body, at most 64 KB
	RetryAfter   time.Duration // how long the server asks to wait; 0 = it does not say
}

// Error returns the message and the request, such as
// "object not found (GET /v2/access-tokens/zz: 404)".
func (e *Error) Error() string { return (*hub.Error)(e).Error() }

// Unwrap returns the sentinel for the status, or nil.
func (e *Error) Unwrap() error { return (*hub.Error)(e).Unwrap() }

// Temporary reports whether the same request may succeed later: after 429, and
// after 5xx other than 501. The client has already retried it as [Options] allow.
func (e *Error) Temporary() bool { return (*hub.Error)(e).Temporary() }

// An AnswerError is an answer that is not in the form that the API promises. It wraps
// [ErrAnswer]. If the request was a write, it has probably taken effect.
type AnswerError struct {
	Method, Path string // the request; "" if unknown
	Problem      string // completes "the answer …"
}

// Error returns the problem and the request.
func (e *AnswerError) Error() string { return (*hub.AnswerError)(e).Error() }

// Unwrap returns ErrAnswer.
func (e *AnswerError) Unwrap() error { return ErrAnswer }

// An UnreachableError is a request that got no answer, or only part of one. It wraps
// [ErrUnreachable] and the cause.
type UnreachableError struct {
	Method, Path string // the request; the path is escaped and has no query
	Message      string // what happened
	Arrived      bool   // the server may have received and processed the request
	Err          error  // the cause, such as a *net.OpError
}

// Error returns the message and the request.
func (e *UnreachableError) Error() string { return (*hub.FaultError)(e).Error() }

// Unwrap returns ErrUnreachable and the cause.
func (e *UnreachableError) Unwrap() []error { return []error{ErrUnreachable, e.Err} }

// publicError returns an error of the internal client as a type of this package.
// Every error passes it that comes from there.
func publicError(err error) error {
	if e, ok := errors.AsType[*hub.Error](err); ok {
		return (*Error)(e)
	}
	if e, ok := errors.AsType[*hub.AnswerError](err); ok {
		return (*AnswerError)(e)
	}
	if e, ok := errors.AsType[*hub.FaultError](err); ok {
		return (*UnreachableError)(e)
	}
	return err
}
