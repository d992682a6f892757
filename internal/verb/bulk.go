package verb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// A BulkAction is applied to several things, concurrently.
type BulkAction[K comparable] struct {
	Verb, Done string // for questions and notices, such as "Delete" and "deleted"
	Ask        bool   // before it starts, because it is destructive
	// Question replaces the default question; may be nil.
	Question func(ctx context.Context, items []string) error

	// As in Targets.
	Fixed   int
	Org     bool
	Check   func(fixed []string) error
	Columns []records.Column
	Parse   func(string) (K, error)
	Resolve Resolver[K]

	// After returns the items that must be done before one, which Resolve has put before
	// it; may be nil.
	After func(item K) []K
	// Became returns the past tense for a finished item; nil = Done.
	Became func(item K) string
	// Do may be called from several goroutines.
	Do func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) error
}

func (e BulkAction[K]) targets() Targets[K] {
	return Targets[K]{Fixed: e.Fixed, Org: e.Org, Check: e.Check, Columns: e.Columns, Parse: e.Parse, Resolve: e.Resolve}
}

// Delete finishes a command that deletes the things named by its arguments, once
// confirmed. It refuses a bad argument before it sends anything, continues after a
// failure, and reports each one.
func Delete[K comparable](
	a *cli.App, cmd *cobra.Command, parse func(string) (K, error), del func(context.Context, *dockerhub.Client, K) error,
) *cobra.Command {
	do := func(ctx context.Context, c *dockerhub.Client, _ []string, item K) error { return del(ctx, c, item) }
	return Bulk(a, cmd, BulkAction[K]{Verb: "Delete", Done: "deleted", Ask: true, Parse: parse, Do: do})
}

// An outcome is the result for one of several things.
type outcome struct {
	id, name, done string
	err            error
}

// JSON has a field named after done, such as "deleted", and name and error if set.
func (o outcome) JSON() json.RawMessage {
	text := `{"id":` + string(cli.MustJSON(o.id))
	if o.name != "" {
		text += `,"name":` + string(cli.MustJSON(o.name))
	}
	text += fmt.Sprintf(`,%s:%t`, cli.MustJSON(o.done), o.err == nil)
	if o.err != nil {
		text += `,"error":` + string(cli.MustJSON(o.err.Error()))
	}
	return json.RawMessage(text + "}")
}

func outcomeTable(done string) output.Table[outcome] {
	return output.Table[outcome]{
		{Name: "id", Key: true, Cell: func(o outcome) output.Value { return output.Text(o.id) }},
		{Name: "name", Wide: true, Cell: func(o outcome) output.Value { return output.Text(o.name) }},
		{Name: done, Cell: func(o outcome) output.Value { return output.Bool(o.err == nil) }},
		{Name: "error", Cell: func(o outcome) output.Value {
			if o.err == nil {
				return output.Unknown()
			}
			return output.Text(o.err.Error())
		}},
	}
}

// Bulk finishes a command that runs a BulkAction. Its arguments are Targets.
func Bulk[K comparable](a *cli.App, cmd *cobra.Command, e BulkAction[K]) *cobra.Command {
	e.targets().declare(cmd)
	table := outcomeTable(e.Done)
	cli.DeclareColumns(cmd, table.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	cli.Confirms(cmd)
	cli.ExitsWith(cmd, 7, "some items failed")
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		if err := AllOutcomes(a); err != nil {
			return err
		}
		p, c, err := Prepare(ctx, a, cmd, table, a.Options())
		if err != nil {
			return err
		}
		if o := a.Options(); o.IsTable() && (len(o.Columns) > 0 || o.NoHeaders) {
			return cli.NewUsageError(fmt.Errorf("--columns and --no-headers need -o csv: %q prints no table",
				cmd.CommandPath()))
		}
		fixed, items, err := e.targets().read(ctx, a, args)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			a.Notice("nothing to do: no %s", cli.Things(cmd))
			return e.print(a, p, nil)
		}
		if err := a.NeedSession(); err != nil {
			return err
		}
		if e.Ask && !a.Flags.Yes && !a.Flags.DryRun && !terminal.IsTerminal(a.IO.In) {
			return a.Confirm(ctx, "") // fails before names are looked up
		}
		if items, err = e.targets().ResolveAll(ctx, c, fixed, items); err != nil {
			return err
		}
		if err := e.confirm(ctx, a, cmd, fixed, items); err != nil {
			return err
		}
		results, err := e.each(ctx, a, cmd, inFlight(a, c), items,
			func(item K) error { return e.Do(ctx, c, fixed, item) })
		printErr := e.print(a, p, results)
		return cmp.Or(err, printErr)
	})
}

// print prints the outcomes, except in a table, which would only repeat the notices.
func (BulkAction[K]) print(a *cli.App, p *output.Printer[outcome], results []outcome) error {
	if a.Flags.DryRun || a.Options().IsTable() {
		return nil
	}
	return p.Rows(seq.Of(results))
}

// AllOutcomes refuses flags that would hide or reorder outcomes.
func AllOutcomes(a *cli.App) error {
	if a.Flags.Limit != 0 || a.Flags.Sort != "" {
		return cli.NewUsageError(errors.New("--limit and --sort apply only to lists"))
	}
	return nil
}

// confirm asks before a destructive action.
func (e BulkAction[K]) confirm(
	ctx context.Context, a *cli.App, cmd *cobra.Command, fixed []string, items []Named[K],
) error {
	if !e.Ask {
		return nil
	}
	var ids []string
	for _, item := range items {
		if item.Err == nil {
			ids = append(ids, item.String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if e.Question != nil && !a.Flags.Yes && !a.Flags.DryRun && terminal.IsTerminal(a.IO.In) {
		return e.Question(ctx, ids)
	}
	o := cli.Operation{Verb: e.Verb, Noun: cli.Things(cmd), Owner: strings.Join(fixed, "/"), Items: ids}
	if o.Owner == "" && e.Resolve != nil { // identifiers do not name their owner
		o.Owner = a.User()
	}
	return a.Confirm(ctx, a.Question(o))
}

// inFlight returns the maximum number of things that a command works on
// concurrently: one if it prints requests in order, or sends none.
func inFlight(a *cli.App, c *dockerhub.Client) int {
	if a.Flags.DryRun || c == nil {
		return 1
	}
	return a.Settings.Concurrency
}

// each calls do for every item, until the context ends. The outcomes are in the
// order of the items.
func (e BulkAction[K]) each(
	ctx context.Context, a *cli.App, cmd *cobra.Command, limit int, items []Named[K], do func(K) error,
) ([]outcome, error) {
	ended := map[K]chan struct{}{}
	for _, item := range items {
		if e.After != nil {
			ended[item.Value] = make(chan struct{})
		}
	}
	try := func(_ context.Context, item Named[K]) (Named[K], error) {
		if e.After != nil {
			defer close(ended[item.Value])
			for _, before := range e.After(item.Value) {
				<-ended[before]
			}
		}
		switch {
		case ctx.Err() != nil:
			item.Err = fmt.Errorf("not tried: %w", ctx.Err())
		case item.Err == nil:
			item.Err = do(item.Value)
		}
		return item, nil
	}
	var results []outcome
	var bulk job.BatchError
	tried := seq.ParallelMap(context.WithoutCancel(ctx), limit, seq.Of(items), try)
	for item := range tried { //nolint:errcheck // try returns no errors
		err := item.Err
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
			if item.Name != "" {
				a.Notice("would have %s %s", e.Done, cli.Title(cmd, item.String()))
			}
		case err != nil:
			bulk.Failed = append(bulk.Failed, job.ItemError{ID: item.String(), Err: err})
			results = append(results, outcome{item.ID, item.Name, e.Done, err})
		default:
			bulk.Done++
			results = append(results, outcome{id: item.ID, name: item.Name, done: e.Done})
			became := e.Done
			if e.Became != nil {
				became = e.Became(item.Value)
			}
			a.Notice("%s %s", became, cli.Title(cmd, item.String()))
		}
	}
	if len(bulk.Failed) > 0 {
		return results, &bulk
	}
	return results, nil
}

// A Named is a value and the text that the user typed for it.
type Named[K any] struct {
	ID    string
	Value K
	Name  string // if known
	Err   error  // why it cannot be processed, or was not
}

func (n Named[K]) String() string {
	if n.Name == "" {
		return n.ID
	}
	return n.Name + " (" + n.ID + ")"
}

// Identifiers parses args, where - stands for the lines of standard input, and
// removes duplicates.
func Identifiers[K comparable](
	ctx context.Context, a *cli.App, args []string, parse func(string) (K, error),
) ([]Named[K], error) {
	return identified(args, func() ([]string, error) { return a.IO.ReadLines(ctx) }, parse)
}

// identified is Identifiers with a function that reads standard input.
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
				id = r.String() // with its namespace
			}
			if !seen[value] {
				seen[value] = true
				items = append(items, Named[K]{ID: id, Value: value})
			}
		}
	}
	return items, nil
}

// readIdentifiers reads the first column of records from standard input, or lines if
// columns is nil.
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
