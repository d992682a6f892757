package cmd

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var repoTeamTable = output.Table[dockerhub.RepoTeam]{
	{Name: "team", Key: true, Cell: func(t dockerhub.RepoTeam) output.Value { return output.Text(t.Name) }},
	{Name: "permission", Cell: func(t dockerhub.RepoTeam) output.Value { return output.Text(t.Permission) }},
	{Name: "id", Cell: func(t dockerhub.RepoTeam) output.Value { return output.Text(strconv.FormatInt(t.ID, 10)) }},
}

func newRepoTeams(a *cli.App) *cobra.Command {
	return cli.Group(a, "teams", "Manage team permissions on a repository",
		repoTeamsList, repoTeamsAdd, repoTeamsPatch, repoTeamsRemove)
}

func repoTeamsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List teams and their permissions", Args: cli.ExactArgs(1),
		Example: "  hubctl repos teams list acme/checkout-api", ValidArgsFunction: completeRepos(a),
	}
	rows := func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.RepoTeam, error] {
		return cli.RememberCandidates(ctx, a, repoTeamsNoun(r), repoTeamCandidate, c.Repos.Teams(ctx, r.Namespace, r.Name))
	}
	return verb.ListOfRepo(a, cmd, repoTeamTable, rows)
}

func repoTeamsAdd(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add REPO TEAM --permission PERMISSION", Short: "Give a team access to a repository",
		Args:    cli.ExactArgs(2),
		Example: "  hubctl repos teams add acme/checkout-api developers --permission write",
	}
	missing := cmd.Flags().Bool("if-missing", false, "succeed without changes if the team has any access")
	return permit(a, cmd, func(ctx context.Context, c *dockerhub.Client, r hub.Reference,
		in dockerhub.RepoTeamRequest,
	) (dockerhub.RepoTeam, error) {
		create := func() (dockerhub.RepoTeam, error) { return c.Repos.AddTeam(ctx, r.Namespace, r.Name, in) }
		return verb.IfMissing(*missing, create,
			func() (dockerhub.RepoTeam, error) { return c.Repos.Team(ctx, r.Namespace, r.Name, in.ID) })
	})
}

func repoTeamsPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch REPO TEAM --permission PERMISSION", Short: "Change the permission of a team",
		Args:    cli.ExactArgs(2),
		Example: "  hubctl repos teams patch acme/checkout-api release --permission write",
	}
	return permit(a, cmd, func(ctx context.Context, c *dockerhub.Client, r hub.Reference,
		in dockerhub.RepoTeamRequest,
	) (dockerhub.RepoTeam, error) {
		id := in.ID
		in.ID = 0 // it is in the path
		return c.Repos.UpdateTeam(ctx, r.Namespace, r.Name, id, in)
	})
}

// permit finishes a command that grants a permission to a team.
func permit(a *cli.App, cmd *cobra.Command, do func(context.Context, *dockerhub.Client, hub.Reference,
	dockerhub.RepoTeamRequest) (dockerhub.RepoTeam, error),
) *cobra.Command {
	permission := cmd.Flags().String("permission", "", "`permission` to grant: "+strings.Join(dockerhub.Permissions, ", "))
	body := cli.FileFlag(a, cmd)
	cli.OneRequired(cmd, "permission", "file")
	cli.CompleteFlag(cmd, "permission", dockerhub.Permissions...)
	cmd.ValidArgsFunction = cli.CompleteAt(completeRepos(a),
		verb.CompleteOfRepo(a, func(r hub.Reference) string { return "teams " + r.Namespace }, teamCandidate,
			func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Team, error] {
				return c.Teams.List(ctx, r.Namespace, dockerhub.TeamListOptions{})
			}))
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.RepoTeam, error) {
		var none dockerhub.RepoTeam
		r, err := a.Repository(args[0])
		if err != nil {
			return none, err
		}
		if _, err := hub.Segment(args[1]); err != nil {
			return none, err
		}
		base, err := body(ctx)
		if err != nil {
			return none, err
		}
		if *permission != "" {
			noticeUnknown(a, "permission", []string{*permission}, dockerhub.Permissions)
		}
		team, err := c.Teams.Get(ctx, r.Namespace, args[1])
		if err != nil {
			return none, err
		}
		return do(ctx, c, r, dockerhub.RepoTeamRequest{Body: base, ID: team.ID, Permission: *permission})
	}
	return verb.Show(a, cmd, repoTeamTable, show)
}

func repoTeamsRemove(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove REPO TEAM...", Short: "Remove teams from a repository",
		Long: "Remove the access of teams to a repository.\n" +
			"- reads teams from standard input, one per line.",
		Example: "  hubctl repos teams remove acme/checkout-api release",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), verb.CompleteOfRepo(a, repoTeamsNoun, repoTeamCandidate,
			func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.RepoTeam, error] {
				return c.Repos.Teams(ctx, r.Namespace, r.Name)
			})),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) error {
		team, err := c.Teams.Get(ctx, r.Namespace, name)
		if err != nil {
			return err
		}
		return c.Repos.RemoveTeam(ctx, r.Namespace, r.Name, team.ID)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Remove", Done: "removed", Ask: true}, do)
}

func repoTeamsNoun(r hub.Reference) string { return "teams of " + r.String() }

func repoTeamCandidate(t dockerhub.RepoTeam) (value, about string) { return t.Name, t.Permission }
