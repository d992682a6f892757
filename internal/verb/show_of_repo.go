package verb

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// ShowOfRepo is Show for the repository named by the first argument; args are the
// others.
func ShowOfRepo[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T],
	do func(ctx context.Context, c *dockerhub.Client, r hub.Reference, args []string) (T, error),
) *cobra.Command {
	return Show(a, cmd, t, func(ctx context.Context, c *dockerhub.Client, args []string) (none T, _ error) {
		r, err := a.Repository(args[0])
		if err != nil {
			return none, err
		}
		return do(ctx, c, r, args[1:])
	})
}
