package cmd

import (
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
	"list": {"ls"}, "get": {"show", "inspect"}, "patch": {"update", "edit"}, "delete": {"remove", "rm"},
}

// group is a noun: a command that only holds its verbs. Its singular is an
// alias.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // left alone, cobra would print help and succeed
			return unknownCommand(cmd, args[0])
		}
		return cmd.Help()
	}}
	if singular, ok := strings.CutSuffix(use, "s"); ok {
		cmd.Aliases = []string{singular}
	}
	for _, v := range verbs {
		v.Aliases = append(v.Aliases, verbAliases[v.Name()]...)
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(verbs...)
	return cmd
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return errors.New(text)
}

// local gives cmd its action. It is the one RunE of every command, so an error
// from before a.started is the command line's fault.
func (a *app) local(cmd *cobra.Command, action func(context.Context, []string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.NoArgs // cobra's own default is to take anything
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.begin(cmd); err != nil {
			return err
		}
		a.started = true
		if cmd.Annotations[offlineKey] == "" {
			a.listen()
		}
		if cmd.Annotations[columnsKey] == "" && (len(a.flags.columns) > 0 || a.flags.sort != "" || a.flags.noHeaders) {
			return usageError{fmt.Errorf("%q prints no columns", cmd.CommandPath())}
		}
		return action(cmd.Context(), args)
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
	cmd.Annotations = map[string]string{offlineKey: "yes"}
	return cmd
}

const offlineKey = "offline"

func (a *app) client(ctx context.Context, cmd *cobra.Command) (*dockerhub.Client, error) {
	if cmd.Annotations[offlineKey] != "" {
		return nil, nil
	}
	o, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	return o.client, nil
}

// columnsKey is the annotation that holds a command's columns, for completion,
// help and the check that it has any.
const columnsKey = "columns"

func printing(cmd *cobra.Command, columns []string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[columnsKey] = strings.Join(columns, ", ")
}

// list finishes a command that prints rows.
func list[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error]) *cobra.Command {
	printing(cmd, t.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := t.Printer(a.out, a.options())
		if err != nil {
			return usageError{err} // before the API is asked for anything
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		return p.Rows(rows(ctx, c, args))
	})
}

// one finishes a command that prints the single value it gets, makes or changes.
func one[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error)) *cobra.Command {
	printing(cmd, t.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := t.Printer(a.out, a.options())
		if err != nil {
			return usageError{err}
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		v, err := get(ctx, c, args)
		if errors.Is(err, dockerhub.ErrDryRun) || err == nil && v.JSON() == nil {
			return nil // nothing was sent, or nothing came back
		}
		if err != nil {
			return err
		}
		return p.One(v)
	})
}

// A deletion is what became of one thing that was to be deleted.
type deletion struct {
	ID      string `json:"id"`
	Deleted bool   `json:"deleted"`
	Error   string `json:"error,omitempty"`
}

func (d deletion) JSON() json.RawMessage { return mustJSON(d) }

var deletionTable = output.Table[deletion]{
	{Name: "id", Key: true, Cell: func(d deletion) output.Value { return output.Text(d.ID) }},
	{Name: "deleted", Cell: func(d deletion) output.Value { return output.Bool(d.Deleted) }},
	{Name: "error", Cell: func(d deletion) output.Value { return output.Text(d.Error) }},
}

// remove finishes a command that deletes what its arguments name, each on its
// own, after asking. It refuses a bad argument before it sends anything, goes
// on past a failure, and reports them all.
func remove(a *app, cmd *cobra.Command, del func(context.Context, *dockerhub.Client, string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.MinimumNArgs(1)
	}
	printing(cmd, deletionTable.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := deletionTable.Printer(a.out, a.options())
		if err != nil {
			return usageError{err}
		}
		ids, err := a.identifiers(ctx, args)
		if err != nil {
			return err
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			a.notice("nothing to delete")
			return p.Rows(values([]deletion(nil)))
		}
		if err := a.confirm(ctx, a.deleteQuestion(cmd.Parent().Name(), ids)); err != nil {
			return err
		}
		results, err := a.each(ctx, ids, func(id string) error { return del(ctx, c, id) })
		if o := a.options(); a.flags.dryRun || o.Format == "table" && o.JQ == "" && o.Template == "" && !o.Quiet {
			return err
		}
		if printErr := p.Rows(values(results)); printErr != nil && err == nil {
			return printErr
		}
		return err
	})
}

// deleteQuestion names the account, the host, the number of things and the
// first of them.
func (a *app) deleteQuestion(noun string, ids []string) string {
	first := strings.Join(ids[:min(3, len(ids))], ", ")
	if len(ids) > 3 {
		first += ", …"
	}
	if len(ids) == 1 {
		noun = strings.TrimSuffix(noun, "s")
	}
	if a.opened == nil {
		return fmt.Sprintf("Delete %d %s (%s)?", len(ids), noun, first)
	}
	return fmt.Sprintf("Delete %d %s of %s on %s (%s)?", len(ids), noun, a.who(), a.host(), first)
}

// each does something to every id, until the context ends.
func (a *app) each(ctx context.Context, ids []string, do func(string) error) ([]deletion, error) {
	var results []deletion
	var bulk bulkError
	for _, id := range ids {
		err := ctx.Err()
		if err == nil {
			err = do(id)
		} else {
			err = fmt.Errorf("not tried: %w", err)
		}
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
		case err != nil:
			bulk.failed = append(bulk.failed, itemError{id, err})
			results = append(results, deletion{ID: id, Error: err.Error()})
		default:
			bulk.done++
			results = append(results, deletion{ID: id, Deleted: true})
			a.notice("deleted %s", id)
		}
	}
	if len(bulk.failed) > 0 {
		return results, &bulk
	}
	return results, nil
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

// identifiers are args, with "-" standing for the lines of standard input,
// each checked and named once.
func (a *app) identifiers(ctx context.Context, args []string) ([]string, error) {
	var ids []string
	for _, arg := range args {
		lines := []string{arg}
		if arg == "-" {
			var err error
			if lines, err = a.readLines(ctx); err != nil {
				return nil, err
			}
		}
		for _, id := range lines {
			if _, err := hub.Segment(id); err != nil {
				return nil, err
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
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
