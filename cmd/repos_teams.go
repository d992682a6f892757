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
	return verb.ListThings(a, cmd, repoTeamTable, repoTeamList)
}

// repoTeamList lists the teams that have access to a repository.
var repoTeamList = verb.Things[dockerhub.RepoTeam]{
	Noun: "teams of", In: verb.InRepo,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.RepoTeam, error] {
		return c.Repos.Teams(ctx, in[0], in[1])
	},
	Candidate: func(t dockerhub.RepoTeam) (value, about string) { return t.Name, t.Permission },
}

func repoTeamsAdd(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add REPO TEAM --permission PERMISSION", Short: "Give a team access to a repository",
		Args:    cli.ExactArgs(2),
		Example: "  hubctl repos teams add acme/checkout-api developers --permission write",
	}
	missing := cli.BoolFlag(cmd, "if-missing", "succeed without changes if the team has any access")
	return permit(a, cmd, func(ctx context.Context, c *dockerhub.Client, r hub.Reference,
		in dockerhub.RepoTeamRequest,
	) (dockerhub.RepoTeam, error) {
		create := func() (dockerhub.RepoTeam, error) { return c.Repos.AddTeam(ctx, r.Namespace, r.Name, in) }
		return verb.IfMissing(missing.Value, create,
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
	permission := cli.StringFlag(cmd, "permission", "`permission` to grant: "+strings.Join(dockerhub.Permissions, ", "),
		dockerhub.Permissions...)
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "permission", "file")
	cmd.ValidArgsFunction = cli.CompleteAt(completeRepos(a), ownerTeamList.Complete(a))
	show := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, args []string) (dockerhub.RepoTeam, error) {
		if permission.Changed() {
			noticeUnknown(a, "permission", []string{permission.Value}, dockerhub.Permissions)
		}
		team, err := c.Teams.Get(ctx, r.Namespace, args[0])
		if err != nil {
			return dockerhub.RepoTeam{}, err
		}
		return do(ctx, c, r, dockerhub.RepoTeamRequest{Body: file.Body, ID: team.ID, Permission: permission.Value})
	}
	return verb.ShowOfRepo(a, cmd, repoTeamTable, show)
}

// ownerTeamList lists the teams of the organization that owns a repository.
var ownerTeamList = verb.Things[dockerhub.Team]{
	Noun: "teams",
	In: func(a *cli.App, args []string) ([]string, error) {
		r, err := a.Repository(args[0])
		return []string{r.Namespace}, err
	},
	List:      teamList.List,
	Candidate: teamList.Candidate,
}

func repoTeamsRemove(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove REPO TEAM...", Short: "Remove teams from a repository",
		Long: `Remove the access of teams to a repository.
- reads teams from standard input, one per line.`,
		Example:           `  hubctl repos teams remove acme/checkout-api release`,
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), repoTeamList.Complete(a)),
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
