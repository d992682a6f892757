package cmd

import (
	"context"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/verb"
)

var teamTable = output.Table[dockerhub.Team]{
	{Name: "name", Key: true, Cell: func(t dockerhub.Team) output.Value { return output.Text(t.Name) }},
	{Name: "members", Cell: func(t dockerhub.Team) output.Value { return output.Optional(t.MemberCount, output.Count) }},
	{Name: "description", Cell: func(t dockerhub.Team) output.Value { return output.Text(t.Description) }},
	{
		Name: "id", Wide: true,
		Cell: func(t dockerhub.Team) output.Value { return output.Text(strconv.FormatInt(t.ID, 10)) },
	}, // not a count
	{Name: "uuid", Wide: true, Cell: func(t dockerhub.Team) output.Value { return output.Text(t.UUID) }},
}

func newTeams(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "teams", "Manage the teams of an organization",
		teamsList, teamsGet, teamsCreate, teamsPatch, teamsDelete, newTeamMembers, teamsRepos), "org")
}

func teamsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the teams of an organization",
		Example: "  hubctl teams list --org acme\n  hubctl teams list --org acme --username bokafor -q",
	}
	search := cmd.Flags().String("search", "", "only teams whose name contains this `text`")
	user := cmd.Flags().String("username", "", "only teams that this `user` is in")
	cli.CompleteFlag(cmd, "search")
	cli.CompleteFlagWith(cmd, "username", completeMembers(a))
	list := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Team, error] {
		q := dockerhub.TeamListOptions{Search: *search, Username: *user}
		rows := c.Teams.List(ctx, org, q)
		if q == (dockerhub.TeamListOptions{}) {
			rows = cli.RememberCandidates(ctx, a, "teams "+org, teamCandidate, rows)
		}
		return rows
	}
	return verb.ListOfOrg(a, cmd, teamTable, list)
}

func teamsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get TEAM", Short: "Show a team", Args: cobra.ExactArgs(1), ValidArgsFunction: completeTeams(a),
		Example: "  hubctl teams get qa --org acme\n  hubctl teams get qa --org acme --jq .id",
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.Team, error) {
		return c.Teams.Get(ctx, org, args[0])
	}
	return verb.ShowOfOrg(a, cmd, teamTable, show)
}

func teamsCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create --name TEAM|-", Short: "Create a team, or many", ValidArgsFunction: cobra.NoFileCompletions,
		Long: "Create a team, without members." + verb.BatchHelp("name, description, org"),
		Example: "  hubctl teams create --name testers --description 'Tests what is released' --org acme\n" +
			"  hubctl teams create - --if-missing --org acme < teams.csv",
	}
	name, description := teamFlags(cmd)
	exists := cmd.Flags().Bool("if-missing", false, "be content if the team exists, and leave it as it is")
	body := cli.FileFlag(a, cmd)
	create := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.Team, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.Team{}, err
		}
		r := dockerhub.TeamRequest{Body: base, Name: *name, Description: *description}
		return verb.IfMissing(*exists,
			func() (dockerhub.Team, error) { return c.Teams.Create(ctx, org, r) },
			func() (dockerhub.Team, error) { return c.Teams.Get(ctx, org, teamName(r)) })
	}
	verb.ShowOfOrg(a, cmd, teamTable, create)
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "teams create", Verb: "Create", Done: "created", Things: "teams", Table: teamTable.Untyped(), Org: true,
		Columns: []records.Column{"name", "description"}, Needs: []string{"name", "file"},
		Check: func(_ context.Context, f map[string]string) (string, error) { return hub.Segment(f["name"]) },
		Do: func(ctx context.Context, c *dockerhub.Client, _ *job.Job[verb.BatchItem], e verb.BatchItem,
			_ job.Progress,
		) (output.Row, error) {
			return c.Teams.Create(ctx, e.Fields["org"],
				dockerhub.TeamRequest{Name: e.Fields["name"], Description: e.Fields["description"]})
		},
		Get: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
			return c.Teams.Get(ctx, e.Fields["org"], e.Fields["name"])
		},
	})
}

func teamsPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch TEAM", Short: "Rename a team, or describe it anew", Args: cobra.ExactArgs(1),
		Long: "Rename a team, or describe it anew. With --replace all of the team but its members is\n" +
			"set: what is not given is emptied, except for the name.",
		Example: "  hubctl teams patch qa --description 'Tests what is released' --org acme\n" +
			"  hubctl teams patch qa --name quality --org acme",
		ValidArgsFunction: completeTeams(a),
	}
	name, description := teamFlags(cmd)
	whole := cmd.Flags().Bool("replace", false, "set the whole team (PUT)")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("name", "description", "file", "replace")
	show := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.Team, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.Team{}, err
		}
		if !*whole {
			return c.Teams.Update(ctx, org, args[0], dockerhub.TeamPatch{
				Body: base, Name: cli.Changed(cmd, "name", name), Description: cli.Changed(cmd, "description", description),
			})
		}
		r := dockerhub.TeamRequest{Body: base, Name: *name, Description: *description}
		if teamName(r) == "" {
			r.Name = args[0]
		}
		return c.Teams.Replace(ctx, org, args[0], r)
	}
	return verb.ShowOfOrg(a, cmd, teamTable, show)
}

func teamFlags(cmd *cobra.Command) (name, description *string) {
	name = cmd.Flags().String("name", "", "`name` of the team")
	description = cmd.Flags().String("description", "", "`text` that describes the team")
	cli.CompleteFlag(cmd, "name")
	cli.CompleteFlag(cmd, "description")
	return name, description
}

// teamName is the name that a request gives, by its flag or by its file.
func teamName(r dockerhub.TeamRequest) string {
	if r.Name == "" {
		t, _ := dockerhub.Decode[dockerhub.Team](r.Base) // what is no name is the server's to refuse
		return t.Name
	}
	return r.Name
}

func teamsDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete TEAM...", Short: "Delete teams", ValidArgsFunction: completeTeams(a),
		Long: "Delete teams, and with them what they may do with repositories. Their members stay in\n" +
			"the organization. - reads the teams from standard input, one a line.",
		Example: "  hubctl teams delete qa --org acme",
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Delete", Done: "deleted", Ask: true, Org: true, Parse: cli.PlainName,
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, team string) error {
			return c.Teams.Delete(ctx, in[0], team)
		},
	})
}

var teamRepositoryTable = output.Table[dockerhub.TeamRepository]{
	{Name: "repository", Key: true, Cell: func(r dockerhub.TeamRepository) output.Value {
		return output.Text(hub.Reference{Namespace: r.Namespace, Name: r.Name}.String())
	}},
	{Name: "permission", Cell: func(r dockerhub.TeamRepository) output.Value { return output.Text(r.Permission) }},
	{
		Name: "private",
		Cell: func(r dockerhub.TeamRepository) output.Value { return output.Optional(r.Private, output.Bool) },
	},
	{Name: "description", Cell: func(r dockerhub.TeamRepository) output.Value { return output.Text(r.Description) }},
}

func teamsRepos(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "repos TEAM", Short: "List the repositories that a team may use", Args: cobra.ExactArgs(1),
		Long: "List the repositories that a team may use. Docker does not document this operation, so\n" +
			"the columns are a guess: -o json has what the server sent.",
		Example: "  hubctl teams repos qa --org acme", ValidArgsFunction: completeTeams(a),
	}
	return verb.ListOfOrg(a, cmd, teamRepositoryTable, func(ctx context.Context, c *dockerhub.Client,
		org string, args []string,
	) iter.Seq2[dockerhub.TeamRepository, error] {
		return c.Teams.Repositories(ctx, org, args[0])
	})
}

func teamCandidate(t dockerhub.Team) (value, about string) { return t.Name, t.Description }
