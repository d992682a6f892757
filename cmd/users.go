package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
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
	return cli.Group(a, "users", "Look at users", usersGet, usersOrgs)
}

func usersGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get [USER]", Short: "Show a user, or yourself", Args: cobra.MaximumNArgs(1),
		Example: "  hubctl users get\n  hubctl users get aferreira", ValidArgsFunction: cobra.NoFileCompletions,
	}
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.User, error) {
		if len(args) == 0 {
			return c.Users.Me(ctx)
		}
		return c.Users.Get(ctx, args[0])
	}
	return verb.Show(a, cmd, userTable, show)
}

func usersOrgs(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "orgs [USER]", Short: "List the organizations that a user is in, or you", Args: cobra.MaximumNArgs(1),
		Long: "List the organizations that a user is in, or you.\n" +
			"Of other users the Hub may leave out what this session may not see.",
		Example: "  hubctl users orgs aferreira", ValidArgsFunction: cobra.NoFileCompletions,
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Org, error] {
		if len(args) > 0 {
			return c.Users.Orgs(ctx, args[0])
		}
		me, err := a.Me()
		if err != nil {
			return seq.Fail[dockerhub.Org](err)
		}
		return c.Users.Orgs(ctx, me)
	}
	return verb.List(a, cmd, membershipTable, rows)
}
