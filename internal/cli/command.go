package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// The functions here finish a command: the caller declares its details (use,
// help, example, arguments, flags), and they add what every command has.

// verbAliases are the aliases of each verb.
var verbAliases = map[string][]string{
	"list": {"ls"}, "get": {"view", "show", "inspect", "describe"}, "patch": {"update", "edit"},
	"delete": {"remove", "rm"}, "remove": {"delete", "rm"}, "raw": {"api"},
}

// verbSynonyms are the words for which a verb is suggested.
var verbSynonyms = map[string][]string{
	"list": {"all", "find", "search"}, "get": {"info", "cat", "print"}, "create": {"add", "new", "make", "generate"},
	"patch": {"rename", "modify", "change", "enable", "disable", "activate", "deactivate"},
	"set":   {"push", "upload", "update", "edit", "configure"}, "add": {"create", "grant", "assign", "invite"},
	"delete": {"del", "destroy", "erase", "revoke", "cancel"}, "remove": {"revoke", "kick", "unassign"},
	"rotate": {"regenerate", "renew", "refresh", "roll"}, "prune": {"clean", "cleanup", "purge", "gc"},
	"export": {"download", "dump", "save"}, "follow": {"tail", "watch", "stream"}, "status": {"whoami"},
	"resend": {"remind", "retry"}, "report": {"stale"}, "offboard": {"leave", "deprovision"},
}

// Group makes a noun: a command that only holds its verbs, with its singular as
// an alias. It builds the verbs only if the command line may refer to them.
func Group(a *App, use, short string, verbs ...func(*App) *cobra.Command) *cobra.Command {
	run := func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // cobra would print help and succeed
			return UnknownCommand(a, cmd, args)
		}
		if err := RefuseUnhonored(cmd, TextFlags); err != nil {
			return err
		}
		return cmd.Help()
	}
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: run}
	if one := Singular(use); one != use {
		cmd.Aliases = []string{one}
	}
	if mayMean(a, cmd) {
		addVerbs(a, cmd, verbs)
	}
	return cmd
}

// AddGroup adds commands to root, under a separate heading in its help.
func AddGroup(a *App, root *cobra.Command, title string, nouns ...func(*App) *cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, noun := range addVerbs(a, root, nouns) {
		noun.GroupID = title
	}
}

// Called declares the plural for the things of a noun, if it differs from the noun. A
// title such as "README of %s" names one of them in notices; "" = its singular and
// its name.
func Called(noun *cobra.Command, things, title string) *cobra.Command {
	Annotate(noun, thingsKey, things)
	Annotate(noun, titleKey, title)
	return noun
}

const thingsKey, titleKey = "things", "title"

// Things returns the plural for the things that cmd, a verb, acts on.
func Things(cmd *cobra.Command) string {
	return cmp.Or(cmd.Parent().Annotations[thingsKey], cmd.Parent().Name())
}

// Title returns the title of a thing that cmd acts on, such as "token ci", or only
// its noun if it has no name.
func Title(cmd *cobra.Command, name string) string {
	title := cmd.Parent().Annotations[titleKey]
	switch {
	case title != "":
		return fmt.Sprintf(title, name)
	case name == "":
		return Things(cmd)
	}
	return Singular(Things(cmd)) + " " + name
}

func addVerbs(a *App, cmd *cobra.Command, verbs []func(*App) *cobra.Command) (added []*cobra.Command) {
	for _, verb := range verbs {
		v := verb(a)
		v.Aliases = append(v.Aliases, verbAliases[v.Name()]...)
		v.SuggestFor = append(v.SuggestFor, verbSynonyms[v.Name()]...)
		cmd.AddCommand(v)
		added = append(added, v)
	}
	return added
}

// Singular returns the singular of a noun, or the noun if it has none.
func Singular(noun string) string {
	switch {
	case strings.HasSuffix(noun, "ies"):
		return strings.TrimSuffix(noun, "ies") + "y"
	case strings.HasSuffix(noun, "ss"), strings.HasSuffix(noun, "ics"):
		return noun
	}
	return strings.TrimSuffix(noun, "s")
}

// mayMean reports whether a word of the command line is a name of noun.
func mayMean(a *App, noun *cobra.Command) bool {
	return a.Argv == nil || slices.ContainsFunc(a.Argv, func(word string) bool {
		return word == noun.Name() || noun.HasAlias(word)
	})
}

// Local gives cmd its action, which honors the global flags declared so far. It
// sets the RunE of every command, so any error before a.Started is a usage error.
func (a *App) Local(cmd *cobra.Command, action func(context.Context, []string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = NoArgs // cobra's default accepts any arguments
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
		if err := a.readBody(cmd.Context(), cmd); err != nil {
			return err
		}
		err := action(cmd.Context(), args)
		return cmp.Or(a.dryRunErr, err)
	}
	return cmd
}

// Run is Local for a command that calls the API.
func (a *App) Run(cmd *cobra.Command, action func(context.Context, *dockerhub.Client, []string) error) *cobra.Command {
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		c, err := a.Client(ctx, cmd)
		if err != nil {
			return err
		}
		return action(ctx, c, args)
	})
}

// Offline marks a command that sends no requests and gets a nil client. On a noun,
// it only affects the help of its verbs.
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

// ColumnsKey is the annotation that holds a command's columns, for completion
// and help.
const ColumnsKey = "columns"

func DeclareColumns(cmd *cobra.Command, columns []string) {
	Annotate(cmd, ColumnsKey, strings.Join(columns, ", "))
}

func MustJSON(v any) json.RawMessage {
	b, err := hub.Encode(v)
	Must(err)
	return b
}
