package cli

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
)

// UsageError is a mistake in the command line or in a file that it names.
type UsageError struct{ error }

func (e UsageError) Unwrap() error { return e.error }

// InterruptedError is a run ended by a signal.
type InterruptedError struct {
	Signal os.Signal
	Err    error
}

func (e InterruptedError) Error() string { return "interrupted" }

func (e InterruptedError) Unwrap() error { return e.Err }

// Errors that do not come from the server.
var (
	ErrNotLoggedIn = errors.New("not logged in")
	ErrDeclined    = errors.New("nothing was changed") // the confirmation was refused
)

// An authError is a missing credential.
type authError string

func (e authError) Error() string { return string(e) }

// NewAuthError returns an error with the exit status for a missing login.
func NewAuthError(text string) error { return authError(text) }

const errSecondFactor authError = "the account has two-factor authentication: pass the code with HUBCTL_OTP " +
	"(hubctl login: --otp), or use an access token"

// A CheckError reports what a check found, such as a difference.
type CheckError string

func (e CheckError) Error() string { return string(e) }

// An AbsentError is a CheckError for a resource that does not exist.
type AbsentError struct{ CheckError }

func (e AbsentError) Unwrap() error { return e.CheckError }

// CheckResult returns err, or a CheckError with the text of no unless yes is set.
func CheckResult(yes bool, err error, no string) error {
	if err == nil && !yes {
		return CheckError(no)
	}
	return err
}

// MistakesError are the mistakes in a file, each with its line.
type MistakesError []job.ItemError

func (m MistakesError) Error() string {
	lines := make([]string, len(m))
	for i, e := range m {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// isClosedPipe reports whether the reader of standard output has exited, as in "hubctl … | head".
func isClosedPipe(err error) bool {
	w, ok := errors.AsType[*output.WriteError](err)
	if !ok {
		return false
	}
	errno, _ := errors.AsType[syscall.Errno](w.Err)
	windows := []syscall.Errno{109, 232, 233} // ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED
	return errors.Is(w.Err, syscall.EPIPE) || runtime.GOOS == "windows" && slices.Contains(windows, errno)
}

// Report prints err and its hint on standard error. Nothing else prints errors.
func (a *App) Report(cmd *cobra.Command, err error) {
	if err == nil || isClosedPipe(err) {
		return
	}
	if errorsAsJSON(a, cmd) {
		b := MustJSON(map[string]errorJSON{"error": describe(a, err)})
		// Clean would not escape it as JSON does
		text := strings.ReplaceAll(a.Secrets.hide(string(b)), "\x7f", `\u007f`)
		a.IO.Message(printable(text) + "\n")
		return
	}
	for _, line := range lines(err) {
		a.IO.Message(printable(a.Secrets.hide(line)) + "\n")
	}
	if h := Hint(a, err); h != "" {
		a.IO.Message("hint: " + printable(a.Secrets.hide(h)) + "\n")
	}
}

// printable returns text without control characters, and without passwords in URLs.
func printable(text string) string { return output.Clean(redact.Userinfo(text)) }

// lines returns the lines to print for an error. The server's text never starts a line.
func lines(err error) []string {
	var said []string
	if i, ok := errors.AsType[InterruptedError](err); ok {
		said = append(said, i.Error())
		err = i.Err
	}
	bulk, several := errors.AsType[*job.BatchError](err)
	m, misused := errors.AsType[misuse](err)
	wrong, _ := errors.AsType[MistakesError](err)
	switch {
	case len(wrong) > 0:
		for _, e := range wrong {
			said = append(said, e.Error())
		}
	case several:
		said = append(said, bulk.Lines()...)
	case misused:
		return append([]string{"hubctl: " + m.error.Error()}, strings.Split(m.usage, "\n")...)
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

// errorJSON is the JSON of an error.
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

func describe(a *App, err error) errorJSON {
	e := errorJSON{Message: err.Error(), Hint: Hint(a, err), Exit: ExitStatus(err)}
	if answer, ok := errors.AsType[*dockerhub.Error](err); ok {
		e.Status, e.Method, e.Path = answer.Status, answer.Method, answer.Path
	}
	failed, _ := errors.AsType[MistakesError](err)
	if bulk, ok := errors.AsType[*job.BatchError](err); ok {
		failed = bulk.Failed
	}
	for _, f := range failed {
		item := describe(a, f.Err)
		item.ID = f.ID
		e.Items = append(e.Items, item)
	}
	return e
}

// errorsAsJSON reports whether to print errors as JSON. It does not need the settings, which
// are not read if the command line is invalid.
func errorsAsJSON(a *App, cmd *cobra.Command) bool {
	if a.Settings != nil {
		return a.WantsJSON()
	}
	if f := cmd.Flags().Lookup("output"); f != nil && f.Changed {
		return f.Value.String() == "json"
	}
	for i, arg := range a.Argv {
		switch {
		case arg == "--":
			return false
		case arg == "-ojson", arg == "-o=json", arg == "--output=json":
			return true
		case (arg == "-o" || arg == "--output") && i+1 < len(a.Argv):
			return a.Argv[i+1] == "json"
		}
	}
	return plainJSON(a, settings.Output(cmd.Flags()))
}

// NewUsageError marks err as a mistake in the command line or in a file that it names.
func NewUsageError(err error) UsageError { return UsageError{err} }
