package cmd

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
)

var memberReportTable = output.Table[dockerhub.Member]{
	{Name: "user", Key: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Username) }},
	{Name: "role", Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Role) }},
	{Name: "teams", Cell: func(m dockerhub.Member) output.Value { return output.List(m.Teams) }},
	{Name: "last_seen", Cell: func(m dockerhub.Member) output.Value { return output.Time(lastActive(m).Time) }},
	{Name: "guest", Cell: func(m dockerhub.Member) output.Value { return output.Optional(m.Guest, output.Bool) }},
	{Name: "email", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.Email) }},
	{Name: "name", Wide: true, Cell: func(m dockerhub.Member) output.Value { return output.Text(m.FullName) }},
}

func membersReport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "report", Short: "Report who is in an organization, in which role and teams, and how active",
		Long: "Report who is in an organization, in which role and teams, and when they were last\n" +
			"seen or logged in. With --inactive, --guests or --no-team only those whom all that is\n" +
			"given fits are listed, and the exit status is 8 if there are any: for a check that runs\n" +
			"every night.",
		Example: "  hubctl members report --org acme --sort last_seen\n" +
			"  hubctl members report --org acme --inactive 90d -o csv --columns user,email,last_seen\n" +
			"  hubctl members report --org acme --no-team -q",
	}
	inactive := durationFlag(cmd, "inactive", "only members neither seen nor logged in for this `time`, such as 90d; those who never were are among them")
	guests := cmd.Flags().Bool("guests", false, "only guests")
	noTeam := cmd.Flags().Bool("no-team", false, "only members in no team")
	keep := &filter[dockerhub.Member]{a: a, cmd: cmd, things: "members"}
	activity := a.byInactivity(keep, inactive)
	keep.by("guests", "guest status", func(m dockerhub.Member) ruling { return rule(m.Guest != nil, m.Guest != nil && *m.Guest) })
	keep.by("no-team", "teams", func(m dockerhub.Member) ruling { return rule(m.Sent("groups"), len(m.Teams) == 0) })
	return report(a, cmd, memberReportTable, func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Member, error] {
		org, err := a.org()
		if err != nil {
			return failure[dockerhub.Member](err)
		}
		return keep.of(activity(c.Members.List(ctx, org, dockerhub.MemberQuery{})))
	}, func(n int, more bool) error {
		least := ""
		if more {
			least = "at least "
		}
		if n == 0 || !inactive.set && !*guests && !*noTeam {
			return nil
		}
		return checkError(fmt.Sprintf("the report found %s%d members", least, n))
	})
}
