package verb

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// Show finishes a command that prints the single value it gets, makes or
// changes. A value that comes with a cli.CheckError is printed, too.
func Show[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error),
) *cobra.Command {
	return showThen(a, cmd, t.Untyped(), untyped(get), func(output.Row) error { return nil })
}

// Detail is one for a value that has parts: below its own lines the table has a
// row for each of them, unless columns were chosen.
func Detail[T, P output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], parts output.Table[P], of func(T) []P,
	get func(context.Context, *dockerhub.Client, []string) (T, error),
) *cobra.Command {
	return showThen(a, cmd, t.Untyped(), untyped(get), func(v output.Row) error {
		one, _ := v.(T) // what get returns
		o, rows := a.Options(), of(one)
		if !o.IsTable() || len(o.Columns) > 0 || len(rows) == 0 {
			return nil
		}
		p, err := parts.Printer(a.IO.Out, o)
		if err != nil {
			return err
		}
		if err := a.Print("\n"); err != nil {
			return err
		}
		return p.Rows(seq.Of(rows))
	})
}

func showThen(
	a *cli.App, cmd *cobra.Command, t output.Table[output.Row],
	get func(context.Context, *dockerhub.Client, []string) (output.Row, error), then func(output.Row) error,
) *cobra.Command {
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		p, c, err := prepare(ctx, a, cmd, t, a.Options())
		if err != nil {
			return err
		}
		v, err := get(ctx, c, args)
		if errors.Is(err, dockerhub.ErrDryRun) || err == nil && v.JSON() == nil {
			return nil // nothing was sent, or nothing came back
		}
		if _, found := errors.AsType[cli.CheckError](err); err != nil && !found {
			return err
		}
		if err := p.One(v); err != nil {
			return err
		}
		return cmp.Or(then(v), err)
	})
}

// An Existence is whether there is a repository, or a tag of it.
type Existence struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Exists     bool   `json:"exists"`
}

// Exists finishes a command whose answer is its exit status, and a document for
// programs that ask for one. A negative answer is a cli.CheckError.
func Exists(
	a *cli.App, cmd *cobra.Command, ask func(context.Context, *dockerhub.Client, []string) (Existence, error),
) *cobra.Command {
	cli.Honors(cmd, append([]string{"quiet"}, cli.DocumentFlags...)...)
	cli.ExitsWith(cmd, 8, "the answer is no")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, formatted, err := a.DocumentOptions()
		if err != nil {
			return err
		}
		e, err := ask(ctx, c, args)
		not, no := errors.AsType[cli.CheckError](err)
		if no {
			err = cli.AbsentError{CheckError: not}
		}
		if err != nil && !no || !formatted {
			return err
		}
		return cmp.Or(output.Document(a.IO.Out, cli.MustJSON(e), o), err)
	})
}

// untyped is get for a table that was made Untyped.
func untyped[A any, T output.Row](
	get func(context.Context, *dockerhub.Client, A) (T, error),
) func(context.Context, *dockerhub.Client, A) (output.Row, error) {
	return func(ctx context.Context, c *dockerhub.Client, arg A) (output.Row, error) { return get(ctx, c, arg) }
}

// IfMissing is create, or what get finds if create is refused because the thing
// exists already and that is all right.
func IfMissing[T any](a *cli.App, wanted bool, create, get func() (T, error)) (T, error) {
	v, err := create()
	if !wanted || !errors.Is(err, dockerhub.ErrConflict) && !errors.Is(err, dockerhub.ErrInvalid) {
		return v, err
	}
	if found, getErr := get(); getErr == nil {
		a.Notice("it exists already, and was left as it is")
		return found, nil
	}
	return v, err // the refusal had another reason
}
