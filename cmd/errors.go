package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
)

// usageError is a command line, or a file it names, that cannot be used.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// interrupted is a run that a signal ended.
type interrupted struct {
	sig os.Signal
	err error
}

func (e interrupted) Error() string { return "interrupted" }
func (e interrupted) Unwrap() error { return e.err }

// The failures that are not the server's and have an exit status of their own.
var (
	errNotLoggedIn  = errors.New("not logged in")
	errSecondFactor = errors.New("the account has a second factor: give its code with HUBCTL_OTP (hubctl login: with --otp), or use an access token")
	errNoSCIMToken  = errors.New("there is no SCIM token: set HUBCTL_SCIM_TOKEN to the API token that the organization's single sign-on settings gave for SCIM; no login replaces it")
	errRefused      = errors.New("nothing was changed")
)

// A checkError is what a check found, such as a difference. The check itself
// did not fail.
type checkError string

func (e checkError) Error() string { return string(e) }

// An absence is a checkError of a thing that is not there.
type absence struct{ checkError }

func (e absence) Unwrap() error { return e.checkError }

// answered is the outcome of a question: nothing if the answer was yes, and what
// no means otherwise.
func answered(yes bool, err error, no string) error {
	if err == nil && !yes {
		return checkError(no)
	}
	return err
}

// An itemError is the failure of one of several things a command was to do.
type itemError struct {
	id  string
	err error
}

func (e itemError) Error() string { return e.id + ": " + e.err.Error() }
func (e itemError) Unwrap() error { return e.err }

// An undoneError is a failure after which all is as it was before.
type undoneError struct{ error }

func (e undoneError) Unwrap() error { return e.error }

// A bulkError is the failure of some or all of several things.
type bulkError struct {
	failed []itemError // in order, at least one
	done   int         // how many succeeded
}

func (e *bulkError) Error() string { return strings.Join(e.lines(), "\n") }

func (e *bulkError) lines() []string {
	lines := make([]string, len(e.failed))
	for i, f := range e.failed {
		lines[i] = f.Error()
	}
	if e.done > 0 || len(lines) > 1 {
		lines = append(lines, fmt.Sprintf("%d done, %d failed", e.done, len(e.failed)))
	}
	return lines
}

// Unwrap is the first failure, which stands for all if nothing was done.
func (e *bulkError) Unwrap() error { return e.failed[0] }

// mistakes are what is wrong with a file, each with its line.
type mistakes []itemError

func (m mistakes) Error() string {
	lines := make([]string, len(m))
	for i, e := range m {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// exitStatus is the whole of hubctl's exit-status contract.
func exitStatus(err error) int {
	_, usage := errors.AsType[usageError](err)
	_, setting := errors.AsType[settings.Error](err)
	signal, bySignal := errors.AsType[interrupted](err)
	partial, listed := errors.AsType[*output.Partial](err)
	bulk, several := errors.AsType[*bulkError](err)
	_, found := errors.AsType[checkError](err)
	_, late := errors.AsType[afterChange](err)
	wrong := usage || setting || errors.Is(err, session.ErrChoice) || errors.Is(err, dockerhub.ErrInput)
	switch {
	case err == nil, isClosedPipe(err):
		return 0
	case bySignal && signal.sig == syscall.SIGTERM:
		return 143
	case bySignal, errors.Is(err, context.Canceled):
		return 130
	case listed && partial.Printed > 0, several && bulk.done > 0, wrong && late:
		return 7
	case wrong:
		return 2
	case errors.Is(err, dockerhub.ErrNotFound):
		return 3
	case errors.Is(err, errNotLoggedIn), errors.Is(err, errSecondFactor), errors.Is(err, errNoSCIMToken), errors.Is(err, dockerhub.ErrUnauthorized),
		errors.Is(err, dockerhub.ErrForbidden), errors.Is(err, dockerhub.ErrPlan):
		return 4
	case errors.Is(err, dockerhub.ErrInvalid), errors.Is(err, dockerhub.ErrConflict):
		return 5
	case errors.Is(err, dockerhub.ErrRateLimited):
		return 6
	case found:
		return 8
	}
	return 1
}

// isClosedPipe reports whether err is the reader of standard output having
// gone, as in "hubctl … | head".
func isClosedPipe(err error) bool {
	w, ok := errors.AsType[*output.WriteError](err)
	if !ok {
		return false
	}
	errno, _ := errors.AsType[syscall.Errno](w.Err)
	windows := []syscall.Errno{109, 232} // ERROR_BROKEN_PIPE, ERROR_NO_DATA
	return errors.Is(w.Err, syscall.EPIPE) || runtime.GOOS == "windows" && slices.Contains(windows, errno)
}

// report prints err on standard error: what happened, to what, what to do. It
// is the only place that does.
func (a *app) report(cmd *cobra.Command, err error) {
	if err == nil || isClosedPipe(err) {
		return
	}
	if a.errorsAsJSON(cmd) {
		b := mustJSON(map[string]errorJSON{"error": a.describe(err)})
		text := strings.ReplaceAll(a.seen.hide(string(b)), "\x7f", `\u007f`) // the one that Clean would not write as JSON does
		_, _ = io.WriteString(a.io.Err, printable(text)+"\n")
		return
	}
	for _, line := range lines(err) {
		_, _ = io.WriteString(a.io.Err, printable(a.seen.hide(line))+"\n")
	}
	if h := a.hint(err); h != "" {
		_, _ = io.WriteString(a.io.Err, "hint: "+printable(a.seen.hide(h))+"\n")
	}
}

// printable is text as it may be printed on standard error: without control
// characters, and without a password in a URL that somebody typed.
func printable(text string) string { return output.Clean(redact.Userinfo(text)) }

// lines are what is printed of an error. A server's words never make a line of
// their own.
func lines(err error) []string {
	var said []string
	if i, ok := errors.AsType[interrupted](err); ok {
		said = append(said, i.Error())
		err = i.err
	}
	bulk, several := errors.AsType[*bulkError](err)
	m, misused := errors.AsType[misuse](err)
	wrong, _ := errors.AsType[mistakes](err)
	switch {
	case len(wrong) > 0:
		for _, e := range wrong {
			said = append(said, e.Error())
		}
	case several:
		said = append(said, bulk.lines()...)
	case misused:
		return []string{"hubctl: " + m.error.Error(), m.usage}
	case len(said) == 0:
		said = []string{err.Error()}
	case !errors.Is(err, context.Canceled):
		said = append(said, err.Error())
	}
	for i := range said {
		said[i] = "hubctl: " + said[i]
	}
	return said
}

// errorJSON is an error for programs.
type errorJSON struct {
	Message string      `json:"message"`
	Status  int         `json:"status,omitempty"`
	Method  string      `json:"method,omitempty"`
	Path    string      `json:"path,omitempty"`
	Hint    string      `json:"hint,omitempty"`
	Exit    int         `json:"exit"`
	ID      string      `json:"id,omitempty"`
	Items   []errorJSON `json:"items,omitempty"`
}

func (a *app) describe(err error) errorJSON {
	e := errorJSON{Message: err.Error(), Hint: a.hint(err), Exit: exitStatus(err)}
	if answer, ok := errors.AsType[*dockerhub.Error](err); ok {
		e.Status, e.Method, e.Path = answer.Status, answer.Method, answer.Path
	}
	failed, _ := errors.AsType[mistakes](err)
	if bulk, ok := errors.AsType[*bulkError](err); ok {
		failed = bulk.failed
	}
	for _, f := range failed {
		item := a.describe(f.err)
		item.ID = f.id
		e.Items = append(e.Items, item)
	}
	return e
}

// errorsAsJSON reports whether JSON was asked for, also where the command line
// made so little sense that the settings were never read.
func (a *app) errorsAsJSON(cmd *cobra.Command) bool {
	if a.set != nil {
		return a.wantsJSON()
	}
	if f := cmd.Flags().Lookup("output"); f != nil && f.Changed {
		return f.Value.String() == "json"
	}
	for i, arg := range a.words {
		switch {
		case arg == "--":
			return false
		case arg == "-ojson", arg == "-o=json", arg == "--output=json":
			return true
		case (arg == "-o" || arg == "--output") && i+1 < len(a.words):
			return a.words[i+1] == "json"
		}
	}
	return a.plainJSON(settings.Output(cmd.Flags()))
}
