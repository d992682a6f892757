package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
	"github.com/hubctl/hubctl/internal/webpage"
)

func newBrowse(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "browse [REPO[:TAG]]", Short: "Open Docker Hub in a browser", Args: cli.MaximumNArgs(1),
		Long: `Open a page of Docker Hub in a browser: a repository, a tag, an organization,
or your own repositories. Without a terminal, the address is printed instead.

--page tags needs REPO, and members, teams and audit need an organization.
Without --org, tokens, settings and billing are the pages of your account.`,
		Example: "  hubctl browse acme/checkout-api\n" +
			"  hubctl browse --org acme --page members\n" +
			"  hubctl browse library/nginx:alpine --print",
		ValidArgsFunction: completeRepos(a),
	}
	page := cli.ChoiceFlag(cmd, "page", "`page` to open, such as members or billing", webpage.Names...)
	show := cli.BoolFlag(cmd, "print", "print the address instead of opening it")
	cli.Honors(cmd, cli.TextFlags...)
	return a.Run(cli.Placed(cmd, "org", "namespace"), func(ctx context.Context, _ *dockerhub.Client, args []string) error {
		place := webpage.Place{
			Org: cli.OrgFlag(a).Name, Namespace: a.Within.Name, DefaultOrg: a.Org, Reference: a.Reference,
		}
		path, err := webpage.Path(page.Value, args, place)
		if err != nil {
			return err
		}
		address := a.Website() + path
		if show.Value || a.Flags.DryRun || a.Settings.Sandbox || !terminal.IsTerminal(a.IO.Out) {
			return a.Print(address + "\n")
		}
		return a.OpenBrowser(ctx, address)
	})
}
