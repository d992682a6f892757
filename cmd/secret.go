package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
)

// A creation is a verb that makes something whose secret is shown this once.
type creation[T output.Row] struct {
	table  output.Table[T]
	secret func(T) (id, secret string)
	sample func(secret string) (T, error) // a T with that secret
	// prepare does everything that can fail before something is sent, and
	// returns what sends.
	prepare func(context.Context, *dockerhub.Client) (func(context.Context) (T, error), error)
	undo    func(ctx context.Context, c *dockerhub.Client, id string) error
	note    string // told after success; "" = nothing
}

// createSecret finishes such a verb. No interrupt can come between the server's
// answer and the printed secret, and if that cannot be printed, the new thing is
// deleted again.
func createSecret[T output.Row](a *app, cmd *cobra.Command, n creation[T]) *cobra.Command {
	t := n.withSecret()
	printing(cmd, t.Names())
	honors(cmd, valueFlags...)
	return a.local(cmd, func(ctx context.Context, _ []string) error {
		p, err := t.Printer(a.io.Out, a.options())
		if err == nil {
			err = n.check(t, a.options())
		}
		if err == nil && !a.flags.dryRun {
			err = a.keepsSecret()
		}
		if err != nil {
			return usageError{err}
		}
		o, err := a.open(ctx)
		if err != nil {
			return err
		}
		create, err := n.prepare(ctx, o.client)
		defer a.signals.hold()()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		ctx = context.WithoutCancel(ctx)
		v, err := create(ctx)
		id, secret := n.secret(v)
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
			return nil
		case err != nil && secret == "":
			return maybeCreated(err, cmd.Parent().Name())
		case secret == "":
			return fmt.Errorf("%s was created, but the answer holds no secret, without which it is of no use: delete it", id)
		}
		if printErr := a.signals.deliver(func() error { return p.One(v) }); printErr != nil {
			why := printErr.Error() // not wrapped: even a closed pipe is a failure here
			if undoErr := n.undo(ctx, o.client, id); undoErr != nil {
				return fmt.Errorf("%s was created, its secret could not be printed (%s), and it could not be deleted again: %w", id, why, undoErr)
			}
			return fmt.Errorf("%s was created, and deleted again because its secret could not be printed (%s)", id, why)
		}
		if a.flags.quiet {
			a.say("created %s", id)
		} else {
			a.notice("the secret is shown this once: keep it now")
		}
		if n.note != "" {
			a.notice("%s", n.note)
		}
		return err
	})
}

// maybeCreated is err, which may hide that the thing was created.
func maybeCreated(err error, noun string) error {
	if errors.Is(err, dockerhub.ErrUnreachable) || errors.Is(err, dockerhub.ErrAnswer) {
		return fmt.Errorf("%w; it may have been created nevertheless, its secret lost: see hubctl %s list", err, noun)
	}
	return err
}

// withSecret is the table with the secret for its second column, which is what
// -q prints.
func (n creation[T]) withSecret() output.Table[T] {
	t := slices.Clone(n.table)
	for i := range t {
		t[i].Key = false
	}
	return slices.Insert(t, 1, output.Column[T]{Name: "secret", Key: true, Cell: func(v T) output.Value {
		_, secret := n.secret(v)
		return output.Text(secret)
	}})
}

// check refuses output options that would not show the secret: what they make
// of two secrets has to differ.
func (n creation[T]) check(t output.Table[T], o output.Options) error {
	var shown [2]bytes.Buffer
	for i, secret := range []string{"dckr_pat_0000000000000000000000000", "dckr_pat_1111111111111111111111111"} {
		v, err := n.sample(secret)
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
		return errors.New("the output would not show the secret, which nobody can show again: let --columns, --jq or --template include it")
	}
	return nil
}
