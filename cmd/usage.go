package cmd

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/usage"
	"github.com/hubctl/hubctl/internal/verb"
)

var usageReportTable = output.Table[dockerhub.UsageReportType]{
	{Name: "report", Key: true, Cell: func(t dockerhub.UsageReportType) output.Value {
		return output.Text(usage.Name(t))
	}},
	{Name: "type", Cell: func(t dockerhub.UsageReportType) output.Value { return output.Text(t.Type) }},
	{Name: "cadence", Cell: func(t dockerhub.UsageReportType) output.Value { return output.Text(t.Cadence) }},
}

var usageFieldTable = output.Table[dockerhub.UsageField]{
	{Name: "name", Key: true, Cell: func(f dockerhub.UsageField) output.Value { return output.Text(f.Name) }},
	{Name: "type", Cell: func(f dockerhub.UsageField) output.Value { return output.Text(f.Type) }},
	{Name: "description", Cell: func(f dockerhub.UsageField) output.Value { return output.Text(f.Description) }},
}

func newUsage(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "usage", "Download usage reports of an organization", usageList, usageColumns, usageGet)
	cmd.Long = `Docker's usage reports are CSV files about the pulls of an organization. Docker
documented them in June 2026. They need a Business subscription and an
organization access token with the scope scope-report-read. Log in with one
(hubctl login -U ORG), or set HUBCTL_USER to the organization and HUBCTL_TOKEN.

hubctl exchanges the token for a session at Docker Hub, and sends that session
to api.docker.com.`
	return cli.Called(cli.Placed(cmd, "org"), "usage reports", "")
}

func usageList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the reports of an organization", Args: cli.NoArgs,
		Long:    `List the reports that an organization has. Each has a file per day or week.`,
		Example: "  hubctl usage list --org acme",
	}
	return verb.ListThings(a, cmd, usageReportTable, usageReports(a))
}

// usageReports are the types of reports of the chosen organization.
func usageReports(a *cli.App) verb.Things[dockerhub.UsageReportType] {
	return verb.Things[dockerhub.UsageReportType]{
		Noun: "usage", In: verb.InOrg,
		List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.UsageReportType, error] {
			if err := needReportToken(a); err != nil {
				return seq.Fail[dockerhub.UsageReportType](err)
			}
			return c.Usage.Types(ctx, in[0])
		},
		Candidate: func(t dockerhub.UsageReportType) (value, about string) { return usage.Name(t), "" },
	}
}

// needReportToken refuses sessions that cannot read reports, before their bearer is sent
// to another host.
func needReportToken(a *cli.App) error {
	if a.Current.Session.Kind == dockerhub.OrganizationAccessToken {
		return nil
	}
	return cli.NewAuthError("usage reports need an organization access token with the scope scope-report-read: " +
		"log in with one (hubctl login -U ORG), or set HUBCTL_USER to the organization and HUBCTL_TOKEN")
}

// usageSource returns the reports named by the argument.
func usageSource(a *cli.App, c *dockerhub.Client, arg string) (usage.Source, error) {
	t, err := usage.Parse(arg)
	if err != nil {
		return usage.Source{}, err
	}
	org, err := a.Org()
	if err == nil {
		err = needReportToken(a)
	}
	return usage.Source{Service: c.Usage, Org: org, Type: t}, err
}

func usageColumns(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "columns REPORT", Short: "List the columns of a report", Args: cli.ExactArgs(1),
		Long:              `List the columns of a report with their types and meanings.`,
		ValidArgsFunction: usageReports(a).Complete(a),
		Example:           "  hubctl usage columns usage_pulls/daily --org acme",
	}
	date := cli.PastFlag(a, cmd, "date", "`date` of the report (default: the newest)")
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.UsageField, error] {
		s, err := usageSource(a, c, args[0])
		on := ""
		if err == nil && date.At != nil {
			on = date.At.UTC().Format(time.DateOnly)
		} else if err == nil {
			on, err = s.Newest(ctx)
		}
		if err != nil {
			return seq.Fail[dockerhub.UsageField](err)
		}
		return seq.From(c.Usage.Fields(ctx, s.Org, s.Type, on))
	}
	return verb.List(a, cmd, usageFieldTable, rows)
}

func usageGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get REPORT", Short: "Download reports as CSV", Args: cli.ExactArgs(1),
		Long: `Download a report of one date, or all since a date, as Docker wrote them (CSV).
A report of one date is printed, unless --output-dir is given. The report of a
day is ready on the next day at 16:00 UTC.

With --output-dir, each report becomes a file such as
usage_pulls-daily-2026-10-31.csv. Reports that are there already are not
downloaded again, so a later run only adds the missing ones.`,
		ValidArgsFunction: usageReports(a).Complete(a),
		Example: "  hubctl usage get usage_pulls/daily --org acme --date 3d > pulls.csv\n" +
			"  hubctl usage get usage_pulls/daily --org acme --since 30d --output-dir reports",
	}
	date := cli.PastFlag(a, cmd, "date", "`date` of the report")
	since := cli.PastFlag(a, cmd, "since", "`date` of the first report")
	dir := cli.StringFlag(cmd, "output-dir", "`folder` for the reports, created if missing")
	cli.Must(cmd.MarkFlagDirname("output-dir"))
	cli.Exclusive(cmd, "date", "since")
	cli.OneRequired(cmd, "date", "since")
	cli.Honors(cmd, cli.TextFlags...)
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		if since.At != nil && dir.Value == "" {
			return cli.NewUsageError(errors.New("--since may find several reports: pass --output-dir for their files"))
		}
		s, err := usageSource(a, c, args[0])
		if err != nil {
			return err
		}
		ctx, done := a.Reading(ctx, "reports", s.Org)
		defer done()
		if date.At == nil {
			reports, err := s.Since(ctx, since.At.Time)
			if err != nil {
				return err
			}
			return saveReports(ctx, a, s, dir.Value, reports)
		}
		report, err := s.On(ctx, date.At.Time)
		if err != nil {
			return err
		}
		if dir.Value != "" {
			return saveReports(ctx, a, s, dir.Value, []dockerhub.UsageReport{report})
		}
		return s.Read(ctx, report, func(content io.Reader) error {
			_, err := a.CopyText(content)
			return err
		})
	})
}

func saveReports(ctx context.Context, a *cli.App, s usage.Source, dir string, reports []dockerhub.UsageReport) error {
	saved, err := s.Save(ctx, dir, reports)
	switch there := len(reports) - saved; {
	case err != nil && saved > 0:
		a.Notice("saved %s in %s; the same command will add the others", cli.Amount(saved, "reports"), dir)
	case err == nil && there > 0:
		a.Notice("saved %s in %s, which already had %d", cli.Amount(saved, "reports"), dir, there)
	case err == nil:
		a.Notice("saved %s in %s", cli.Amount(saved, "reports"), dir)
	}
	return err
}
