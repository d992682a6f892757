package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
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

func newUsers(a *app) *cobra.Command {
	return group(a, "users", "Look at users", usersGet, usersOrgs)
}

func usersGet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get [USER]", Short: "Show a user, or yourself", Args: cobra.MaximumNArgs(1),
		Example:           "  hubctl users get\n  hubctl users get aferreira",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	return one(a, cmd, userTable, func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.User, error) {
		if len(args) == 0 {
			return c.Users.Me(ctx)
		}
		return c.Users.Get(ctx, args[0])
	})
}

func usersOrgs(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "orgs [USER]", Short: "List the organizations that a user is in, or you", Args: cobra.MaximumNArgs(1),
		Long: "List the organizations that a user is in, or you.\n" +
			"Of other users the Hub may leave out what this session may not see.",
		Example:           "  hubctl users orgs aferreira",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	return list(a, cmd, membershipTable, func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Org, error] {
		if len(args) > 0 {
			return c.Users.Orgs(ctx, args[0])
		}
		me, err := a.me()
		if err != nil {
			return failure[dockerhub.Org](err)
		}
		return c.Users.Orgs(ctx, me)
	})
}
