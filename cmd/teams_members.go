package cmd

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/verb"
)

var teamMemberTable = output.Table[dockerhub.TeamMember]{
	{Name: "username", Key: true, Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.Username) }},
	{Name: "name", Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.FullName) }},
	{Name: "email", Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.Email) }},
	{Name: "joined", Wide: true, Cell: func(m dockerhub.TeamMember) output.Value { return output.Time(m.Joined.Time) }},
	{Name: "company", Wide: true, Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.Company) }},
	{Name: "location", Wide: true, Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.Location) }},
	{Name: "id", Wide: true, Cell: func(m dockerhub.TeamMember) output.Value { return output.Text(m.ID) }},
}

func newTeamMembers(a *cli.App) *cobra.Command {
	return cli.Group(a, "members", "Manage the members of a team", teamMembersList, teamMembersAdd, teamMembersRemove)
}

func teamMembersList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list TEAM", Short: "List the members of a team", Args: cli.ExactArgs(1), ValidArgsFunction: completeTeams(a),
		Example: "  hubctl teams members list qa --org acme",
	}
	search := cli.StringFlag(cmd, "search", "only members whose name or email contains this `text`")
	rows := func(ctx context.Context, c *dockerhub.Client, org string, args []string,
	) iter.Seq2[dockerhub.TeamMember, error] {
		if !search.Changed() {
			return teamMemberList.Rows(ctx, a, c, org, args[0])
		}
		return c.Teams.Members(ctx, org, args[0], dockerhub.TeamMemberListOptions{Search: search.Value})
	}
	return verb.ListOfOrg(a, cmd, teamMemberTable, rows)
}

// teamMemberList lists the members of the team in the first argument.
var teamMemberList = verb.Things[dockerhub.TeamMember]{
	Noun: "team members",
	In: func(a *cli.App, args []string) ([]string, error) {
		org, err := a.Org()
		return []string{org, args[0]}, err
	},
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.TeamMember, error] {
		return c.Teams.Members(ctx, in[0], in[1], dockerhub.TeamMemberListOptions{})
	},
	Candidate: func(m dockerhub.TeamMember) (value, about string) { return m.Username, m.FullName },
}

func teamMembersAdd(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add TEAM USER...|-", Short: "Add members to a team",
		Long: `Add members of the organization to a team. TEAM - reads users from standard
input, in the formats below.` + verb.BatchHelp("user, team, org"),
		Example: "  hubctl teams members add platform bokafor crossi --org acme\n" +
			"  hubctl teams members add - --org acme < user-and-team.csv",
		ValidArgsFunction: cli.CompleteAt(completeTeams(a), completeMembers(a)),
	}
	verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Add", Done: "added", Org: true, Fixed: 1, Check: checkTeam,
		Parse: cli.PlainName, Columns: []records.Column{userColumn},
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, user string) error {
			return c.Teams.AddMember(ctx, in[0], in[1], user)
		},
	})
	return teamMembersAddMany(a, cmd)
}

const userColumn = records.Column("user username member")

// teamMembersAddMany lets cmd add the members listed on standard input.
func teamMembersAddMany(a *cli.App, cmd *cobra.Command) *cobra.Command {
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "teams members add", Verb: "Add", Done: "added", Org: true,
		Columns: []records.Column{userColumn, "team"},
		Check: func(_ context.Context, f map[string]string) (string, error) {
			if f["team"] == "" {
				return "", errors.New("no team: add a team column")
			}
			team, err := hub.Segment(f["team"])
			if err != nil {
				return "", err
			}
			user, err := hub.Segment(f["user"])
			return team + "/" + user, err
		},
		Do: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
			return nil, c.Teams.AddMember(ctx, e.Fields["org"], e.Fields["team"], e.Fields["user"])
		},
		Get: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
			for m, err := range c.Teams.Members(ctx, e.Fields["org"], e.Fields["team"], dockerhub.TeamMemberListOptions{}) {
				if err != nil || strings.EqualFold(m.Username, e.Fields["user"]) {
					return m, err
				}
			}
			return nil, dockerhub.ErrNotFound
		},
		State: verb.StateOf(teamMemberList.List, []string{"org", "team"}, "user",
			func(m dockerhub.TeamMember) (name, state string) { return m.Username, "there" }),
	})
}

func teamMembersRemove(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove TEAM USER...", Short: "Remove members from a team",
		Long: `Remove members from a team. They stay in the organization. - reads users from
standard input, one per line.`,
		Example:           "  hubctl teams members remove qa bokafor --org acme",
		ValidArgsFunction: cli.CompleteAt(completeTeams(a), teamMemberList.Complete(a)),
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Remove", Done: "removed", Ask: true, Org: true, Fixed: 1, Check: checkTeam, Parse: cli.PlainName,
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, user string) error {
			return c.Teams.RemoveMember(ctx, in[0], in[1], user)
		},
	})
}

// checkTeam checks the team, which comes after the organization.
func checkTeam(in []string) error {
	_, err := cli.PlainName(in[1])
	return err
}
