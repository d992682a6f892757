package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/hub"
)

// Every command takes every global flag. Most are harmless where they have no
// use; the decisive ones change what a command prints or where it acts, so a
// command that does not honor one of them refuses it.

// decisive are the global flags that are never ignored.
var decisive = []string{
	"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "org", "namespace", "dry-run",
}

// The decisive flags that a command honors because of what it prints.
var (
	rowFlags      = []string{"output", "jq", "template", "columns", "no-headers", "sort", "limit", "quiet", "dry-run"}
	valueFlags    = []string{"output", "jq", "template", "columns", "no-headers", "quiet", "dry-run"}
	documentFlags = []string{"output", "jq", "template", "dry-run"} // a text, or a document that stands for it
	silentFlags   = []string{"output", "dry-run"}                   // nothing but errors and what --dry-run shows
	textFlags     = []string{"dry-run"}                             // a text that has one form; nothing is changed
)

// honors declares the decisive flags that cmd honors, other than those that
// placed declares. A later declaration replaces an earlier one.
func honors(cmd *cobra.Command, flags ...string) {
	annotate(cmd, honorsKey, strings.Join(flags, ","))
}

// placed declares which of --org and --namespace cmd and its subcommands honor.
// Where they honor both, --org names the namespace of repositories.
func placed(cmd *cobra.Command, flags ...string) *cobra.Command {
	annotate(cmd, placedKey, strings.Join(flags, ","))
	return cmd
}

const (
	honorsKey = "honors"
	placedKey = "placed"
)

// placeFlags are what the nearest placed has declared for cmd.
func placeFlags(cmd *cobra.Command) []string {
	for ; cmd != nil; cmd = cmd.Parent() {
		if flags, ok := cmd.Annotations[placedKey]; ok {
			return strings.Split(flags, ",")
		}
	}
	return nil
}

// An unhonoredError is a decisive flag that was given to a command without a use
// for it.
type unhonoredError struct {
	flag, command string
	jq            bool // the command honors --jq
}

func (e unhonoredError) Error() string {
	return fmt.Sprintf("--%s does not apply to %q", e.flag, e.command)
}

func (e unhonoredError) hint() string {
	if e.jq && slices.Contains(rowFlags, e.flag) {
		return "--jq selects from the JSON"
	}
	return ""
}

// refuseUnhonored refuses a decisive flag on the command line that is not among
// honored. A flag that repeats its default is harmless.
func refuseUnhonored(cmd *cobra.Command, honored []string) error {
	dry := cmd.Flags().Lookup("dry-run").Value.String() == "true"
	if dry && slices.Contains(honored, "dry-run") && slices.Contains(honored, "output") {
		honored = slices.Concat(honored, documentFlags) // for the requests that it prints
	}
	for _, name := range decisive {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() != f.DefValue && !slices.Contains(honored, name) {
			return unhonoredError{name, cmd.CommandPath(), slices.Contains(honored, "jq")}
		}
	}
	return nil
}

// settlePlace settles where repositories are that are named without a
// namespace, for a command about repositories: where --namespace or --org says,
// if one was given. The setting org does not choose a namespace.
func (a *app) settlePlace(cmd *cobra.Command) (err error) {
	flags := placeFlags(cmd)
	if !slices.Contains(flags, "namespace") || cmd.Annotations[offlineKey] != "" {
		return nil
	}
	org, namespace := cmd.Flags().Changed("org"), cmd.Flags().Changed("namespace")
	switch {
	case org && namespace && a.set.Org != a.set.Namespace:
		return fmt.Errorf("--org %s contradicts --namespace %s: give one of them", a.set.Org, a.set.Namespace)
	case org:
		a.set.Namespace, a.within.flag = a.set.Org, "org"
	case namespace:
		a.within.flag = "namespace"
	default:
		return nil
	}
	a.within.name, err = hub.ParseNamespace(a.set.Namespace)
	return err
}

// A place is what a flag of this command line names: a namespace or an
// organization.
type place struct{ flag, name string }

// agrees refuses an argument that names another place than the flag does.
func (p place) agrees(arg, name string) error {
	if p.flag == "" || p.name == name {
		return nil
	}
	return hub.InputError(fmt.Sprintf("%q contradicts --%s %s: give one of them", arg, p.flag, p.name))
}

// orgFlag is the organization that --org names on this command line.
func (a *app) orgFlag() (p place) {
	for _, v := range a.set.Values {
		if v.Key == "org" && v.Origin == "flag --org" {
			return place{"org", v.Value}
		}
	}
	return p
}

// hintUnhonored is the hint of an unhonoredError, or "".
func hintUnhonored(err error) string {
	unhonored, _ := errors.AsType[unhonoredError](err)
	return unhonored.hint()
}
