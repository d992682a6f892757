package verb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

// A SecretSpec describes a verb that creates something with a secret.
type SecretSpec[T output.Row] struct {
	Table  output.Table[T]
	Secret func(T) (id, secret string)
	Sample func(secret string) (T, error) // a T with that secret
	In     Place                          // nil = the session's account
	Create func(ctx context.Context, c *dockerhub.Client, in, args []string) (T, error)
	Undo   func(ctx context.Context, c *dockerhub.Client, in []string, id string) error
	Note   string // printed after success; "" = nothing
}

// CreateSecret finishes a command that creates something with a secret. No signal
// interrupts it between the server's response and the printed secret. If the secret
// cannot be printed, the new thing is deleted.
func CreateSecret[T output.Row](a *cli.App, cmd *cobra.Command, n SecretSpec[T]) *cobra.Command {
	t := n.withSecret()
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		p, err := t.Printer(a.IO.Out, a.Options())
		if err == nil {
			err = CheckShown(t, a.Options(), n.Sample)
		}
		if err == nil && !a.Flags.DryRun {
			err = a.RefuseLostSecret()
		}
		if err != nil {
			return cli.NewUsageError(err)
		}
		o, err := a.Open(ctx)
		if err != nil {
			return err
		}
		in, err := n.In.of(a, args)
		if err != nil {
			return err
		}
		defer a.Signals.Hold()()
		if err := ctx.Err(); err != nil {
			return err
		}
		ctx = context.WithoutCancel(ctx)
		v, err := n.Create(ctx, o.Client, in, args)
		id, secret := n.Secret(v)
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
			return nil
		case err != nil && secret == "":
			return maybeCreated(err, cmd.Parent().Name())
		case secret == "":
			return fmt.Errorf("created %s, but the server did not send its secret: delete it, because it cannot be used", id)
		}
		if printErr := a.Signals.Deliver(func() error { return p.One(v) }); printErr != nil {
			why := printErr.Error() // not wrapped: even a closed pipe is a failure here
			if undoErr := n.Undo(ctx, o.Client, in, id); undoErr != nil {
				return fmt.Errorf("created %s, but its secret could not be printed (%s), and it could not be deleted: %w",
					id, why, undoErr)
			}
			return fmt.Errorf("created %s and deleted it again: its secret could not be printed (%s)", id, why)
		}
		if a.Flags.Quiet {
			a.Warn("created %s", id)
		} else {
			noticeDone(a, cmd, t.Untyped(), v)
			a.Notice("copy the secret now: it cannot be shown again")
		}
		if n.Note != "" {
			a.Notice("%s", n.Note)
		}
		return err
	})
}

// maybeCreated adds to err that the thing may exist.
func maybeCreated(err error, noun string) error {
	if errors.Is(err, dockerhub.ErrUnreachable) || errors.Is(err, dockerhub.ErrAnswer) {
		return fmt.Errorf("%w; it may exist without its secret: check hubctl %s list", err, noun)
	}
	return err
}

// withSecret returns the table with the secret as its second column, which -q prints.
func (n SecretSpec[T]) withSecret() output.Table[T] {
	t := slices.Clone(n.Table)
	for i := range t {
		t[i].Key = false
	}
	return slices.Insert(t, 1, output.Column[T]{Name: "secret", Key: true, Cell: func(v T) output.Value {
		_, secret := n.Secret(v)
		return output.Text(secret)
	}})
}

// CheckShown refuses output options that would not show the secret: two secrets must
// give different outputs.
func CheckShown[T output.Row](t output.Table[T], o output.Options, sample func(secret string) (T, error)) error {
	var shown [2]bytes.Buffer
	for i, secret := range []string{"dckr_pat_0000000000000000000000000", "dckr_pat_1111111111111111111111111"} {
		v, err := sample(secret)
		if err != nil {
			return err
		}
		p, err := t.Printer(&shown[i], o)
		if err != nil {
			return err
		}
		if err := p.One(v); err != nil {
			return err
		}
	}
	if bytes.Equal(shown[0].Bytes(), shown[1].Bytes()) {
		return errors.New("the output would not include the secret, which cannot be shown again: " +
			"include it in --columns, --jq or --template")
	}
	return nil
}
