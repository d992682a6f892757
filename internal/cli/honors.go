package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// Cobra gives every command every global flag. Most are harmless where they have
// no effect. The decisive ones change the output of a command or where it acts, so
// a command refuses any that it does not honor.

// Decisive are the global flags that are never ignored.
var Decisive = []string{
	"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "org", "namespace", "dry-run",
}

// The decisive flags that a command honors, depending on its output.
var (
	RowFlags      = []string{"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "dry-run"}
	ValueFlags    = []string{"output", "jq", "template", "columns", "no-headers", "quiet", "dry-run"}
	DocumentFlags = []string{"output", "jq", "template", "dry-run"} // text or a document
	SilentFlags   = []string{"output", "dry-run"}                   // only errors and the output of --dry-run
	TextFlags     = []string{"dry-run"}                             // only text; nothing is changed
)

// requestFlags are the harmless flags that only affect commands that send
// requests. The others, except "yes", affect all commands.
var requestFlags = []string{
	"profile", "user", "token", "url", "timeout", "retries", "max-wait", "concurrency", "cacert", "verbose",
}

// Honors declares the decisive flags that cmd honors, in addition to the ones
// declared by Placed. It replaces any earlier declaration.
func Honors(cmd *cobra.Command, flags ...string) {
	Annotate(cmd, HonorsKey, strings.Join(flags, ","))
}

// Placed declares which of --org and --namespace cmd and its subcommands honor.
// If they honor both, --org is another name for --namespace.
func Placed(cmd *cobra.Command, flags ...string) *cobra.Command {
	Annotate(cmd, placedKey, strings.Join(flags, ","))
	return cmd
}

// Changes declares that cmd changes something, so that its help shows --dry-run.
func Changes(cmd *cobra.Command) { Annotate(cmd, changesKey, "yes") }

// Confirms declares that cmd asks before it changes anything, so that its help
// shows --yes and --dry-run.
func Confirms(cmd *cobra.Command) {
	Changes(cmd)
	Annotate(cmd, confirmsKey, "yes")
}

const (
	HonorsKey   = "honors"
	placedKey   = "placed"
	changesKey  = "changes"
	confirmsKey = "confirms"
)

// GlobalFlagsOf returns the global flags that apply to cmd, for its help.
func GlobalFlagsOf(cmd *cobra.Command) (flags []*pflag.Flag) {
	if cmd.HasSubCommands() {
		return nil
	}
	cmd.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && appliesTo(cmd, f.Name) {
			flags = append(flags, f)
		}
	})
	return flags
}

func appliesTo(cmd *cobra.Command, flag string) bool {
	honored := slices.Concat(strings.Split(cmd.Annotations[HonorsKey], ","), PlaceFlags(cmd))
	switch {
	case flag == "yes":
		return cmd.Annotations[confirmsKey] != ""
	case flag == "dry-run": // also honored by commands that only read
		changes := cmd.Annotations[changesKey] != "" || hasBody(cmd)
		return slices.Contains(honored, flag) && changes
	case flag == "no-pager" || flag == "no-trunc":
		return slices.Contains(honored, "columns") || flag == "no-pager" && slices.Contains(honored, "output")
	case flag == "profile" && cmd.Annotations[ProfileKey] != "":
		return true
	case slices.Contains(requestFlags, flag):
		return cmd.Annotations[offlineKey] == "" && cmd.Parent().Annotations[offlineKey] == ""
	}
	return slices.Contains(honored, flag) || !slices.Contains(Decisive, flag)
}

// hasBody reports whether cmd sends the file of a BodyFlag.
func hasBody(cmd *cobra.Command) bool {
	f := cmd.Flags().Lookup("file")
	if f == nil {
		return false
	}
	_, ok := f.Value.(*bodyValue)
	return ok
}

// PlaceFlags returns the flags that Placed declared for cmd or its nearest parent.
func PlaceFlags(cmd *cobra.Command) []string {
	for ; cmd != nil; cmd = cmd.Parent() {
		if flags, ok := cmd.Annotations[placedKey]; ok {
			return strings.Split(flags, ",")
		}
	}
	return nil
}

// An UnhonoredError reports a decisive flag that the command does not honor.
type UnhonoredError struct {
	Flag, command string
	jq            bool // whether the command honors --jq
}

func (e UnhonoredError) Error() string {
	return fmt.Sprintf("--%s does not apply to %q", e.Flag, e.command)
}

func (e UnhonoredError) hint() string {
	if e.jq && slices.Contains(RowFlags, e.Flag) {
		return hintJQ
	}
	return ""
}

const hintJQ = "use --jq to select from the JSON"

// RefuseUnhonored refuses a decisive flag on the command line that is not in
// honored. A flag set to its default is harmless.
func RefuseUnhonored(cmd *cobra.Command, honored []string) error {
	dry := cmd.Flags().Lookup("dry-run").Value.String() == "true"
	if dry && slices.Contains(honored, "dry-run") && slices.Contains(honored, "output") {
		honored = slices.Concat(honored, DocumentFlags) // they format the printed requests
	}
	for _, name := range Decisive {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() != f.DefValue && !slices.Contains(honored, name) {
			return UnhonoredError{name, cmd.CommandPath(), slices.Contains(honored, "jq")}
		}
	}
	return nil
}

// resolvePlace makes --namespace or --org the namespace of repositories named
// without one, for commands about repositories. The setting org does not choose a
// namespace.
func resolvePlace(a *App, cmd *cobra.Command) (err error) {
	flags := PlaceFlags(cmd)
	if !slices.Contains(flags, "namespace") || cmd.Annotations[offlineKey] != "" {
		return nil
	}
	org, namespace := cmd.Flags().Changed("org"), cmd.Flags().Changed("namespace")
	switch {
	case org && namespace && a.Settings.Org != a.Settings.Namespace:
		return fmt.Errorf("--org %s contradicts --namespace %s: pass only one of them", a.Settings.Org, a.Settings.Namespace)
	case org:
		a.Settings.Namespace, a.Within.flag = a.Settings.Org, "org"
	case namespace:
		a.Within.flag = "namespace"
	default:
		return nil
	}
	a.Within.Name, err = hub.ParseNamespace(a.Settings.Namespace)
	return err
}

// A Place is the namespace or organization given by a flag.
type Place struct{ flag, Name string }

// Agrees refuses an argument that names a different place than the flag.
func (p Place) Agrees(arg, name string) error {
	if p.flag == "" || p.Name == name {
		return nil
	}
	return hub.InputError(fmt.Sprintf("%q contradicts --%s %s: pass only one of them", arg, p.flag, p.Name))
}

// OrgFlag returns the organization given by the flag --org.
func OrgFlag(a *App) (p Place) {
	for _, v := range a.Settings.Values {
		if v.Key == "org" && v.Origin == "flag --org" {
			return Place{"org", v.Value}
		}
	}
	return p
}

// hintUnhonored returns the hint for an UnhonoredError, or "".
func hintUnhonored(err error) string {
	if _, ok := errors.AsType[*output.ColumnsError](err); ok {
		return hintJQ
	}
	unhonored, _ := errors.AsType[UnhonoredError](err)
	return unhonored.hint()
}
