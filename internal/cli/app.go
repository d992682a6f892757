package cli

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// App is what a command may use: its streams, the global flags and the
// settings. Main makes one and hands it down, so that the package has no
// variables of its own.
type App struct {
	IO        terminal.Streams
	Now       time.Time
	Version   func() string     // of hubctl, for the server
	Signals   *Signals          // what SIGINT and SIGTERM do
	Listen    func()            // starts listening for them
	Transport http.RoundTripper // what sends requests; nil = the network
	Failpoint func(string)      // called wherever a job may be cut off; nil = nothing
	Argv      []string          // the command line; nil = any
	Flags     GlobalFlags
	Settings  *settings.Settings              // nil until Begin
	Current   *ClientSession                  // nil until Open
	bearers   map[*cobra.Command]BearerSource // of the commands that act for no session
	Hints     Hints
	Quiet     bool            // notices are not wanted
	SendAsIs  bool            // raw: requests are sent whoever they are for
	changed   atomic.Bool     // something was changed, or may have been
	Started   bool            // the command line made sense and its action began
	Secrets   Secrets         // what a server's words must not repeat
	dryRunErr error           // why --dry-run did not print a request
	HelpErr   error           // what --help was asked for is no command
	Cobra     Outlet          // standard output for what cobra prints
	bareName  string          // the repository that was named without a namespace, for hints
	undecided *UndecidedError // rows that the filters of this run could not judge; nil = none
	Within    Place           // of every repository, if a flag of this command line says so
}

// GlobalFlags are the global flags that are no settings. Those that are, are read
// through internal/settings.
type GlobalFlags struct {
	jq, template, Sort string
	columns            []string
	Limit              int
	noHeaders, noTrunc bool
	Quiet              bool
	Yes, DryRun        bool
	Token, User        string
	OutputGiven        bool
}

// Options are the output flags and settings together.
func (a *App) Options() output.Options {
	o := output.Options{
		Format: a.Settings.Output, JQ: a.Flags.jq, Template: a.Flags.template,
		Columns: a.Flags.columns, NoHeaders: a.Flags.noHeaders, Sort: a.Flags.Sort,
		Limit: a.Flags.Limit, Quiet: a.Flags.Quiet, NoTrunc: a.Flags.noTrunc, Now: a.Now,
	}
	if (o.JQ != "" || o.Template != "") && !a.Flags.OutputGiven {
		o.Format = "json" // a format from the file or environment is only a preference
	}
	if o.Terminal = terminal.IsTerminal(a.IO.Out); o.Terminal {
		if width, _, err := term.GetSize(int(a.IO.Out.Fd())); err == nil {
			o.Width = width
		}
	}
	o.Color = a.Color(a.IO.Out)
	return o
}

// Color reports whether to use colour on f.
func (a *App) Color(f *os.File) bool {
	switch {
	case a.Settings.Color == "always":
		return true
	case a.Settings.Color == "never", settings.NoColor():
		return false
	}
	return settings.ForceColor() || terminal.IsTerminal(f)
}

// An Outlet remembers the first error of writing to it, for writers that drop it.
type Outlet struct {
	W   io.Writer
	Err error
}

func (o *Outlet) Write(p []byte) (int, error) {
	n, err := o.W.Write(p)
	o.Err = cmp.Or(o.Err, err)
	return n, err
}

// Notice tells the user something on standard error. Programs that asked for
// JSON are not told.
func (a *App) Notice(format string, args ...any) {
	if !a.Quiet && !a.WantsJSON() {
		a.Warn(format, args...)
	}
}

// Warn is notice for what must be told whatever the format.
func (a *App) Warn(format string, args ...any) {
	text := printable(a.Secrets.hide(fmt.Sprintf(format, args...)))
	_, _ = io.WriteString(a.IO.Err, "hubctl: "+text+"\n") // nowhere to complain to
}

func (a *App) WantsJSON() bool { return a.Settings != nil && plainJSON(a, a.Settings.Output) }

// plainJSON reports whether a format is JSON, and no flag makes something else of
// it.
func plainJSON(a *App, format string) bool {
	return format == "json" && !a.Flags.Quiet && a.Flags.jq == "" && a.Flags.template == ""
}

// Print writes a result that is text and nothing else.
func (a *App) Print(text string) error {
	if _, err := io.WriteString(a.IO.Out, text); err != nil {
		return &output.WriteError{Err: err}
	}
	return nil
}

func Must(err error) {
	if err != nil {
		panic(err) // a flag that this package declares wrongly
	}
}
