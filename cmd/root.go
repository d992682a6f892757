// Package cmd is the hubctl command line: one file per noun, verbs.go for what
// their commands share, and root.go for the edges of the process.
package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// app is what a command may use: its streams, the global flags and the
// settings. Main makes one and hands it down, so that the package has no
// variables of its own.
type app struct {
	io        terminal.Streams
	now       time.Time
	version   func() string     // of hubctl, for the server
	signals   *signals          // what SIGINT and SIGTERM do
	listen    func()            // starts listening for them
	transport http.RoundTripper // what sends requests; nil = the network
	point     func(string)      // called wherever a job may be cut off; nil = nothing
	words     []string          // the command line; nil = any
	flags     globals
	set       *settings.Settings // nil until begin
	opened    *opened            // nil until open
	mute      bool               // notices are not wanted
	asTold    bool               // raw: requests are sent whoever they are for
	changed   atomic.Bool        // something was changed, or may have been
	started   bool               // the command line made sense and its action began
	seen      secrets            // what a server's words must not repeat
	untold    error              // why --dry-run did not print a request
	noHelp    error              // what --help was asked for is no command
	cobra     outlet             // standard output for what cobra prints
	bare      string             // the repository that was named without a namespace, for hints
	unjudged  *undecided         // rows that the filters of this run could not judge; nil = none
	within    place              // of every repository, if a flag of this command line says so
}

// globals are the global flags that are no settings. Those that are, are read
// through internal/settings.
type globals struct {
	jq, template, sort string
	columns            []string
	limit              int
	noHeaders, quiet   bool
	yes, dryRun        bool
	token, user        string
	outputGiven        bool
}

// Main runs hubctl with the process's arguments and returns its exit status.
func Main() int { return run(nil) }

// run is Main, with point called wherever a job may be cut off, for tests.
func run(point func(string)) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of Write, and ends in exit
	s := newSignals(context.Background())
	a := &app{io: terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, now: time.Now(), version: func() string { return readVersion().Version }, signals: s, listen: s.listen, point: point, words: slices.Clone(os.Args)}
	a.words[0] = "hubctl" // whatever it was called by
	for _, word := range a.words {
		a.seen.add(redact.SecretsIn(word)...)
	}
	if completing(a.words[1:]) && misplacedSecret(a.words) {
		_ = a.print(":4\n") // which is how to offer nothing; cobra would repeat the words
		return 0
	}
	status := make(chan int, 1)
	go func() { status <- a.execute() }()
	select {
	case status := <-status:
		return status
	case <-s.abandoned:
		return a.abandon()
	}
}

// execute runs the command line in a.words, reports its error and returns the
// exit status.
func (a *app) execute() int {
	root := newRoot(a)
	root.SetArgs(a.words[1:])
	prepareCompletion(root, a.words[1:])
	cmd, err := root.ExecuteContextC(a.signals.ctx)
	if err == nil {
		err = cmp.Or(a.noHelp, a.cobra.err)
	}
	_, told := errors.AsType[settings.Error](err)
	_, unwritten := errors.AsType[*output.WriteError](err)
	if err != nil && !a.started && !told && !unwritten {
		err = misused(cmd, err)
	}
	err = a.timed(err)
	if sig := a.signals.caught(); sig != nil && err != nil {
		err = interrupted{sig, err}
	}
	a.report(cmd, err)
	return exitStatus(err)
}

func newRoot(a *app) *cobra.Command {
	root := group(a, "hubctl", "The command line for Docker Hub",
		newLogin, newLogout, newWhoami, newAuth,
		newTokens, newOrgTokens, newRepos, newTags, newManifests,
		newOrgs, newMembers, newTeams, newInvites, newAudit, newSCIM, newAnalytics, newUsers,
		newSearch, newRateLimit, newRaw, newConfig, newProfiles, newSandbox, newVersion)
	root.Long = "hubctl is the command line for Docker Hub: access tokens, repositories, tags,\nteams and everything else that its API offers.\n\n" +
		"Try it without an account:  hubctl --sandbox tokens list"
	root.Example = "  hubctl login\n  hubctl tokens list --expiring-within 14d\n  hubctl raw GET /v2/user/"
	root.SilenceUsage, root.SilenceErrors, root.DisableAutoGenTag = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(newCompletion(a))
	root.SetHelpCommand(newHelp(a))
	root.SetUsageFunc(usage)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if rest := cmd.Flags().Args(); cmd.HasSubCommands() && len(rest) > 0 {
			a.noHelp = unknownCommand(cmd, rest[0])
			return
		}
		help(cmd, args)
	})
	a.cobra.w = output.Checked(a.io.Out)
	root.SetOut(&a.cobra) // what --help prints is a result
	root.SetErr(a.io.Err)

	showVersion := root.Flags().BoolP("version", "V", false, "print the version and exit")
	act := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *showVersion && len(args) == 0 {
			if err := refuseUnhonored(cmd, textFlags); err != nil {
				return err
			}
			a.started = true
			return a.print(readVersion().String() + "\n")
		}
		return act(cmd, args)
	}
	a.globalFlags(root)
	must(root.RegisterFlagCompletionFunc("namespace", a.completeNamespaceFlag))
	must(root.RegisterFlagCompletionFunc("org", a.completeOrgFlag))
	return root
}

// globalFlags declares the flags that every command has.
func (a *app) globalFlags(root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.flags
	setting := func(name, short, def, usage string) {
		v := plainValue(def)
		f.VarP(&v, name, short, usage)
	}
	setting("output", "o", "table", "output `format`: table, json, yaml, ndjson or csv")
	f.StringVar(&g.jq, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.template, "template", "", "format the JSON with a Go `template`")
	listFlag(f, &g.columns, "columns", "`names` of the columns to show, with commas between them")
	f.BoolVar(&g.noHeaders, "no-headers", false, "leave out the headings")
	f.StringVar(&g.sort, "sort", "", "sort by a `column`, or by -column the other way round")
	f.IntVar(&g.limit, "limit", 0, "stop after `N` rows; 0 = all")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "print identifiers only, one a line")

	f.String("profile", "", "`name` of the account to use")
	f.StringVarP(&g.user, "user", "U", "", "Docker `ID`, or organization of an organization access token")
	f.StringVarP(&g.token, "token", "t", "", "JWT, or access token; - reads it from standard input. Other processes can see it: HUBCTL_TOKEN is better")
	setting("url", "u", "https://hub.docker.com", "base `URL` of the API")
	f.String("org", "", "`organization`; of repositories, their namespace")
	f.String("namespace", "", "`namespace` of repositories named without one")
	f.String("config", "", "configuration `file`")
	f.Bool("sandbox", false, "use the embedded local Hub: no account, no network")

	setting("timeout", "", "30s", "longest `time` without an answer or without progress")
	setting("retries", "", "4", "repeat a request at the most `N` times")
	setting("max-wait", "", "5m", "`time` spent on waiting for rate limits in all")
	setting("concurrency", "", "6", "at the most `N` requests in flight together")
	f.String("cacert", "", "`file` with CA certificates to trust beside the system's")

	f.BoolP("help", "h", false, "show help for a command")
	f.BoolVarP(&g.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&g.dryRun, "dry-run", false, "print the requests that would change something instead of sending them")
	f.CountP("verbose", "v", "tell of each request on standard error; twice: with headers and bodies, without secrets")
	setting("color", "", "auto", "use colour `when`: auto, always or never")
	f.SortFlags, root.Flags().SortFlags = false, false

	completeFlag(root, "output", output.Formats...)
	completeFlag(root, "color", settings.Colors...)
	for _, name := range []string{"jq", "template", "limit", "user", "token", "url", "timeout", "retries", "max-wait", "concurrency"} {
		completeFlag(root, name)
	}
	must(root.RegisterFlagCompletionFunc("columns", completeColumns))
	must(root.RegisterFlagCompletionFunc("sort", completeSort))
	must(root.RegisterFlagCompletionFunc("profile", a.completeProfiles))
}

// A plainValue is the text of a setting's flag. Unlike pflag's own it shows its
// default without quotes.
type plainValue string

func (v *plainValue) String() string     { return string(*v) }
func (v *plainValue) Set(s string) error { *v = plainValue(s); return nil }
func (v *plainValue) Type() string       { return "setting" }

// begin reads the settings, once the flags of cmd are parsed.
func (a *app) begin(cmd *cobra.Command) error {
	if a.set != nil {
		return nil
	}
	if err := vetFlags(cmd); err != nil {
		return err
	}
	if cmd.Annotations[profileKey] == anyProfile {
		must(cmd.Flags().SetAnnotation("config", settings.MayBeNew, []string{"yes"}))
	}
	load := settings.Load
	if cmd.Annotations[anyhowKey] != "" {
		load = settings.LoadAnyhow
	}
	set, err := load(cmd.Flags())
	if err != nil {
		return err
	}
	if set.Sandbox {
		for _, name := range []string{"url", "token"} {
			if cmd.Flags().Changed(name) {
				return fmt.Errorf("--%s has no meaning in the sandbox, which is a world of its own", name)
			}
		}
	}
	if err := vetSettings(set); err != nil && cmd.Annotations[anyhowKey] == "" {
		return err
	}
	a.set = set
	a.flags.outputGiven = cmd.Flags().Changed("output")
	for _, name := range []string{"output", "jq", "template"} {
		if a.flags.quiet && cmd.Flags().Changed(name) {
			return fmt.Errorf("--quiet and --%s exclude each other", name)
		}
	}
	if err := a.settlePlace(cmd); err != nil {
		return err
	}
	if set.Fault != nil {
		a.notice("%v", set.Fault)
	}
	if cmd.Annotations[profileKey] != "" {
		return nil
	}
	a.goWhereLoggedIn()
	return a.checkProfile()
}

// profileKey is the annotation of a command whose profile may be a new one. If
// it is anyProfile, the configuration file may be a new one, too.
const (
	profileKey = "profile"
	anyProfile = "any"
)

// anyhow marks a command that a wrong configuration file does not stop.
func anyhow(cmd *cobra.Command) *cobra.Command {
	annotate(cmd, anyhowKey, "yes")
	return cmd
}

const anyhowKey = "anyhow"

// options are the output flags and settings together.
func (a *app) options() output.Options {
	o := output.Options{
		Format: a.set.Output, JQ: a.flags.jq, Template: a.flags.template,
		Columns: a.flags.columns, NoHeaders: a.flags.noHeaders, Sort: a.flags.sort,
		Limit: a.flags.limit, Quiet: a.flags.quiet, Now: a.now,
	}
	if (o.JQ != "" || o.Template != "") && !a.flags.outputGiven {
		o.Format = "json" // a format from the file or environment is only a preference
	}
	if o.Terminal = terminal.IsTerminal(a.io.Out); o.Terminal {
		if width, _, err := term.GetSize(int(a.io.Out.Fd())); err == nil {
			o.Width = width
		}
	}
	o.Color = a.color(a.io.Out)
	return o
}

// color reports whether to use colour on f.
func (a *app) color(f *os.File) bool {
	switch {
	case a.set.Color == "always":
		return true
	case a.set.Color == "never", settings.NoColor():
		return false
	}
	return settings.ForceColor() || terminal.IsTerminal(f)
}

// An outlet remembers the first error of writing to it, for writers that drop it.
type outlet struct {
	w   io.Writer
	err error
}

func (o *outlet) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	o.err = cmp.Or(o.err, err)
	return n, err
}

// notice tells the user something on standard error. Programs that asked for
// JSON are not told.
func (a *app) notice(format string, args ...any) {
	if !a.mute && !a.wantsJSON() {
		a.say(format, args...)
	}
}

// say is notice for what must be told whatever the format.
func (a *app) say(format string, args ...any) {
	text := printable(a.seen.hide(fmt.Sprintf(format, args...)))
	_, _ = io.WriteString(a.io.Err, "hubctl: "+text+"\n") // nowhere to complain to
}

func (a *app) wantsJSON() bool { return a.set != nil && a.plainJSON(a.set.Output) }

// plainJSON reports whether a format is JSON, and no flag makes something else of
// it.
func (a *app) plainJSON(format string) bool {
	return format == "json" && !a.flags.quiet && a.flags.jq == "" && a.flags.template == ""
}

// print writes a result that is text and nothing else.
func (a *app) print(text string) error {
	if _, err := io.WriteString(a.io.Out, text); err != nil {
		return &output.WriteError{Err: err}
	}
	return nil
}

func must(err error) {
	if err != nil {
		panic(err) // a flag that this package declares wrongly
	}
}
