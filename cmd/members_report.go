package cmd

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
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
		Use: "report", Short: "Report roles, teams and activity of members",
		Long: `Report the role, teams and last activity of every member. With --inactive-for,
--guests or --no-team, list only the members that match all of them. If there
are any, the exit status is 8, so a nightly job can check.`,
		Example: `  hubctl members report --org acme --sort last_seen
  hubctl members report --org acme --inactive-for 90d -o csv \
    --columns user,email,last_seen
  hubctl members report --org acme --no-team -q`,
	}
	keep := &cli.Filter[dockerhub.Member]{A: a, Cmd: cmd, Things: "members"}
	activity := byInactivity(a, cmd, keep)
	guests := cli.BoolFlag(cmd, "guests", "only guests")
	keep.By(guests, "guest status",
		func(m dockerhub.Member) cli.Ruling { return cli.Rule(m.Guest != nil, m.Guest != nil && *m.Guest) })
	noTeam := cli.BoolFlag(cmd, "no-team", "only members without a team")
	keep.By(noTeam, "teams",
		func(m dockerhub.Member) cli.Ruling { return cli.Rule(m.Sent("groups"), len(m.Teams) == 0) })
	list := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Member, error] {
		return keep.Of(activity.of(memberList.List(ctx, c, []string{org})))
	}
	cli.ExitsWith(cmd, 8, "a member matches the flags")
	return verb.Report(a, cmd, memberReportTable, verb.OfOrg(a, list), func(n int, more bool) error {
		if n == 0 || !activity.Changed() && !guests.Value && !noTeam.Value {
			return nil
		}
		least := ""
		if more {
			least = "at least "
		}
		return cli.CheckError(fmt.Sprintf("members found: %s%d", least, n))
	})
}
