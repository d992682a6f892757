package verb

import (
	"cmp"
	"context"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// Blocks finishes a command that prints the parts of values. A table has a block for
// each value: its columns, and then a row for each part. With --columns and in CSV,
// there are only the parts. The other formats print the values.
func Blocks[T, P output.Row](
	a *cli.App, cmd *cobra.Command, whole output.Table[T], parts output.Table[P],
	values func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error], of func(T) []P,
) *cobra.Command {
	cli.DeclareColumns(cmd, parts.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		o := a.Options()
		flat := o.JQ == "" && o.Template == "" && !o.Quiet && (o.Format == "csv" || len(o.Columns) > 0)
		rows, c, err := Prepare(ctx, a, cmd, parts, o)
		if err != nil {
			return err
		}
		o.Columns = nil
		blocks, err := whole.Untyped().Printer(a.Out(), o)
		if err != nil {
			return err
		}
		all := values(ctx, c, args)
		if flat {
			return cmp.Or(rows.Rows(seq.Concat(seq.Map(all, of))), cli.UndecidedErrorOf(a))
		}
		then := func(v output.Row) error {
			if _, err := io.WriteString(output.Checked(a.Out()), "\n"); err != nil {
				return err
			}
			value, _ := v.(T) // a row of all
			return rows.Rows(seq.Of(of(value)))
		}
		g := getter{a: a, p: blocks, then: then, details: o.IsTable()}
		return cmp.Or(g.print(output.Untyped(all)), cli.UndecidedErrorOf(a))
	})
}
