package cmd

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
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// An errand is the same thing done to several things, one after the other.
type errand[K comparable] struct {
	verb, done string                                          // of the question and of the notices, such as "Delete" and "deleted"
	ask        bool                                            // before it begins; for what destroys something
	question   func(ctx context.Context, items []string) error // asks instead of the usual question; nil = that one
	fixed      int                                             // how many arguments come before those that name the things
	org        bool                                            // the things are an organization's, whose name comes before the fixed arguments
	check      func(fixed []string) error                      // refuses those before anything is asked or sent, or makes them whole; nil = any will do
	columns    []column                                        // - reads records that have these, of which the first names the thing; nil = lines
	parse      func(string) (K, error)
	do         func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) error
}

// remove finishes a command that deletes what its arguments name, each on its
// own, after asking. It refuses a bad argument before it sends anything, goes
// on past a failure, and reports them all.
func remove[K comparable](a *app, cmd *cobra.Command, parse func(string) (K, error), del func(context.Context, *dockerhub.Client, K) error) *cobra.Command {
	return bulk(a, cmd, errand[K]{verb: "Delete", done: "deleted", ask: true, parse: parse, do: func(ctx context.Context, c *dockerhub.Client, _ []string, item K) error {
		return del(ctx, c, item)
	}})
}

// An outcome is what became of one of several things.
type outcome struct {
	id, done string
	err      error
}

// JSON has the field done, such as "deleted", and an error if there was one.
func (o outcome) JSON() json.RawMessage {
	text := fmt.Sprintf(`{"id":%s,%s:%t`, mustJSON(o.id), mustJSON(o.done), o.err == nil)
	if o.err != nil {
		text += `,"error":` + string(mustJSON(o.err.Error()))
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

// bulk finishes a command that runs an errand. Its arguments are those that are
// fixed, and then the things, where - stands for the lines of standard input.
func bulk[K comparable](a *app, cmd *cobra.Command, e errand[K]) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.MinimumNArgs(e.fixed + 1)
	}
	table := outcomeTable(e.done)
	printing(cmd, table.Names())
	honors(cmd, valueFlags...)
	return a.local(cmd, func(ctx context.Context, args []string) error {
		if err := a.allOutcomes(); err != nil {
			return err
		}
		p, c, err := prepare(ctx, a, cmd, table, a.options())
		if err != nil {
			return err
		}
		if o := a.options(); o.IsTable() && (len(o.Columns) > 0 || o.NoHeaders) {
			return usageError{fmt.Errorf("--columns and --no-headers need -o csv here: %q prints no table", cmd.CommandPath())}
		}
		fixed := slices.Clone(args[:e.fixed])
		if e.org {
			org, err := a.org()
			if err != nil {
				return err
			}
			fixed = slices.Insert(fixed, 0, org)
		}
		if e.check != nil {
			if err := e.check(fixed); err != nil {
				return err
			}
		}
		items, err := identified(args[e.fixed:], func() ([]string, error) { return a.readIdentifiers(ctx, e.columns) }, e.parse)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			a.notice("nothing to do: no %s", cmd.Parent().Name())
			return e.print(a, p, nil)
		}
		if err := a.needSession(); err != nil {
			return err
		}
		if err := e.confirm(ctx, a, cmd, fixed, items); err != nil {
			return err
		}
		results, err := each(ctx, a, e.done, items, func(item K) error { return e.do(ctx, c, fixed, item) })
		printErr := e.print(a, p, results)
		return cmp.Or(err, printErr)
	})
}

// print prints what became of the things, of which a table would say nothing
// more than the notices.
func (errand[K]) print(a *app, p *output.Printer[outcome], results []outcome) error {
	if a.flags.dryRun || a.options().IsTable() {
		return nil
	}
	return p.Rows(values(results))
}

// allOutcomes refuses the flags that would leave out, or put elsewhere, what
// becomes of something.
func (a *app) allOutcomes() error {
	if a.flags.limit != 0 || a.flags.sort != "" {
		return usageError{errors.New("--limit and --sort are for listings: what is done is told of each, in the order given")}
	}
	return nil
}

// confirm asks before an errand that destroys something.
func (e errand[K]) confirm(ctx context.Context, a *app, cmd *cobra.Command, fixed []string, items []named[K]) error {
	if !e.ask {
		return nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.id
	}
	if e.question != nil && !a.flags.yes && !a.flags.dryRun && terminal.IsTerminal(a.io.In) {
		return e.question(ctx, ids)
	}
	return a.confirm(ctx, a.question(e.verb, cmd.Parent().Name(), fixed, ids))
}

// question names what is to be done, the number of things and the first of
// them, the account and the host.
func (a *app) question(verb, noun string, fixed, ids []string) string {
	first := strings.Join(ids[:min(3, len(ids))], ", ")
	if len(ids) > 3 {
		first += ", …"
	}
	what := verb + " " + amount(len(ids), noun)
	switch {
	case a.opened == nil:
		return fmt.Sprintf("%s (%s)?", what, first)
	case len(fixed) > 0:
		return fmt.Sprintf("%s of %s, as %s on %s (%s)?", what, strings.Join(fixed, " "), a.who(), a.host(), first)
	}
	return fmt.Sprintf("%s of %s on %s (%s)?", what, a.who(), a.host(), first)
}

// amount is a number of things, which are named in the plural.
func amount(n int, things string) string {
	if n == 1 {
		if stem, ok := strings.CutSuffix(things, "ies"); ok {
			things = stem + "y"
		}
		things = strings.TrimSuffix(things, "s")
	}
	return fmt.Sprintf("%d %s", n, things)
}

// each does something to every item, until the context ends.
func each[K comparable](ctx context.Context, a *app, done string, items []named[K], do func(K) error) ([]outcome, error) {
	var results []outcome
	var bulk bulkError
	for _, item := range items {
		err := ctx.Err()
		if err == nil {
			err = do(item.value)
		} else {
			err = fmt.Errorf("not tried: %w", err)
		}
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
		case err != nil:
			bulk.failed = append(bulk.failed, itemError{item.id, err})
			results = append(results, outcome{item.id, done, err})
		default:
			bulk.done++
			results = append(results, outcome{id: item.id, done: done})
			a.notice("%s %s", done, item.id)
		}
	}
	if len(bulk.failed) > 0 {
		return results, &bulk
	}
	return results, nil
}

// A named is a value and what the user calls it.
type named[K any] struct {
	id    string
	value K
}

// identifiers are args, with "-" standing for the lines of standard input,
// each parsed, and each value once.
func identifiers[K comparable](ctx context.Context, a *app, args []string, parse func(string) (K, error)) ([]named[K], error) {
	return identified(args, func() ([]string, error) { return a.io.ReadLines(ctx) }, parse)
}

// identified is identifiers with what reads standard input.
func identified[K comparable](args []string, read func() ([]string, error), parse func(string) (K, error)) ([]named[K], error) {
	var items []named[K]
	seen := map[K]bool{}
	for _, arg := range args {
		lines := []string{arg}
		if arg == "-" {
			var err error
			if lines, err = read(); err == nil {
				err = vetLines(lines)
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
				items = append(items, named[K]{id, value})
			}
		}
	}
	return items, nil
}

// readIdentifiers reads standard input: records that have these columns, of
// which the first names the thing, or lines if there are none.
func (a *app) readIdentifiers(ctx context.Context, columns []column) ([]string, error) {
	if columns == nil {
		return a.io.ReadLines(ctx)
	}
	rows, err := a.readRecords(ctx, columns)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.fields[columns[0].name()])
	}
	return ids, nil
}

// readRecords reads records from standard input.
func (a *app) readRecords(ctx context.Context, columns []column) ([]record, error) {
	b, err := a.io.ReadFile(ctx, "-")
	if err != nil {
		return nil, err
	}
	rows, err := readRecords(b, columns)
	if wrong, ok := errors.AsType[recordErrors](err); ok {
		var all mistakes
		for _, e := range wrong {
			all = append(all, itemError{fmt.Sprintf("line %d", e.line), e.err})
		}
		return nil, usageError{all}
	}
	return rows, err
}
