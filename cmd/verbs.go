package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// The functions here finish a command: the caller declares what is particular
// to it (use, help, example, arguments, flags) and these add what every command
// of the kind has.

// verbAliases are other names that a verb may be called by.
var verbAliases = map[string][]string{
	"list": {"ls"}, "get": {"show", "inspect"}, "patch": {"update", "edit"}, "delete": {"remove", "rm"}, "remove": {"delete", "rm"},
}

// group is a noun: a command that only holds its verbs. Its singular is an
// alias. Verbs that the command line cannot mean are not made.
func group(a *app, use, short string, verbs ...func(*app) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // left alone, cobra would print help and succeed
			return unknownCommand(cmd, args[0])
		}
		if err := refuseUnhonored(cmd, textFlags); err != nil {
			return err
		}
		return cmd.Help()
	}}
	if singular, ok := strings.CutSuffix(use, "s"); ok {
		cmd.Aliases = []string{singular}
	}
	cmd.SuggestionsMinimumDistance = 2
	if !a.mayMean(cmd) {
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
func (a *app) mayMean(noun *cobra.Command) bool {
	return a.words == nil || slices.ContainsFunc(a.words, func(word string) bool {
		return word == noun.Name() || noun.HasAlias(word)
	})
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return errors.New(text)
}

// local gives cmd its action, which honors the global flags that were declared
// by now. It is the one RunE of every command, so an error from before a.started
// is the command line's fault.
func (a *app) local(cmd *cobra.Command, action func(context.Context, []string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.NoArgs // cobra's own default is to take anything
	}
	honored := strings.Split(cmd.Annotations[honorsKey], ",")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := vetArgs(args); err != nil {
			return err
		}
		if err := refuseUnhonored(cmd, slices.Concat(honored, placeFlags(cmd))); err != nil {
			return err
		}
		if err := a.begin(cmd); err != nil {
			return err
		}
		a.started = true
		if cmd.Annotations[offlineKey] == "" {
			a.listen()
		}
		err := action(cmd.Context(), args)
		return cmp.Or(a.untold, err)
	}
	return cmd
}

// run is local for a command that calls the API.
func (a *app) run(cmd *cobra.Command, action func(context.Context, *dockerhub.Client, []string) error) *cobra.Command {
	return a.local(cmd, func(ctx context.Context, args []string) error {
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		return action(ctx, c, args)
	})
}

// offline marks a command that calls nobody: it gets a nil client.
func offline(cmd *cobra.Command) *cobra.Command {
	annotate(cmd, offlineKey, "yes")
	return cmd
}

const offlineKey = "offline"

func annotate(cmd *cobra.Command, key, value string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[key] = value
}

func (a *app) client(ctx context.Context, cmd *cobra.Command) (*dockerhub.Client, error) {
	if cmd.Annotations[offlineKey] != "" {
		return nil, nil
	}
	o, err := a.openFor(ctx, cmd)
	if err != nil {
		return nil, err
	}
	return o.client, nil
}

// openFor is open, or openSCIM for a command that is SCIM's.
func (a *app) openFor(ctx context.Context, cmd *cobra.Command) (*opened, error) {
	if cmd.Annotations[scimKey] != "" {
		return a.openSCIM()
	}
	return a.open(ctx)
}

// columnsKey is the annotation that holds a command's columns, for completion,
// help and the check that it has any.
const columnsKey = "columns"

func printing(cmd *cobra.Command, columns []string) {
	annotate(cmd, columnsKey, strings.Join(columns, ", "))
}

// prepare makes what prints, so that output that cannot be had is refused before
// the API is asked for anything, and then the client.
func prepare[T output.Row](ctx context.Context, a *app, cmd *cobra.Command, t output.Table[T], o output.Options) (*output.Printer[T], *dockerhub.Client, error) {
	p, err := t.Printer(a.io.Out, o)
	if err != nil {
		return nil, nil, usageError{err}
	}
	c, err := a.client(ctx, cmd)
	return p, c, err
}

// list finishes a command that prints rows.
func list[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error]) *cobra.Command {
	return report(a, cmd, t, rows, func(int, bool) error { return nil })
}

// report finishes a command that prints rows and is a check as well: found says
// what it means that there are n of them, or maybe more that --limit kept from
// being asked for.
func report[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error], found func(n int, more bool) error) *cobra.Command {
	return reportRows(a, cmd, t.Untyped(), func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[output.Row, error] {
		return output.Untyped(rows(ctx, c, args))
	}, found)
}

func reportRows(a *app, cmd *cobra.Command, t output.Table[output.Row], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[output.Row, error], found func(n int, more bool) error) *cobra.Command {
	printing(cmd, t.Names())
	honors(cmd, rowFlags...)
	return a.local(cmd, func(ctx context.Context, args []string) error {
		o := a.options()
		standard := standardLimit(cmd, o)
		o.Limit = cmp.Or(standard, o.Limit)
		p, c, err := prepare(ctx, a, cmd, t, o)
		if err != nil {
			return err
		}
		if o.Sort == "" { // a sort needs all rows
			ctx = dockerhub.AtMost(ctx, o.Limit)
		}
		n := 0
		err = p.Rows(only(func(output.Row) bool { n++; return true }, rows(ctx, c, args)))
		if err == nil && standard > 0 && n >= standard {
			a.notice("stopped after %d rows, there may be more: --limit N shows more, --limit 0 all", standard)
		}
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil // a listing that has to be asked for with a POST
		}
		return cmp.Or(err, a.undecidedError(), found(n, o.Sort == "" && n > 0 && n == o.Limit))
	})
}

// one finishes a command that prints the single value it gets, makes or
// changes. A value that comes with a checkError is printed, too.
func one[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error)) *cobra.Command {
	return oneThen(a, cmd, t.Untyped(), untyped(get), func(output.Row) error { return nil })
}

// whole is one for a value that has parts: below its own lines the table has a
// row for each of them, unless columns were chosen.
func whole[T, P output.Row](a *app, cmd *cobra.Command, t output.Table[T], parts output.Table[P], of func(T) []P, get func(context.Context, *dockerhub.Client, []string) (T, error)) *cobra.Command {
	return oneThen(a, cmd, t.Untyped(), untyped(get), func(v output.Row) error {
		one, _ := v.(T) // what get returns
		o, rows := a.options(), of(one)
		if !o.IsTable() || len(o.Columns) > 0 || len(rows) == 0 {
			return nil
		}
		p, err := parts.Printer(a.io.Out, o)
		if err != nil {
			return err
		}
		if err := a.print("\n"); err != nil {
			return err
		}
		return p.Rows(values(rows))
	})
}

func oneThen(a *app, cmd *cobra.Command, t output.Table[output.Row], get func(context.Context, *dockerhub.Client, []string) (output.Row, error), then func(output.Row) error) *cobra.Command {
	printing(cmd, t.Names())
	honors(cmd, valueFlags...)
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, c, err := prepare(ctx, a, cmd, t, a.options())
		if err != nil {
			return err
		}
		v, err := get(ctx, c, args)
		if errors.Is(err, dockerhub.ErrDryRun) || err == nil && v.JSON() == nil {
			return nil // nothing was sent, or nothing came back
		}
		if _, found := errors.AsType[checkError](err); err != nil && !found {
			return err
		}
		if err := p.One(v); err != nil {
			return err
		}
		return cmp.Or(then(v), err)
	})
}

// An existence is whether there is a repository, or a tag of it.
type existence struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Exists     bool   `json:"exists"`
}

// exists finishes a command whose answer is its exit status, and a document for
// programs that ask for one. That the answer is no is a checkError.
func exists(a *app, cmd *cobra.Command, ask func(context.Context, *dockerhub.Client, []string) (existence, error)) *cobra.Command {
	honors(cmd, append([]string{"quiet"}, documentFlags...)...)
	return a.run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, formatted, err := a.documentOptions()
		if err != nil {
			return err
		}
		e, err := ask(ctx, c, args)
		not, no := errors.AsType[checkError](err)
		if no {
			err = absence{not}
		}
		if err != nil && !no || !formatted {
			return err
		}
		return cmp.Or(output.Document(a.io.Out, mustJSON(e), o), err)
	})
}

// untyped is get for a table that was made Untyped.
func untyped[A any, T output.Row](get func(context.Context, *dockerhub.Client, A) (T, error)) func(context.Context, *dockerhub.Client, A) (output.Row, error) {
	return func(ctx context.Context, c *dockerhub.Client, arg A) (output.Row, error) { return get(ctx, c, arg) }
}

// listOrOne finishes a command that prints all rows, or the one that its
// argument names.
func listOrOne[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client) iter.Seq2[T, error], get func(context.Context, *dockerhub.Client, string) (T, error)) *cobra.Command {
	cmd.Args = cobra.MaximumNArgs(1)
	printing(cmd, t.Names())
	honors(cmd, rowFlags...)
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, c, err := prepare(ctx, a, cmd, t, a.options())
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return p.Rows(rows(ctx, c))
		}
		v, err := get(ctx, c, args[0])
		if err != nil {
			return err
		}
		return p.One(v)
	})
}

func values[T any](vs []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// failure is a listing that has no rows, for a reason.
func failure[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}

// listed are the rows of a listing that comes in one piece.
func listed[T any](vs []T, err error) iter.Seq2[T, error] {
	if err != nil {
		return failure[T](err)
	}
	return values(vs)
}

// ifMissing is create, or what get finds if create is refused because the thing
// exists already and that is all right.
func ifMissing[T any](a *app, wanted bool, create, get func() (T, error)) (T, error) {
	v, err := create()
	if !wanted || !errors.Is(err, dockerhub.ErrConflict) && !errors.Is(err, dockerhub.ErrInvalid) {
		return v, err
	}
	if found, getErr := get(); getErr == nil {
		a.notice("it exists already, and was left as it is")
		return found, nil
	}
	return v, err // the refusal had another reason
}

// changed is a pointer to v if the user gave the flag, and nil otherwise: what
// a PATCH field wants.
func changed[T any](cmd *cobra.Command, flag string, v *T) *T {
	if !cmd.Flags().Changed(flag) {
		return nil
	}
	return v
}

func mustJSON(v any) json.RawMessage {
	b, err := hub.Encode(v)
	must(err)
	return b
}
