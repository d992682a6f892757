package cmd

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
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

func membersReport(a *cli.App) *cobra.Command {
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
	inactive := cli.DurationFlag(cmd, "inactive",
		"only members neither seen nor logged in for this `time`, such as 90d; those who never were are among them")
	guests := cmd.Flags().Bool("guests", false, "only guests")
	noTeam := cmd.Flags().Bool("no-team", false, "only members in no team")
	keep := &cli.Filter[dockerhub.Member]{A: a, Cmd: cmd, Things: "members"}
	activity := byInactivity(a, keep, inactive)
	keep.By("guests", "guest status",
		func(m dockerhub.Member) cli.Ruling { return cli.Rule(m.Guest != nil, m.Guest != nil && *m.Guest) })
	keep.By("no-team", "teams",
		func(m dockerhub.Member) cli.Ruling { return cli.Rule(m.Sent("groups"), len(m.Teams) == 0) })
	list := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Member, error] {
		org, err := a.Org()
		if err != nil {
			return seq.Fail[dockerhub.Member](err)
		}
		return keep.Of(activity(c.Members.List(ctx, org, dockerhub.MemberListOptions{})))
	}
	cli.ExitsWith(cmd, 8, "a member fits the flags")
	return verb.Report(a, cmd, memberReportTable, list, func(n int, more bool) error {
		least := ""
		if more {
			least = "at least "
		}
		if n == 0 || !inactive.IsSet && !*guests && !*noTeam {
			return nil
		}
		return cli.CheckError(fmt.Sprintf("the report found %s%d members", least, n))
	})
}
