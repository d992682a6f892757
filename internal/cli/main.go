package cli

import (
	"cmp"
	"context"
	"errors"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// NewApp makes the App of a process with these streams and arguments. It calls
// failpoint wherever a job may be cut off, for tests; nil = never.
func NewApp(ctx context.Context, streams terminal.Streams, args []string, failpoint func(string)) *App {
	signals := NewSignals(ctx)
	a := &App{
		IO: streams, Now: time.Now(), Signals: signals, Listen: signals.Listen,
		Failpoint: failpoint, Argv: slices.Clone(args),
	}
	a.IO.ReplaceClosedOutput()
	a.Argv[0] = "hubctl" // whatever it was called by
	for _, word := range a.Argv {
		a.Secrets.Add(redact.SecretsIn(word)...)
	}
	return a
}

// Main runs the command line of a and returns the exit status, which is that of
// a signal if the action does not return after one.
func Main(a *App, newRoot func(*App) *cobra.Command) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of Write
	if Completing(a.Argv[1:]) && MisplacedSecret(a.Argv) {
		_ = a.Print(":4\n") // offers nothing, where cobra would repeat the words
		return exitOK
	}
	status := make(chan int, 1)
	go func() { status <- Execute(a, newRoot(a)) }()
	select {
	case status := <-status:
		return status
	case <-a.Signals.Abandoned:
		return a.Abandon()
	}
}

// Execute runs the command line of a, reports its error and returns the exit
// status.
func Execute(a *App, root *cobra.Command) int {
	root.SetArgs(a.Argv[1:])
	PrepareCompletion(root, a.Argv[1:])
	cmd, err := root.ExecuteContextC(a.Signals.Ctx)
	if err == nil {
		err = cmp.Or(a.HelpErr, a.Cobra.Err)
	}
	_, described := errors.AsType[settings.Error](err)
	_, unwritten := errors.AsType[*output.WriteError](err)
	if err != nil && !a.Started && !described && !unwritten {
		err = usageErrorFor(a, cmd, err)
	}
	err = a.afterAnyChange(err)
	if sig := a.Signals.Caught(); sig != nil && err != nil {
		err = InterruptedError{Signal: sig, Err: err}
	}
	a.Report(cmd, err)
	return ExitStatus(err)
}
