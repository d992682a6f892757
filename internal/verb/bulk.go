package verb

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
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/terminal"
)

// An BulkAction is the same thing done to several things, one after the other.
type BulkAction[K comparable] struct {
	// of the question and of the notices, such as "Delete" and "deleted"
	Verb, Done string
	Ask        bool                                            // before it begins; for what destroys something
	Question   func(ctx context.Context, items []string) error // asks instead of the usual question; nil = that one
	Fixed      int                                             // how many arguments come before those that name the things
	// the things are an organization's, whose name comes before the fixed arguments
	Org bool
	// refuses those before anything is asked or sent, or makes them whole; nil = any will do
	Check func(fixed []string) error
	// - reads records that have these, of which the first names the thing; nil = lines
	Columns []records.Column
	Parse   func(string) (K, error)
	Do      func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) error
}

// Delete finishes a command that deletes what its arguments name, each on its
// own, after asking. It refuses a bad argument before it sends anything, goes
// on past a failure, and reports them all.
func Delete[K comparable](
	a *cli.App, cmd *cobra.Command, parse func(string) (K, error), del func(context.Context, *dockerhub.Client, K) error,
) *cobra.Command {
	do := func(ctx context.Context, c *dockerhub.Client, _ []string, item K) error { return del(ctx, c, item) }
	return Bulk(a, cmd, BulkAction[K]{Verb: "Delete", Done: "deleted", Ask: true, Parse: parse, Do: do})
}

// An outcome is what became of one of several things.
type outcome struct {
	id, done string
	err      error
}

// JSON has the field done, such as "deleted", and an error if there was one.
func (o outcome) JSON() json.RawMessage {
	text := fmt.Sprintf(`{"id":%s,%s:%t`, cli.MustJSON(o.id), cli.MustJSON(o.done), o.err == nil)
	if o.err != nil {
		text += `,"error":` + string(cli.MustJSON(o.err.Error()))
	}
	return json.RawMessage(text + "}")
}

func outcomeTable(done string) output.Table[outcome] {
	return output.Table[outcome]{
		{Name: "id", Key: true, Cell: func(o outcome) output.Value { return output.Text(o.id) }},
		{Name: done, Cell: func(o outcome) output.Value { return output.Bool(o.err == nil) }},
		{Name: "error", Cell: func(o outcome) output.Value {
			if o.err == nil {
				return output.Unknown()
			}
			return output.Text(o.err.Error())
		}},
	}
}

// Bulk finishes a command that runs a BulkAction. Its arguments are those that are
// fixed, and then the things, where - stands for the lines of standard input.
func Bulk[K comparable](a *cli.App, cmd *cobra.Command, e BulkAction[K]) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.MinimumNArgs(e.Fixed + 1)
	}
	table := outcomeTable(e.Done)
	cli.DeclareColumns(cmd, table.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		if err := AllOutcomes(a); err != nil {
			return err
		}
		p, c, err := prepare(ctx, a, cmd, table, a.Options())
		if err != nil {
			return err
		}
		if o := a.Options(); o.IsTable() && (len(o.Columns) > 0 || o.NoHeaders) {
			return cli.NewUsageError(fmt.Errorf("--columns and --no-headers need -o csv here: %q prints no table",
				cmd.CommandPath()))
		}
		fixed := slices.Clone(args[:e.Fixed])
		if e.Org {
			org, err := a.Org()
			if err != nil {
				return err
			}
			fixed = slices.Insert(fixed, 0, org)
		}
		if e.Check != nil {
			if err := e.Check(fixed); err != nil {
				return err
			}
		}
		items, err := identified(args[e.Fixed:],
			func() ([]string, error) { return readIdentifiers(ctx, a, e.Columns) }, e.Parse)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			a.Notice("nothing to do: no %s", cmd.Parent().Name())
			return e.print(a, p, nil)
		}
		if err := a.NeedSession(); err != nil {
			return err
		}
		if err := e.confirm(ctx, a, cmd, fixed, items); err != nil {
			return err
		}
		results, err := each(ctx, a, e.Done, items, func(item K) error { return e.Do(ctx, c, fixed, item) })
		printErr := e.print(a, p, results)
		return cmp.Or(err, printErr)
	})
}

// print prints what became of the things, of which a table would say nothing
// more than the notices.
func (BulkAction[K]) print(a *cli.App, p *output.Printer[outcome], results []outcome) error {
	if a.Flags.DryRun || a.Options().IsTable() {
		return nil
	}
	return p.Rows(seq.Of(results))
}

// AllOutcomes refuses the flags that would leave out, or put elsewhere, what
// becomes of something.
func AllOutcomes(a *cli.App) error {
	if a.Flags.Limit != 0 || a.Flags.Sort != "" {
		return cli.NewUsageError(errors.New("--limit and --sort are for listings: " +
			"what is done is told of each, in the order given"))
	}
	return nil
}

// confirm asks before an action that destroys something.
func (e BulkAction[K]) confirm(
	ctx context.Context, a *cli.App, cmd *cobra.Command, fixed []string, items []Named[K],
) error {
	if !e.Ask {
		return nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	if e.Question != nil && !a.Flags.Yes && !a.Flags.DryRun && terminal.IsTerminal(a.IO.In) {
		return e.Question(ctx, ids)
	}
	o := cli.Operation{Verb: e.Verb, Noun: cmd.Parent().Name(), Owner: strings.Join(fixed, "/"), Items: ids}
	if o.Owner == "" && o.Noun == "tokens" {
		o.Owner = a.User()
	}
	return a.Confirm(ctx, a.Question(o))
}

// each does something to every item, until the context ends.
func each[K comparable](
	ctx context.Context, a *cli.App, done string, items []Named[K], do func(K) error,
) ([]outcome, error) {
	var results []outcome
	var bulk job.BatchError
	for _, item := range items {
		err := ctx.Err()
		if err == nil {
			err = do(item.Value)
		} else {
			err = fmt.Errorf("not tried: %w", err)
		}
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
		case err != nil:
			bulk.Failed = append(bulk.Failed, job.ItemError{ID: item.ID, Err: err})
			results = append(results, outcome{item.ID, done, err})
		default:
			bulk.Done++
			results = append(results, outcome{id: item.ID, done: done})
			a.Notice("%s %s", done, item.ID)
		}
	}
	if len(bulk.Failed) > 0 {
		return results, &bulk
	}
	return results, nil
}

// A Named is a value and what the user calls it.
type Named[K any] struct {
	ID    string
	Value K
}

// Identifiers are args, with "-" standing for the lines of standard input,
// each parsed, and each value once.
func Identifiers[K comparable](
	ctx context.Context, a *cli.App, args []string, parse func(string) (K, error),
) ([]Named[K], error) {
	return identified(args, func() ([]string, error) { return a.IO.ReadLines(ctx) }, parse)
}

// identified is identifiers with what reads standard input.
func identified[K comparable](
	args []string, read func() ([]string, error), parse func(string) (K, error),
) ([]Named[K], error) {
	var items []Named[K]
	seen := map[K]bool{}
	for _, arg := range args {
		lines := []string{arg}
		if arg == "-" {
			var err error
			if lines, err = read(); err == nil {
				err = cli.VetLines(lines)
			}
			if err != nil {
				return nil, err
			}
		}
		for _, id := range lines {
			value, err := parse(id)
			if err != nil {
				return nil, err
			}
			if r, ok := any(value).(hub.Reference); ok {
				id = r.String() // whole, whatever was left out
			}
			if !seen[value] {
				seen[value] = true
				items = append(items, Named[K]{id, value})
			}
		}
	}
	return items, nil
}

// readIdentifiers reads standard input: records that have these columns, of
// which the first names the thing, or lines if there are none.
func readIdentifiers(ctx context.Context, a *cli.App, columns []records.Column) ([]string, error) {
	if columns == nil {
		return a.IO.ReadLines(ctx)
	}
	rows, err := readRecords(ctx, a, columns)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Fields[columns[0].Name()])
	}
	return ids, nil
}

// readRecords reads records from standard input.
func readRecords(ctx context.Context, a *cli.App, columns []records.Column) ([]records.Record, error) {
	b, err := a.IO.ReadFile(ctx, "-")
	if err != nil {
		return nil, err
	}
	rows, err := records.Read(b, columns)
	if wrong, ok := errors.AsType[records.Errors](err); ok {
		var all cli.MistakesError
		for _, e := range wrong {
			all = append(all, job.ItemError{ID: fmt.Sprintf("line %d", e.Line), Err: e.Err})
		}
		return nil, cli.NewUsageError(all)
	}
	return rows, err
}
