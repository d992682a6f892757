package verb

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// Get finishes a command that shows the things named by its arguments. A single
// argument prints one value. Several print one after the other in a table or an
// array in JSON, and continue after a failure. If cmd has no arguments, get is
// called with the zero K.
func Get[K comparable, T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], targets Targets[K],
	get func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) (T, error),
) *cobra.Command {
	return getThen(a, cmd, t, targets, get, func(output.Row) error { return nil })
}

// Change is Get for a command that changes things: do returns the changed thing.
func Change[K comparable, T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], targets Targets[K],
	do func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) (T, error),
) *cobra.Command {
	cli.ExitsWith(cmd, 7, "some items failed")
	return Get(a, cmd, t, targets, func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) (T, error) {
		v, err := do(ctx, c, fixed, item)
		if err == nil {
			noticeDone(a, cmd, t.Untyped(), v)
		}
		return v, err
	})
}

// GetDetail is Get for values with parts: in a table, a row for each part follows,
// unless --columns is given.
func GetDetail[K comparable, T, P output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], targets Targets[K],
	get func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) (T, error),
	parts output.Table[P], of func(T) []P,
) *cobra.Command {
	return getThen(a, cmd, t, targets, get, func(v output.Row) error {
		whole, _ := v.(T) // get returns a T
		rows := of(whole)
		if len(rows) == 0 {
			return nil
		}
		p, err := parts.Printer(a.Out(), a.Options())
		if err != nil {
			return err
		}
		if _, err := io.WriteString(output.Checked(a.Out()), "\n"); err != nil {
			return err
		}
		return p.Rows(seq.Of(rows))
	})
}

func getThen[K comparable, T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], targets Targets[K],
	get func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) (T, error), then func(output.Row) error,
) *cobra.Command {
	targets.declare(cmd)
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		o, several := a.Options(), len(args) > targets.Fixed+1 || slices.Contains(args[targets.Fixed:], "-")
		if several && o.Format == "csv" && len(o.Columns) == 0 {
			o.Columns = t.Names() // as for a single one
		}
		p, c, err := Prepare(ctx, a, cmd, t.Untyped(), o)
		if err != nil {
			return err
		}
		fixed, items, err := targets.read(ctx, a, args)
		if err != nil {
			return err
		}
		if len(args) == targets.Fixed { // the command has a default
			items = make([]Named[K], 1)
		}
		if items, err = targets.ResolveAll(ctx, c, fixed, items); err != nil {
			return err
		}
		g := getter{a: a, p: p, then: then, details: o.IsTable() && len(o.Columns) == 0}
		if !several {
			item := items[0]
			if item.Err != nil {
				return job.ItemError{ID: item.ID, Err: item.Err}
			}
			v, err := get(ctx, c, fixed, item.Value)
			switch {
			case errors.Is(err, dockerhub.ErrDryRun):
				return nil
			case err != nil:
				return err
			}
			return g.one(v)
		}
		bar := a.StartProgress("Reading "+things(cmd.Parent()), len(items))
		defer bar.Done()
		return g.all(eachValue(ctx, &g.bulk, inFlight(a, c), items,
			func(ctx context.Context, item K) (output.Row, error) {
				defer bar.Add(1, 0)
				return get(ctx, c, fixed, item)
			}))
	})
}

// A getter prints the values of Get.
type getter struct {
	a       *cli.App
	p       *output.Printer[output.Row]
	then    func(output.Row) error // prints the parts of a value
	details bool                   // a table with a line for each column
	bulk    job.BatchError
}

func (g *getter) one(v output.Row) error {
	if err := g.p.One(v); err != nil || !g.details {
		return err
	}
	return g.then(v)
}

func (g *getter) all(values iter.Seq2[output.Row, error]) error {
	err := g.print(values)
	if errors.Is(err, dockerhub.ErrDryRun) {
		err = nil
	}
	if err == nil && len(g.bulk.Failed) > 0 {
		return &g.bulk
	}
	return err
}

func (g *getter) print(values iter.Seq2[output.Row, error]) error {
	if !g.details {
		return g.p.Rows(values)
	}
	printed := false
	for v, err := range values {
		if err == nil && printed {
			_, err = io.WriteString(output.Checked(g.a.Out()), "\n")
		}
		if err != nil {
			return err
		}
		if err := g.one(v); err != nil {
			return err
		}
		printed = true
	}
	return nil
}

// eachValue reads the values of items, at most limit at a time. It yields an error
// only if the context ends, or after a dry run, and collects the others.
func eachValue[K comparable](
	ctx context.Context, bulk *job.BatchError, limit int, items []Named[K],
	get func(context.Context, K) (output.Row, error),
) iter.Seq2[output.Row, error] {
	type read struct {
		Named[K]
		row output.Row
	}
	try := func(ctx context.Context, item Named[K]) (read, error) {
		r := read{Named: item}
		if r.Err == nil {
			r.row, r.Err = get(ctx, item.Value)
		}
		return r, ctx.Err()
	}
	return func(yield func(output.Row, error) bool) {
		var end error
		for r, err := range seq.ParallelMap(ctx, limit, seq.Of(items), try) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case errors.Is(r.Err, dockerhub.ErrDryRun):
				end = r.Err
			case r.Err != nil:
				bulk.Failed = append(bulk.Failed, job.ItemError{ID: r.String(), Err: r.Err})
			default:
				bulk.Done++
				if !yield(r.row, nil) {
					return
				}
			}
		}
		if end = cmp.Or(ctx.Err(), end); end != nil {
			yield(nil, end)
		}
	}
}
