package cmd

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var memberTable = output.Table[dockerhub.Member]{
	{Name: "username", Key: true, Match: true, Cell: func(m dockerhub.Member) output.Value {
		return output.Text(m.Username)
	}},
	{Name: "name", Spare: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.FullName) }},
	{Name: "email", Match: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Email) }},
	{Name: "role", Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Role) }},
	{Name: "teams", Cell: func(m dockerhub.Member) output.Value { return output.List(m.Teams) }},
	{Name: "last_seen", Cell: func(m dockerhub.Member) output.Value { return output.Time(m.LastSeen.Time) }},
	{Name: "last_logged_in", Wide: true, Cell: func(m dockerhub.Member) output.Value {
		return output.Time(m.LastLoggedIn.Time)
	}},
	{Name: "desktop_version", Wide: true, Cell: func(m dockerhub.Member) output.Value {
		return output.Text(m.DesktopVersion)
	}},
	{Name: "guest", Wide: true, Cell: func(m dockerhub.Member) output.Value {
		return output.Optional(m.Guest, output.Bool)
	}},
	{Name: "joined", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Time(m.Joined.Time) }},
	{Name: "company", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Company) }},
	{Name: "location", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Location) }},
	{Name: "id", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.ID) }},
}

func newMembers(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "members", "Manage the members of an organization",
		membersList, membersExport, membersPatch, membersDelete, membersReport, membersOffboard), "org")
}

func membersList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the members of an organization",
		Example: `  hubctl members list --org acme --role owner
  hubctl members list --org acme --inactive-for 90d --sort last_seen
  hubctl members list --org acme -q --role editor \
    | hubctl teams members add release - --org acme`,
	}
	search := cli.StringFlag(cmd, "search", "only members whose name or email contains this `text`")
	role := roleFlag(cmd, "only this `role`")
	team := cli.ThingFlag(cmd, "team", "only members of this `team`", completeTeams(a))
	kind := cli.ChoiceFlag(cmd, "type", "only this `type`: all, member or invitee", "all", "member", "invitee")
	invites := cli.BoolFlag(cmd, "invites", "include invited people")
	keep := &cli.Filter[dockerhub.Member]{A: a, Cmd: cmd, Things: "members"}
	activity := byInactivity(a, cmd, keep)
	keep.By(team, "teams", func(m dockerhub.Member) cli.Ruling {
		return cli.Rule(m.Sent("groups"), slices.Contains(m.Teams, team.Value))
	})
	builtIn := func() bool { return slices.Contains(dockerhub.Roles, roleName(role.Value)) }
	keep.By(role, "roles", func(m dockerhub.Member) cli.Ruling {
		return cli.Rule(builtIn() || m.Sent("role"), builtIn() || strings.EqualFold(m.Role, role.Value))
	})
	list := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Member, error] {
		q := dockerhub.MemberListOptions{Search: search.Value, Type: kind.Value, Invites: invites.Value}
		if builtIn() { // the Hub does not filter by custom roles
			q.Role = roleName(role.Value)
		}
		rows := c.Members.List(ctx, org, q)
		if role.Changed() && !builtIn() {
			rows = warnOfRole(a, rows, role.Value)
		}
		if q == (dockerhub.MemberListOptions{}) {
			rows = memberList.Remember(ctx, a, rows, org)
		}
		return keep.Of(activity.of(rows))
	}
	return verb.ListOfOrg(a, cmd, memberTable, list)
}

// warnOfRole warns if no member has a role, which may be mistyped.
func warnOfRole(
	a *cli.App, members iter.Seq2[dockerhub.Member, error], role string,
) iter.Seq2[dockerhub.Member, error] {
	return func(yield func(dockerhub.Member, error) bool) {
		var roles []string
		for m, err := range members {
			if !yield(m, err) || err != nil {
				return
			}
			roles = append(roles, m.Role)
		}
		slices.Sort(roles)
		if !slices.ContainsFunc(roles, func(r string) bool { return strings.EqualFold(r, role) }) {
			a.Warn("no member has the role %s: the roles are %s", role, strings.Join(slices.Compact(roles), ", "))
		}
	}
}

// memberList lists the members of an organization.
var memberList = verb.Things[dockerhub.Member]{
	Noun: "members", In: verb.InOrg,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Member, error] {
		return c.Members.List(ctx, in[0], dockerhub.MemberListOptions{})
	},
	Candidate: func(m dockerhub.Member) (value, about string) { return m.Username, m.FullName },
}

// lastActive returns when a member was last seen or logged in; zero = never.
func lastActive(m dockerhub.Member) dockerhub.Time {
	if m.LastLoggedIn.After(m.LastSeen.Time) {
		return m.LastLoggedIn
	}
	return m.LastSeen
}

// An inactivity is the flag --inactive-for.
type inactivity struct {
	*cli.Duration
	sent bool // whether the Hub sent any times
}

// byInactivity declares --inactive-for, and adds its criterion. The Hub omits the
// times of members who were never active, so only a listing without any times cannot
// be judged.
func byInactivity(a *cli.App, cmd *cobra.Command, keep *cli.Filter[dockerhub.Member]) *inactivity {
	i := &inactivity{
		Duration: cli.DurationFlag(cmd, "inactive-for", "only members inactive for this `duration`, or never active"),
	}
	keep.By(i, "times of activity", func(m dockerhub.Member) cli.Ruling {
		return cli.Rule(i.sent, !lastActive(m).After(a.Now.Add(-i.Value)))
	})
	return i
}

// of reads the whole listing to find out whether it has any times.
func (i *inactivity) of(rows iter.Seq2[dockerhub.Member, error]) iter.Seq2[dockerhub.Member, error] {
	if !i.Changed() {
		return rows
	}
	return seq.Buffer(seq.Filter(func(m dockerhub.Member) bool {
		i.sent = i.sent || m.Sent("last_seen_at") || m.Sent("last_logged_in_at")
		return true
	}, rows))
}

// roleFlag declares --role, a built-in role or a custom role of the organization.
func roleFlag(cmd *cobra.Command, usage string) *cli.Flag[string] {
	return cli.StringFlag(cmd, "role", usage+": "+strings.Join(dockerhub.Roles, ", ")+" or custom", dockerhub.Roles...)
}

// roleName returns a role in the form for requests: built-in roles in lower case, and
// custom roles of an organization unchanged.
func roleName(s string) string {
	if lower := strings.ToLower(s); slices.Contains(dockerhub.Roles, lower) {
		return lower
	}
	return s
}

func membersPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch USER...|- --role ROLE", Short: "Change the role of members", ValidArgsFunction: completeMembers(a),
		Long: `Change the role of members.` + verb.BatchHelp("user, role, org"),
		Example: "  hubctl members patch bokafor crossi --role editor --org acme\n" +
			"  hubctl members patch - --org acme < user-and-role.csv",
	}
	role := roleFlag(cmd, "new `role`")
	file := cli.BodyFlag(cmd)
	verb.Change(a, cmd, memberTable, verb.Targets[string]{Org: true, Parse: cli.PlainName},
		func(ctx context.Context, c *dockerhub.Client, in []string, user string) (dockerhub.Member, error) {
			r := dockerhub.MemberRequest{Body: file.Body, Role: roleName(role.Value)}
			return c.Members.Update(ctx, in[0], user, r)
		})
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "members patch", Verb: "Update", Done: "updated", Org: true, Table: memberTable.Untyped(),
		Columns: []records.Column{"user username", "role"}, Needs: []string{"role", "file"},
		Check: func(_ context.Context, f map[string]string) (string, error) {
			if f["role"] = roleName(f["role"]); f["role"] == "" {
				return "", errors.New("no role: add a role column or pass --role")
			}
			return hub.Segment(f["user"])
		},
		Do: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
			return c.Members.Update(ctx, e.Fields["org"], e.Fields["user"], dockerhub.MemberRequest{Role: e.Fields["role"]})
		},
		State: verb.StateOf(memberList.List, []string{"org"}, "user",
			func(m dockerhub.Member) (name, state string) { return m.Username, m.Role }),
	})
}

func membersDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete USER...", Short: "Remove members from an organization", ValidArgsFunction: completeMembers(a),
		Long: `Remove members from an organization and its teams. Their accounts and their own
repositories remain. - reads users from standard input, one per line.`,
		Example: `  hubctl members delete bokafor --org acme
  hubctl members list --org acme -q --inactive-for 180d \
    | hubctl members delete - --org acme --yes`,
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Delete", Done: "deleted", Ask: true, Org: true, Parse: cli.PlainName,
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, user string) error {
			return c.Members.Delete(ctx, in[0], user)
		},
	})
}
