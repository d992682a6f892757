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
	"github.com/hubctl/hubctl/internal/plugin"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// NewApp returns the App of a process with these streams and arguments. For tests,
// it calls failpoint at each point where a job may be interrupted; nil = never.
func NewApp(ctx context.Context, streams *terminal.Streams, args []string, failpoint func(string)) *App {
	signals := NewSignals(ctx)
	a := &App{
		IO: streams, Now: time.Now(), Signals: signals, Listen: signals.Listen,
		Failpoint: failpoint, Argv: slices.Clone(args),
	}
	a.IO.ReplaceClosedOutput()
	if plugin.Called(args[0]) {
		a.asPlugin()
	}
	a.Argv[0] = "hubctl" // whatever the name of the executable
	for _, word := range a.Argv {
		a.Secrets.Add(redact.SecretsIn(word)...)
	}
	return a
}

// Main runs the command line and returns the exit status. After a signal, it does
// not wait for an action that hangs.
func Main(a *App, newRoot func(*App) *cobra.Command) int {
	signal.Ignore(syscall.SIGPIPE) // writing to a closed pipe returns an error
	if Completing(a.Argv[1:]) && MisplacedSecret(a.Argv) {
		_ = a.Print(":4\n") // no completions; cobra would repeat the arguments
		return exitOK
	}
	if a.plugin && slices.Equal(a.Argv[1:], []string{plugin.MetadataCommand}) {
		_ = a.Print(string(MustJSON(plugin.NewMetadata(a.Version()))) + "\n") // Docker sees what is missing
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

// Execute runs the command line, reports its error and returns the exit status.
func Execute(a *App, root *cobra.Command) int {
	if a.plugin {
		a.IO.Reword = asDockerHub(root)
	}
	root.SetArgs(a.Argv[1:])
	PrepareCompletion(root, a.Argv[1:])
	cmd, err := root.ExecuteContextC(a.Signals.Ctx)
	a.IO.EndProgress()
	if flushErr := a.flush(); err == nil || isClosedPipe(err) { // the pager closed it
		err = cmp.Or(a.HelpErr, a.Cobra.Err, flushErr, err)
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
