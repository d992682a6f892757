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

// App holds everything that a command may use: streams, global flags, settings and
// the session. Main makes one and passes it down, so the package needs no variables.
type App struct {
	IO        *terminal.Streams
	Now       time.Time
	Version   func() string     // version of hubctl, for the User-Agent
	Signals   *Signals          // handles SIGINT and SIGTERM
	Listen    func()            // starts listening for signals
	Transport http.RoundTripper // sends requests; nil = over the network
	Failpoint func(string)      // called at each point where a job may be interrupted; nil = never
	Argv      []string          // command line; nil = any
	plugin    bool              // Docker runs it as docker hub
	Flags     GlobalFlags
	Settings  *settings.Settings              // nil until Begin
	Current   *ClientSession                  // nil until Open
	bearers   map[*cobra.Command]BearerSource // for commands that use no session
	Hints     Hints
	Quiet     bool            // suppresses notices
	SendAsIs  bool            // for raw: also sends changes without a session
	listed    atomic.Int64    // rows of listings, as the server counts them
	changed   atomic.Bool     // something was changed, or may have been
	Started   bool            // the command line was valid and the action has begun
	Secrets   Secrets         // text to hide in the server's messages
	dryRunErr error           // why --dry-run could not print a request
	HelpErr   error           // --help was used with an unknown command
	Cobra     Outlet          // standard output for text printed by cobra
	bareName  string          // repository named without a namespace, for hints
	undecided *UndecidedError // rows that filters could not judge; nil = none
	Within    Place           // namespace from a flag, which every repository must be in
}

// GlobalFlags are the global flags that are not settings; internal/settings reads
// the rest.
type GlobalFlags struct {
	jq, template, Sort string
	columns            []string
	Limit              int
	noHeaders, noTrunc bool
	noPager            bool
	Quiet              bool
	Yes, DryRun        bool
	Token, User        string
	OutputGiven        bool
	Markdown           bool // -o markdown
}

// Options returns the output options from the flags and settings.
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
	if o.Hyperlinks = o.Color && o.Terminal && settings.Hyperlinks(); o.Hyperlinks && !a.Settings.Sandbox {
		o.Website = a.Website()
	}
	return o
}

// Color reports whether to use color on f.
func (a *App) Color(f *os.File) bool {
	switch {
	case a.Settings.Color == "always":
		return true
	case a.Settings.Color == "never", settings.NoColor():
		return false
	}
	return settings.ForceColor() || terminal.IsTerminal(f)
}

// An Outlet is a writer that remembers its first error, for callers that ignore it.
type Outlet struct {
	W   io.Writer
	Err error
}

func (o *Outlet) Write(p []byte) (int, error) {
	n, err := o.W.Write(p)
	o.Err = cmp.Or(o.Err, err)
	return n, err
}

// Notice prints a line on standard error, unless the output is JSON.
func (a *App) Notice(format string, args ...any) {
	if !a.Quiet && !a.WantsJSON() {
		a.Warn(format, args...)
	}
}

// Warn prints a line on standard error, whatever the output format.
func (a *App) Warn(format string, args ...any) {
	text := printable(a.Secrets.hide(fmt.Sprintf(format, args...)))
	a.IO.Message("hubctl: " + text + "\n")
}

func (a *App) WantsJSON() bool { return a.Settings != nil && plainJSON(a, a.Settings.Output) }

// plainJSON reports whether the output is JSON that no flag transforms.
func plainJSON(a *App, format string) bool {
	return format == "json" && !a.Flags.Quiet && a.Flags.jq == "" && a.Flags.template == ""
}

// Print writes text to standard output.
func (a *App) Print(text string) error {
	if err := a.flush(); err != nil {
		return err
	}
	if _, err := io.WriteString(a.IO.Out, text); err != nil {
		return &output.WriteError{Err: err}
	}
	return nil
}

func Must(err error) {
	if err != nil {
		panic(err) // a bug in hubctl, such as a wrongly declared flag
	}
}
