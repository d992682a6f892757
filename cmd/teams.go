package cmd

import (
	"context"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/verb"
)

var teamTable = output.Table[dockerhub.Team]{
	{Name: "name", Key: true, Cell: func(t dockerhub.Team) output.Value { return output.Text(t.Name) }},
	{Name: "members", Cell: func(t dockerhub.Team) output.Value { return output.Optional(t.MemberCount, output.Count) }},
	{Name: "role", Cell: func(t dockerhub.Team) output.Value { return output.Text(t.Role) }},
	{Name: "description", Cell: func(t dockerhub.Team) output.Value { return output.Text(t.Description) }},
	{Name: "id", Wide: true, Cell: func(t dockerhub.Team) output.Value {
		return output.Text(strconv.FormatInt(t.ID, 10))
	}},
	{Name: "uuid", Wide: true, Cell: func(t dockerhub.Team) output.Value { return output.Text(t.UUID) }},
}

func newTeams(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "teams", "Manage the teams of an organization",
		teamsList, teamsGet, teamsCreate, teamsPatch, teamsDelete, newTeamMembers, teamsRepos), "org")
}

func teamsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the teams of an organization",
		Example: "  hubctl teams list --org acme\n  hubctl teams list --org acme --member bokafor -q",
	}
	search := cli.StringFlag(cmd, "search", "only teams whose name contains this `text`")
	user := cli.ThingFlag(cmd, "member", "only teams of this `user`", completeMembers(a))
	list := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Team, error] {
		if !search.Changed() && !user.Changed() {
			return teamList.Rows(ctx, a, c, org)
		}
		return c.Teams.List(ctx, org, dockerhub.TeamListOptions{Search: search.Value, Username: user.Value})
	}
	return verb.ListOfOrg(a, cmd, teamTable, list)
}

// teamList lists the teams of an organization.
var teamList = verb.Things[dockerhub.Team]{
	Noun: "teams", In: verb.InOrg,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Team, error] {
		return c.Teams.List(ctx, in[0], dockerhub.TeamListOptions{})
	},
	Candidate: func(t dockerhub.Team) (value, about string) { return t.Name, t.Description },
}

func teamsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get TEAM...", Short: "Show teams", ValidArgsFunction: completeTeams(a),
		Example: "  hubctl teams get qa platform --org acme\n  hubctl teams get qa --org acme --jq .id",
	}
	return verb.Get(a, cmd, teamTable, verb.Targets[string]{Org: true, Parse: hub.Segment},
		func(ctx context.Context, c *dockerhub.Client, in []string, team string) (dockerhub.Team, error) {
			return c.Teams.Get(ctx, in[0], team)
		})
}

func teamsCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create NAME|-", Short: "Create teams", ValidArgsFunction: cobra.NoFileCompletions,
		Long: `Create a team without members.` + verb.BatchHelp("name, description, org"),
		Example: "  hubctl teams create testers --description 'Tests releases' --org acme\n" +
			"  hubctl teams create - --if-missing --org acme < teams.csv",
	}
	teamName, description := teamFlags(cmd)
	missing := cli.BoolFlag(cmd, "if-missing", "succeed without changes if the team exists")
	file := cli.BodyFlag(cmd)
	name := verb.NameArg(cmd, teamName, file)
	create := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.Team, error) {
		r := dockerhub.TeamRequest{Body: file.Body, Name: name(args), Description: description.Value}
		return verb.IfMissing(missing.Value,
			func() (dockerhub.Team, error) { return c.Teams.Create(ctx, org, r) },
			func() (dockerhub.Team, error) { return c.Teams.Get(ctx, org, nameIn(r)) })
	}
	verb.ShowOfOrg(a, cmd, teamTable, create)
	return teamsCreateMany(a, cmd)
}

// teamsCreateMany lets cmd create the teams listed on standard input.
func teamsCreateMany(a *cli.App, cmd *cobra.Command) *cobra.Command {
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "teams create", Verb: "Create", Done: "created", Table: teamTable.Untyped(), Org: true,
		Columns: []records.Column{"name", "description"},
		Check:   func(_ context.Context, f map[string]string) (string, error) { return hub.Segment(f["name"]) },
		Do: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
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
		Use: "patch TEAM", Short: "Change a team's name, description or role", Args: cli.ExactArgs(1),
		Long: `Change a team's name, description or role. All members of the team get its
role, which may be a custom role of the organization. --replace replaces the
name and the description (PUT): one that is not given is cleared.`,
		Example: "  hubctl teams patch qa --description 'Tests releases' --org acme\n" +
			"  hubctl teams patch qa --role editor --org acme",
		ValidArgsFunction: completeTeams(a),
	}
	name, description := teamFlags(cmd)
	role := roleFlag(cmd, "new `role`")
	replace := cli.BoolFlag(cmd, "replace", "replace the name and the description (PUT)")
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "name", "description", "role", "file", "replace")
	cli.Exclusive(cmd, "role", "replace")
	patch := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.Team, error) {
		if !replace.Value {
			p := dockerhub.TeamPatch{Body: file.Body, Name: name.OrNil(), Description: description.OrNil()}
			if role.Changed() {
				p.Role = new(roleName(role.Value))
			}
			return c.Teams.Update(ctx, org, args[0], p)
		}
		r := dockerhub.TeamRequest{Body: file.Body, Name: name.Value, Description: description.Value}
		if nameIn(r) == "" {
			r.Name = args[0]
		}
		return c.Teams.Replace(ctx, org, args[0], r)
	}
	return verb.ShowOfOrg(a, cmd, teamTable, patch)
}

func teamFlags(cmd *cobra.Command) (name, description *cli.Flag[string]) {
	return cli.StringFlag(cmd, "name", "`name` of the team"),
		cli.StringFlag(cmd, "description", "`text` describing the team")
}

// nameIn returns the name in a request or in its file.
func nameIn(r dockerhub.TeamRequest) string {
	if r.Name == "" {
		t, _ := dockerhub.Decode[dockerhub.Team](r.Base) // the server refuses an invalid name
		return t.Name
	}
	return r.Name
}

func teamsDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete TEAM...", Short: "Delete teams", ValidArgsFunction: completeTeams(a),
		Long: `Delete teams and their permissions on repositories. The members stay in the
organization. - reads teams from standard input, one per line.`,
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
	{Name: "private", Cell: func(r dockerhub.TeamRepository) output.Value {
		return output.Optional(r.Private, output.Bool)
	}},
	{Name: "description", Cell: func(r dockerhub.TeamRepository) output.Value { return output.Text(r.Description) }},
}

func teamsRepos(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "repos TEAM", Short: "List the repositories of a team", Args: cli.ExactArgs(1),
		Long: `List the repositories that a team has access to. Docker does not document this
endpoint, so the columns may be incomplete: -o json prints the server's JSON.`,
		Example: "  hubctl teams repos qa --org acme", ValidArgsFunction: completeTeams(a),
	}
	return verb.ListOfOrg(a, cmd, teamRepositoryTable, func(ctx context.Context, c *dockerhub.Client,
		org string, args []string,
	) iter.Seq2[dockerhub.TeamRepository, error] {
		return c.Teams.Repositories(ctx, org, args[0])
	})
}
