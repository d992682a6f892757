package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// The functions here finish a command: the caller declares what is particular
// to it (use, help, example, arguments, flags) and these add what every command
// of the kind has.

// verbAliases are other names that a verb may be called by.
var verbAliases = map[string][]string{
	"list": {"ls"}, "get": {"show", "inspect"}, "patch": {"update", "edit"}, "delete": {"remove", "rm"},
	"remove": {"delete", "rm"},
}

// Group is a noun: a command that only holds its verbs. Its singular is an
// alias. Verbs that the command line cannot mean are not made.
func Group(a *App, use, short string, verbs ...func(*App) *cobra.Command) *cobra.Command {
	run := func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // left alone, cobra would print help and succeed
			return UnknownCommand(cmd, args[0])
		}
		if err := RefuseUnhonored(cmd, TextFlags); err != nil {
			return err
		}
		return cmd.Help()
	}
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: run}
	if singular, ok := strings.CutSuffix(use, "s"); ok {
		cmd.Aliases = []string{singular}
	}
	cmd.SuggestionsMinimumDistance = 2
	if !mayMean(a, cmd) {
		return cmd
	}
	for _, verb := range verbs {
		v := verb(a)
		v.Aliases = append(v.Aliases, verbAliases[v.Name()]...)
		cmd.AddCommand(v)
	}
	return cmd
}

// mayMean reports whether the command line may name a noun, wherever in it.
func mayMean(a *App, noun *cobra.Command) bool {
	return a.Argv == nil || slices.ContainsFunc(a.Argv, func(word string) bool {
		return word == noun.Name() || noun.HasAlias(word)
	})
}

func UnknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return errors.New(text)
}

// Local gives cmd its action, which honors the global flags that were declared
// by now. It is the one RunE of every command, so an error from before a.Started
// is the command line's fault.
func (a *App) Local(cmd *cobra.Command, action func(context.Context, []string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.NoArgs // cobra's own default is to take anything
	}
	honored := strings.Split(cmd.Annotations[HonorsKey], ",")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := vetArgs(args); err != nil {
			return err
		}
		if err := RefuseUnhonored(cmd, slices.Concat(honored, PlaceFlags(cmd))); err != nil {
			return err
		}
		if err := a.Begin(cmd); err != nil {
			return err
		}
		a.Started = true
		if cmd.Annotations[offlineKey] == "" {
			a.Listen()
		}
		err := action(cmd.Context(), args)
		return cmp.Or(a.dryRunErr, err)
	}
	return cmd
}

// Run is local for a command that calls the API.
func (a *App) Run(cmd *cobra.Command, action func(context.Context, *dockerhub.Client, []string) error) *cobra.Command {
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		c, err := a.Client(ctx, cmd)
		if err != nil {
			return err
		}
		return action(ctx, c, args)
	})
}

// Offline marks a command that calls nobody: it gets a nil client.
func Offline(cmd *cobra.Command) *cobra.Command {
	Annotate(cmd, offlineKey, "yes")
	return cmd
}

const offlineKey = "offline"

func Annotate(cmd *cobra.Command, key, value string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[key] = value
}

func (a *App) Client(ctx context.Context, cmd *cobra.Command) (*dockerhub.Client, error) {
	if cmd.Annotations[offlineKey] != "" {
		return nil, nil
	}
	o, err := openFor(ctx, a, cmd)
	if err != nil {
		return nil, err
	}
	return o.Client, nil
}

// ColumnsKey is the annotation that holds a command's columns, for completion,
// help and the check that it has any.
const ColumnsKey = "columns"

func DeclareColumns(cmd *cobra.Command, columns []string) {
	Annotate(cmd, ColumnsKey, strings.Join(columns, ", "))
}

// Changed is a pointer to v if the user gave the flag, and nil otherwise: what
// a PATCH field wants.
func Changed[T any](cmd *cobra.Command, flag string, v *T) *T {
	if !cmd.Flags().Changed(flag) {
		return nil
	}
	return v
}

func MustJSON(v any) json.RawMessage {
	b, err := hub.Encode(v)
	Must(err)
	return b
}
