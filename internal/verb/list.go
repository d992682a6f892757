package verb

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// Prepare makes the printer first, so that bad output options are refused before
// anything is sent, and then the client.
func Prepare[T output.Row](
	ctx context.Context, a *cli.App, cmd *cobra.Command, t output.Table[T], o output.Options,
) (*output.Printer[T], *dockerhub.Client, error) {
	p, err := t.Printer(a.Out(), o)
	if err != nil {
		return nil, nil, cli.NewUsageError(err)
	}
	c, err := a.Client(ctx, cmd)
	return p, c, err
}

// List finishes a command that prints rows.
func List[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T],
	rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error],
) *cobra.Command {
	return Report(a, cmd, t, rows, func(int, bool) error { return nil })
}

// Report finishes a command that prints rows and is also a check: found returns the
// finding for n rows (or more, if --limit ended the listing).
func Report[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T],
	rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error], found func(n int, more bool) error,
) *cobra.Command {
	listing := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[output.Row, error] {
		return output.Untyped(rows(ctx, c, args))
	}
	return reportRows(a, cmd, t.Untyped(), listing, found)
}

func reportRows(
	a *cli.App, cmd *cobra.Command, t output.Table[output.Row],
	rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[output.Row, error],
	found func(n int, more bool) error,
) *cobra.Command {
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.RowFlags...)
	match := MatchFlag(a, cmd, t)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		o := a.Options()
		standard := cli.DefaultLimit(cmd, o)
		o.Limit = cmp.Or(standard, o.Limit)
		o.Things = things(cmd)
		p, c, err := Prepare(ctx, a, cmd, t, o)
		if err != nil {
			return err
		}
		if o.Sort == "" { // sorting needs all rows
			ctx = dockerhub.WithMaxRows(ctx, o.Limit)
		}
		ctx, done := a.Reading(ctx, cmp.Or(o.Things, cmd.Parent().Name()), args...)
		defer done()
		n := 0
		err = p.Rows(seq.Filter(func(output.Row) bool { n++; return true }, match.Of(rows(ctx, c, args))))
		if err == nil && standard > 0 && n >= standard {
			a.Notice("showing the first %d rows; use --limit to show more (0 = all)", standard)
		}
		if err == nil && standard == 0 && o.Limit > 0 && n == o.Limit {
			a.NoticeShown(n, o.Things, args...)
		}
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil // a listing that is requested with a POST
		}
		return cmp.Or(err, cli.UndecidedErrorOf(a), found(n, o.Sort == "" && n > 0 && n == o.Limit))
	})
}

// things returns the noun for the rows, as in "no tokens found", or "".
func things(cmd *cobra.Command) string {
	name := cmd.Name()
	if name == "list" {
		name = cli.Things(cmd)
	}
	if !strings.HasSuffix(name, "s") {
		return ""
	}
	return strings.ReplaceAll(name, "-", " ")
}

// ListOrOne finishes a command that prints all things, or the one named by its argument.
func ListOrOne[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], all Things[T],
	get func(context.Context, *dockerhub.Client, string) (T, error),
) *cobra.Command {
	cmd.Args, cmd.ValidArgsFunction = cli.MaximumNArgs(1), all.Complete(a)
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.RowFlags...)
	match := MatchFlag(a, cmd, t.Untyped())
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		if len(args) > 0 && cmd.Flags().Changed("match") {
			return cli.NewUsageError(errors.New("--match applies only to lists"))
		}
		o := a.Options()
		o.Things = things(cmd)
		p, c, err := Prepare(ctx, a, cmd, t.Untyped(), o)
		if err != nil {
			return err
		}
		ctx, done := a.Reading(ctx, o.Things)
		defer done()
		if len(args) == 0 {
			return cmp.Or(p.Rows(match.Of(output.Untyped(all.Rows(ctx, a, c)))), cli.UndecidedErrorOf(a))
		}
		v, err := get(ctx, c, args[0])
		if err != nil {
			return err
		}
		return p.One(v)
	})
}
