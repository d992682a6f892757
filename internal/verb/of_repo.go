package verb

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// ListOfRepo is List for the repository named by the first argument; args are the
// others.
func ListOfRepo[T output.Row](
	a *cli.App, cmd *cobra.Command, t output.Table[T],
	rows func(ctx context.Context, c *dockerhub.Client, r hub.Reference, args []string) iter.Seq2[T, error],
) *cobra.Command {
	return List(a, cmd, t, func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[T, error] {
		r, err := a.Repository(args[0])
		if err != nil {
			return seq.Fail[T](err)
		}
		return rows(ctx, c, r, args[1:])
	})
}

// BulkOfRepo is Bulk for the repository named by the first argument.
func BulkOfRepo(
	a *cli.App, cmd *cobra.Command, e BulkAction[string],
	do func(context.Context, *dockerhub.Client, hub.Reference, string) error,
) *cobra.Command {
	var r hub.Reference
	e.Fixed = 1
	if e.Parse == nil {
		e.Parse = hub.Segment
	}
	e.Check = func(fixed []string) (err error) {
		r, err = a.Repository(fixed[0])
		fixed[0] = r.String()
		return err
	}
	e.Do = func(ctx context.Context, c *dockerhub.Client, _ []string, item string) error {
		return do(ctx, c, r, item)
	}
	return Bulk(a, cmd, e)
}
