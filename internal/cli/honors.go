package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// Every command takes every global flag. Most are harmless where they have no
// use; the decisive ones change what a command prints or where it acts, so a
// command that does not honor one of them refuses it.

// Decisive are the global flags that are never ignored.
var Decisive = []string{
	"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "org", "namespace", "dry-run",
}

// The decisive flags that a command honors because of what it prints.
var (
	RowFlags      = []string{"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "dry-run"}
	ValueFlags    = []string{"output", "jq", "template", "columns", "no-headers", "quiet", "dry-run"}
	DocumentFlags = []string{"output", "jq", "template", "dry-run"} // a text, or a document that stands for it
	SilentFlags   = []string{"output", "dry-run"}                   // nothing but errors and what --dry-run shows
	TextFlags     = []string{"dry-run"}                             // a text that has one form; nothing is changed
)

const hintJQ = "--jq selects from the JSON"

// Honors declares the decisive flags that cmd honors, other than those that
// placed declares. A later declaration replaces an earlier one.
func Honors(cmd *cobra.Command, flags ...string) {
	Annotate(cmd, HonorsKey, strings.Join(flags, ","))
}

// Placed declares which of --org and --namespace cmd and its subcommands honor.
// Where they honor both, --org names the namespace of repositories.
func Placed(cmd *cobra.Command, flags ...string) *cobra.Command {
	Annotate(cmd, placedKey, strings.Join(flags, ","))
	return cmd
}

const (
	HonorsKey = "honors"
	placedKey = "placed"
)

// PlaceFlags are what the nearest placed has declared for cmd.
func PlaceFlags(cmd *cobra.Command) []string {
	for ; cmd != nil; cmd = cmd.Parent() {
		if flags, ok := cmd.Annotations[placedKey]; ok {
			return strings.Split(flags, ",")
		}
	}
	return nil
}

// An UnhonoredError is a decisive flag that was given to a command without a use
// for it.
type UnhonoredError struct {
	Flag, command string
	jq            bool // the command honors --jq
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

// RefuseUnhonored refuses a decisive flag on the command line that is not among
// honored. A flag that repeats its default is harmless.
func RefuseUnhonored(cmd *cobra.Command, honored []string) error {
	dry := cmd.Flags().Lookup("dry-run").Value.String() == "true"
	if dry && slices.Contains(honored, "dry-run") && slices.Contains(honored, "output") {
		honored = slices.Concat(honored, DocumentFlags) // for the requests that it prints
	}
	for _, name := range Decisive {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() != f.DefValue && !slices.Contains(honored, name) {
			return UnhonoredError{name, cmd.CommandPath(), slices.Contains(honored, "jq")}
		}
	}
	return nil
}

// resolvePlace settles where repositories are that are named without a
// namespace, for a command about repositories: where --namespace or --org says,
// if one was given. The setting org does not choose a namespace.
func resolvePlace(a *App, cmd *cobra.Command) (err error) {
	flags := PlaceFlags(cmd)
	if !slices.Contains(flags, "namespace") || cmd.Annotations[offlineKey] != "" {
		return nil
	}
	org, namespace := cmd.Flags().Changed("org"), cmd.Flags().Changed("namespace")
	switch {
	case org && namespace && a.Settings.Org != a.Settings.Namespace:
		return fmt.Errorf("--org %s contradicts --namespace %s: give one of them", a.Settings.Org, a.Settings.Namespace)
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

// A Place is what a flag of this command line names: a namespace or an
// organization.
type Place struct{ flag, Name string }

// Agrees refuses an argument that names another place than the flag does.
func (p Place) Agrees(arg, name string) error {
	if p.flag == "" || p.Name == name {
		return nil
	}
	return hub.InputError(fmt.Sprintf("%q contradicts --%s %s: give one of them", arg, p.flag, p.Name))
}

// OrgFlag is the organization that --org names on this command line.
func OrgFlag(a *App) (p Place) {
	for _, v := range a.Settings.Values {
		if v.Key == "org" && v.Origin == "flag --org" {
			return Place{"org", v.Value}
		}
	}
	return p
}

// hintUnhonored is the hint for a flag that does not apply, or "".
func hintUnhonored(err error) string {
	if _, ok := errors.AsType[*output.ColumnsError](err); ok {
		return hintJQ
	}
	unhonored, _ := errors.AsType[UnhonoredError](err)
	return unhonored.hint()
}
