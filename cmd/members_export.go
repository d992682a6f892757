package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

var memberRecordTable = output.Table[dockerhub.MemberRecord]{
	{Name: "username", Key: true, Cell: func(m dockerhub.MemberRecord) output.Value { return output.Text(m.Username) }},
	{Name: "name", Cell: func(m dockerhub.MemberRecord) output.Value { return output.Text(m.Name) }},
	{Name: "email", Cell: func(m dockerhub.MemberRecord) output.Value { return output.Text(m.Email) }},
	{Name: "type", Cell: func(m dockerhub.MemberRecord) output.Value { return output.Text(m.Type) }},
	{Name: "role", Cell: func(m dockerhub.MemberRecord) output.Value {
		if m.Role == "" {
			return output.Text(m.Permission)
		}
		return output.Text(m.Role)
	}},
	{Name: "teams", Cell: func(m dockerhub.MemberRecord) output.Value {
		return output.List(strings.FieldsFunc(m.Teams, func(r rune) bool { return r == ',' || r == ' ' }))
	}},
	{Name: "joined", Cell: func(m dockerhub.MemberRecord) output.Value { return output.Time(m.Joined.Time) }},
	{Name: "last_seen", Wide: true, Cell: func(m dockerhub.MemberRecord) output.Value {
		return output.Time(m.LastSeen.Time)
	}},
	{Name: "last_logged_in", Wide: true, Cell: func(m dockerhub.MemberRecord) output.Value {
		return output.Time(m.LastLoggedIn.Time)
	}},
	{Name: "desktop_version", Wide: true, Cell: func(m dockerhub.MemberRecord) output.Value {
		return output.Text(m.DesktopVersion)
	}},
	{Name: "analytics_opt_out", Wide: true, Cell: func(m dockerhub.MemberRecord) output.Value {
		return output.Text(m.OptedOut)
	}},
}

func membersExport(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "Export members and invitations as CSV",
		Long: `Export the members of an organization and invited people as CSV, exactly as the
Hub sends it. With another format (-o json, -o table) or --columns, each line
becomes an object whose keys are the headings of the CSV.`,
		Example: "  hubctl members export --org acme > members.csv\n" +
			"  hubctl members export --org acme -o table --columns username,teams\n" +
			"  hubctl members export --org acme --jq '.[].Email'",
	}
	cli.DeclareColumns(cmd, memberRecordTable.Names())
	cli.Honors(cmd, cli.RowFlags...)
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		o := a.Options()
		p, err := memberRecordTable.Printer(a.IO.Out, o)
		if err != nil {
			return cli.NewUsageError(err)
		}
		c, err := a.Client(ctx, cmd)
		if err != nil {
			return err
		}
		org, err := a.Org()
		if err != nil {
			return err
		}
		asCSV := o.Format == "csv" || o.Format == "table" && !a.Flags.OutputGiven
		if chosen := o.Quiet || o.NoHeaders || len(o.Columns) > 0 || o.Sort != "" || o.Limit > 0; asCSV && !chosen {
			return exportCSV(ctx, a, c, org)
		}
		return p.Rows(c.Members.Records(ctx, org))
	})
}

// exportCSV streams the server's CSV.
func exportCSV(ctx context.Context, a *cli.App, c *dockerhub.Client, org string) error {
	body, err := c.Members.Export(ctx, org)
	if err != nil {
		return err
	}
	defer body.Close()
	lines, err := a.CopyText(body)
	if lines > 1 && errors.Is(err, dockerhub.ErrUnreachable) {
		return &output.Partial{Printed: lines - 1, Err: err} // the first line has the headings
	}
	return err
}
