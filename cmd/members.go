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
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var memberTable = output.Table[dockerhub.Member]{
	{
		Name: "username", Key: true, Match: true,
		Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Username) },
	},
	{Name: "name", Spare: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.FullName) }},
	{Name: "email", Match: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Email) }},
	{Name: "role", Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Role) }},
	{Name: "teams", Cell: func(m dockerhub.Member) output.Value { return output.List(m.Teams) }},
	{Name: "last_seen", Cell: func(m dockerhub.Member) output.Value { return output.Time(m.LastSeen.Time) }},
	{
		Name: "last_logged_in", Wide: true,
		Cell: func(m dockerhub.Member) output.Value { return output.Time(m.LastLoggedIn.Time) },
	},
	{
		Name: "desktop_version", Wide: true,
		Cell: func(m dockerhub.Member) output.Value { return output.Text(m.DesktopVersion) },
	},
	{
		Name: "guest", Wide: true,
		Cell: func(m dockerhub.Member) output.Value { return output.Optional(m.Guest, output.Bool) },
	},
	{Name: "joined", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Time(m.Joined.Time) }},
	{Name: "company", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Company) }},
	{Name: "location", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Location) }},
	{Name: "id", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.ID) }},
}

func newMembers(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "members", "Manage the members of an organization",
		membersList, membersExport, membersPatch, membersDelete, membersReport, membersOffboard), "org")
}

// memberTypes are the values of members list --type.
var memberTypes = []string{"all", "member", "invitee"}

func membersList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the members of an organization",
		Example: `  hubctl members list --org acme --role owner
  hubctl members list --org acme --inactive-for 90d --sort last_seen
  hubctl members list --org acme -q --role editor \
    | hubctl teams members add release - --org acme`,
	}
	f := cmd.Flags()
	search := f.String("search", "", "only members whose name or email contains this `text`")
	role := roleFlag(cmd, "only this `role`")
	team := f.String("team", "", "only members of this `team`")
	kind := f.String("type", "", "only this `type`: all, member or invitee")
	invites := f.Bool("invites", false, "include invited people")
	inactive := inactiveFlag(cmd)
	cli.CompleteFlag(cmd, "search")
	cli.CompleteFlagWith(cmd, "team", completeTeams(a))
	cli.CompleteFlag(cmd, "type", memberTypes...)
	keep := &cli.Filter[dockerhub.Member]{A: a, Cmd: cmd, Things: "members"}
	activity := byInactivity(a, keep, inactive)
	keep.By("team", "teams",
		func(m dockerhub.Member) cli.Ruling {
			return cli.Rule(m.Sent("groups"), slices.Contains(m.Teams, *team))
		})
	builtIn := func() bool { return slices.Contains(dockerhub.Roles, roleName(*role)) }
	keep.By("role", "roles", func(m dockerhub.Member) cli.Ruling {
		return cli.Rule(builtIn() || m.Sent("role"), builtIn() || strings.EqualFold(m.Role, *role))
	})
	list := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Member, error] {
		if err := cli.OneOf("type", *kind, memberTypes); err != nil {
			return seq.Fail[dockerhub.Member](err)
		}
		q := dockerhub.MemberListOptions{Search: *search, Type: *kind, Invites: *invites}
		if builtIn() { // the Hub does not filter by custom roles
			q.Role = roleName(*role)
		}
		rows := c.Members.List(ctx, org, q)
		if q == (dockerhub.MemberListOptions{}) {
			rows = cli.RememberCandidates(ctx, a, "members "+org, memberCandidate, rows)
		}
		return keep.Of(activity(rows))
	}
	return verb.ListOfOrg(a, cmd, memberTable, list)
}

// lastActive returns when a member was last seen or logged in; zero = never.
func lastActive(m dockerhub.Member) dockerhub.Time {
	if m.LastLoggedIn.After(m.LastSeen.Time) {
		return m.LastLoggedIn
	}
	return m.LastSeen
}

func inactiveFlag(cmd *cobra.Command) *cli.Duration {
	return cli.DurationFlag(cmd, "inactive-for", "only members inactive for this `duration`, or never active")
}

// byInactivity adds the criterion --inactive-for. The Hub omits the times of members
// who were never active, so only a listing without any times cannot be judged. The
// function that it returns reads the whole listing to find out.
func byInactivity(a *cli.App, keep *cli.Filter[dockerhub.Member],
	inactive *cli.Duration,
) func(iter.Seq2[dockerhub.Member, error]) iter.Seq2[dockerhub.Member, error] {
	sent := false
	keep.By("inactive-for", "times of activity", func(m dockerhub.Member) cli.Ruling {
		return cli.Rule(sent, !lastActive(m).After(a.Now.Add(-inactive.Value)))
	})
	return func(rows iter.Seq2[dockerhub.Member, error]) iter.Seq2[dockerhub.Member, error] {
		if !inactive.IsSet {
			return rows
		}
		return func(yield func(dockerhub.Member, error) bool) {
			var all []dockerhub.Member
			var failed error
			for m, err := range rows {
				if failed = err; err != nil {
					break
				}
				all = append(all, m)
				sent = sent || m.Sent("last_seen_at") || m.Sent("last_logged_in_at")
			}
			for _, m := range all {
				if !yield(m, nil) {
					return
				}
			}
			if failed != nil {
				yield(dockerhub.Member{}, failed)
			}
		}
	}
}

// roleFlag declares --role, a built-in role or a custom role of the organization.
func roleFlag(cmd *cobra.Command, usage string) *string {
	role := cmd.Flags().String("role", "", usage+": "+strings.Join(dockerhub.Roles, ", ")+" or custom")
	cli.CompleteFlag(cmd, "role", dockerhub.Roles...)
	return role
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
		Long: "Change the role of members." + verb.BatchHelp("user, role, org"),
		Example: "  hubctl members patch bokafor crossi --role editor --org acme\n" +
			"  hubctl members patch - --org acme < user-and-role.csv",
	}
	role := roleFlag(cmd, "new `role`")
	body := cli.FileFlag(a, cmd)
	var base dockerhub.Body
	targets := verb.Targets[string]{Org: true, Parse: cli.PlainName, Check: func([]string) (err error) {
		base, err = body(cmd.Context())
		return err
	}}
	verb.Change(a, cmd, memberTable, targets,
		func(ctx context.Context, c *dockerhub.Client, in []string, user string) (dockerhub.Member, error) {
			return c.Members.Update(ctx, in[0], user, dockerhub.MemberRequest{Body: base, Role: roleName(*role)})
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
		Do: func(ctx context.Context, c *dockerhub.Client, _ *job.Job[verb.BatchItem], e verb.BatchItem,
			_ job.Progress,
		) (output.Row, error) {
			return c.Members.Update(ctx, e.Fields["org"], e.Fields["user"], dockerhub.MemberRequest{Role: e.Fields["role"]})
		},
		State: func(ctx context.Context, c *dockerhub.Client) func(verb.BatchItem) (string, error) {
			roles := seq.Memoize(func(org string) (map[string]string, error) {
				return verb.States(c.Members.List(ctx, org, dockerhub.MemberListOptions{}),
					func(m dockerhub.Member) (name, state string) { return m.Username, m.Role })
			})
			return func(e verb.BatchItem) (string, error) {
				all, err := roles(e.Fields["org"])
				return all[strings.ToLower(e.Fields["user"])], err
			}
		},
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

func memberCandidate(m dockerhub.Member) (value, about string) { return m.Username, m.FullName }
