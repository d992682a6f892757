package verb

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// ListOfOrg is List for the chosen organization.
func ListOfOrg[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T],
	rows func(ctx context.Context, c *dockerhub.Client, org string, args []string) iter.Seq2[T, error],
) *cobra.Command {
	return List(a, cmd, t, OfOrg(a, rows))
}

// OfOrg returns rows for the chosen organization.
func OfOrg[T output.Row](
	a *cli.App, rows func(ctx context.Context, c *dockerhub.Client, org string, args []string) iter.Seq2[T, error],
) func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error] {
	return func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[T, error] {
		org, err := a.Org()
		if err != nil {
			return seq.Fail[T](err)
		}
		return rows(ctx, c, org, args)
	}
}

// ShowOfOrg is Show for the chosen organization.
func ShowOfOrg[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T],
	do func(ctx context.Context, c *dockerhub.Client, org string, args []string) (T, error),
) *cobra.Command {
	return Show(a, cmd, t, func(ctx context.Context, c *dockerhub.Client, args []string) (none T, _ error) {
		org, err := a.Org()
		if err != nil {
			return none, err
		}
		return do(ctx, c, org, args)
	})
}
