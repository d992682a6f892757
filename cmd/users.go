package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var userTable = output.Table[dockerhub.User]{
	{Name: "user", Key: true, Cell: func(u dockerhub.User) output.Value { return output.Text(u.Name) }},
	{Name: "name", Cell: func(u dockerhub.User) output.Value { return output.Text(u.FullName) }},
	{Name: "company", Cell: func(u dockerhub.User) output.Value { return output.Text(u.Company) }},
	{Name: "location", Cell: func(u dockerhub.User) output.Value { return output.Text(u.Location) }},
	{Name: "profile_url", Cell: func(u dockerhub.User) output.Value { return output.Text(u.ProfileURL) }},
	{Name: "joined", Cell: func(u dockerhub.User) output.Value { return output.Time(u.JoinedAt.Time) }},
	{Name: "type", Cell: func(u dockerhub.User) output.Value { return output.Text(u.Type) }},
	{Name: "id", Cell: func(u dockerhub.User) output.Value { return output.Text(u.ID) }},
}

func newUsers(a *cli.App) *cobra.Command {
	return cli.Group(a, "users", "View users and their organizations", usersGet, usersOrgs)
}

func usersGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get [USER...]", Short: "Show users, or yourself", Args: cobra.ArbitraryArgs,
		Example: "  hubctl users get\n  hubctl users get aferreira", ValidArgsFunction: cobra.NoFileCompletions,
	}
	return verb.Get(a, cmd, userTable, verb.Segments(),
		func(ctx context.Context, c *dockerhub.Client, _ []string, user string) (dockerhub.User, error) {
			if user == "" {
				return c.Users.Me(ctx)
			}
			return c.Users.Get(ctx, user)
		})
}

func usersOrgs(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "orgs [USER]", Short: "List the organizations of a user, or yours", Args: cli.MaximumNArgs(1),
		Long: `List the organizations of a user, or yours. The Hub may omit organizations of
other users that you cannot see.`,
		Example: "  hubctl users orgs aferreira", ValidArgsFunction: cobra.NoFileCompletions,
	}
	rows := func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Org, error] {
		return c.Users.Orgs(ctx, in[0])
	}
	return verb.ListIn(a, cmd, membershipTable, verb.OfUser, rows)
}
