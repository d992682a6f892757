package cli

import (
	"context"
	"errors"
	"syscall"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
)

// The exit statuses of hubctl.
const (
	exitOK          = 0
	exitFailure     = 1 // network or server error, prompt answered no, or anything else
	exitUsage       = 2 // invalid command line or file; nothing was changed
	exitNotFound    = 3
	exitAuth        = 4   // not logged in, not allowed, not in the plan
	exitInvalid     = 5   // rejected by the server as invalid or conflicting
	exitRateLimited = 6   // for longer than --max-wait
	exitPartial     = 7   // some items failed, or a listing ended early
	exitFound       = 8   // a check found something
	exitInterrupted = 130 // SIGINT
	exitTerminated  = 143 // SIGTERM
)

// ExitStatus returns the exit status of a run that ended with err.
func ExitStatus(err error) int {
	if err == nil || isClosedPipe(err) {
		return exitOK
	}
	signal, bySignal := errors.AsType[InterruptedError](err)
	_, check := errors.AsType[CheckError](err)
	_, late := errors.AsType[afterChangeError](err)
	switch {
	case bySignal && signal.Signal == syscall.SIGTERM:
		return exitTerminated
	case bySignal, errors.Is(err, context.Canceled):
		return exitInterrupted
	case isPartial(err), isUsage(err) && late:
		return exitPartial
	case isUsage(err):
		return exitUsage
	case errors.Is(err, dockerhub.ErrNotFound):
		return exitNotFound
	case isAuth(err):
		return exitAuth
	case errors.Is(err, dockerhub.ErrInvalid), errors.Is(err, dockerhub.ErrConflict):
		return exitInvalid
	case errors.Is(err, dockerhub.ErrRateLimited):
		return exitRateLimited
	case check:
		return exitFound
	}
	return exitFailure
}

func isUsage(err error) bool {
	_, usage := errors.AsType[UsageError](err)
	_, setting := errors.AsType[settings.Error](err)
	return usage || setting || errors.Is(err, session.ErrChoice) || errors.Is(err, dockerhub.ErrInput)
}

func isPartial(err error) bool {
	listing, ok := errors.AsType[*output.Partial](err)
	if ok && listing.Printed > 0 {
		return true
	}
	several, ok := errors.AsType[*job.BatchError](err)
	return ok && several.Done > 0
}

func isAuth(err error) bool {
	_, missing := errors.AsType[authError](err)
	return missing || errors.Is(err, ErrNotLoggedIn) || errors.Is(err, dockerhub.ErrUnauthorized) ||
		errors.Is(err, dockerhub.ErrForbidden) || errors.Is(err, dockerhub.ErrPaymentRequired)
}
