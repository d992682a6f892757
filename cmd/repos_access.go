package cmd

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/access"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var grantTable = output.Table[access.Grant]{
	{Name: "repository", Key: true, Cell: func(g access.Grant) output.Value { return output.Text(g.Repository) }},
	{Name: "who", Key: true, Cell: func(g access.Grant) output.Value { return output.Text(g.Who) }},
	{Name: "kind", Cell: func(g access.Grant) output.Value { return output.Text(g.Kind) }},
	{Name: "permission", Cell: func(g access.Grant) output.Value { return output.Text(g.Permission) }},
	{Name: "through", Cell: func(g access.Grant) output.Value { return output.List(g.Through) }},
}

func reposAccess(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "access [REPO...]", Short: "Show who can access repositories, and why",
		Long: `Show who can read, write and administer repositories. Without REPO, show all
repositories of the namespace.

In an organization, teams have access, and owners and editors administer every
repository. --members lists users instead, with their highest permission and the
teams or role that grant it. The permissions of custom roles are unknown. A
user's repositories have collaborators. Everyone can read public repositories.

- reads repositories from standard input, one per line. -q prints each
repository once.`,
		Example: "  hubctl repos access acme/checkout-api\n" +
			"  hubctl repos access --namespace acme --members --permission admin\n" +
			"  hubctl repos access --namespace acme --member bokafor -o csv",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	members := cli.BoolFlag(cmd, "members", "show users instead of teams and roles")
	user := cli.ThingFlag(cmd, "member", "only the access of this `user`", completeMembers(a))
	permission := cli.ChoiceFlag(cmd, "permission",
		"only this `permission` or higher: "+strings.Join(dockerhub.Permissions, ", "), dockerhub.Permissions...)
	keep := &cli.Filter[access.Grant]{A: a, Cmd: cmd, Things: "grants"}
	keep.By(permission, "permissions", func(g access.Grant) cli.Ruling {
		level := slices.Index(dockerhub.Permissions, g.Permission)
		wanted := slices.Index(dockerhub.Permissions, permission.Value)
		return cli.Rule(g.Permission != "", level < 0 || level >= wanted) // an unknown permission may be higher
	})
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[access.Grant, error] {
		x := access.Finder{Client: c, Notice: a.Notice, Own: isOwn(a), User: strings.ToLower(user.Value)}
		x.ByUser = members.Value || user.Changed()
		x.Members = seq.Memoize(func(org string) ([]dockerhub.Member, error) { return x.MembersOf(ctx, org) })
		return eachRepoOnce(a.Flags.Quiet, keep.Of(seq.Concat(verb.PerRepo(ctx, a, c, args, x.Grants))))
	}
	return verb.List(a, cmd, grantTable, rows)
}

// eachRepoOnce keeps one grant for each repository if only names are printed: the
// next command needs each only once.
func eachRepoOnce(quiet bool, grants iter.Seq2[access.Grant, error]) iter.Seq2[access.Grant, error] {
	printed := ""
	return seq.Filter(func(g access.Grant) bool {
		again := quiet && g.Repository == printed
		printed = g.Repository
		return !again
	}, grants)
}

// isOwn reports whether a namespace belongs to the session's user.
func isOwn(a *cli.App) func(namespace string) bool {
	session := a.Current.Session
	return func(namespace string) bool {
		return strings.EqualFold(namespace, session.User) && session.Kind != dockerhub.OrganizationAccessToken
	}
}
