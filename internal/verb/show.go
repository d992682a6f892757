package verb

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// Show finishes a command that prints the single value that it reads, creates or
// changes. A value returned with a cli.CheckError is printed as well.
func Show[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error),
) *cobra.Command {
	return show(a, cmd, t.Untyped(), untyped(get))
}

func show(
	a *cli.App, cmd *cobra.Command, t output.Table[output.Row],
	get func(context.Context, *dockerhub.Client, []string) (output.Row, error),
) *cobra.Command {
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		p, c, err := Prepare(ctx, a, cmd, t, a.Options())
		if err != nil {
			return err
		}
		v, err := get(ctx, c, args)
		unchanged := errors.Is(err, errUnchanged)
		if unchanged {
			err = nil
		}
		if errors.Is(err, dockerhub.ErrDryRun) || err == nil && v.JSON() == nil {
			return nil // nothing was sent, or the response was empty
		}
		if _, found := errors.AsType[cli.CheckError](err); err != nil && !found {
			return err
		}
		if printErr := p.One(v); printErr != nil || err != nil {
			return cmp.Or(printErr, err)
		}
		if unchanged {
			a.Notice("%s already exists, left unchanged", cli.Title(cmd, nameOf(t, v)))
		} else {
			noticeDone(a, cmd, t, v)
		}
		return nil
	})
}

// An existence reports whether a repository or tag exists.
type existence struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Exists     bool   `json:"exists"`
}

// Exists finishes a command that answers with its exit status, and with a document if
// a format is given. If the thing named by the argument does not exist, check returns
// a cli.CheckError.
func Exists(
	a *cli.App, cmd *cobra.Command, parse func(string) (hub.Reference, error),
	check func(context.Context, *dockerhub.Client, hub.Reference) error,
) *cobra.Command {
	cli.Honors(cmd, append([]string{"quiet"}, cli.DocumentFlags...)...)
	cli.ExitsWith(cmd, 8, "it does not exist")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, formatted, err := a.DocumentOptions()
		if err != nil {
			return err
		}
		r, err := parse(args[0])
		if err != nil {
			return err
		}
		err = check(ctx, c, r)
		not, no := errors.AsType[cli.CheckError](err)
		if no {
			err = cli.AbsentError{CheckError: not}
		}
		if err != nil && !no || !formatted {
			return err
		}
		doc := cli.MustJSON(existence{Repository: r.Repository(), Tag: r.Tag, Exists: !no})
		return cmp.Or(output.Document(a.Out(), doc, o), err)
	})
}

// untyped adapts get to an Untyped table.
func untyped[A any, T output.Row](
	get func(context.Context, *dockerhub.Client, A) (T, error),
) func(context.Context, *dockerhub.Client, A) (output.Row, error) {
	return func(ctx context.Context, c *dockerhub.Client, arg A) (output.Row, error) { return get(ctx, c, arg) }
}

// errUnchanged is returned with a thing that was left unchanged.
var errUnchanged = errors.New("unchanged")

// IfMissing calls create. If that fails because the thing exists and ifMissing is
// set, it returns the result of get, marked as unchanged for Show.
func IfMissing[T any](ifMissing bool, create, get func() (T, error)) (T, error) {
	v, err := create()
	if !ifMissing || !errors.Is(err, dockerhub.ErrConflict) && !errors.Is(err, dockerhub.ErrInvalid) {
		return v, err
	}
	if found, getErr := get(); getErr == nil {
		return found, errUnchanged
	}
	return v, err // failed for another reason
}
