package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/auditlog"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

func auditExport(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "Export audit events, oldest first",
		Long: `Export an audit log as NDJSON, or as CSV with -o csv: every event once, oldest
first. --org also accepts your Docker ID. The export starts a year ago unless
--since is given; the Hub is known to keep three months.

With --state FILE, an export resumes where the last one with that file ended,
and --since applies only to the first. Progress is saved after events are
printed, so an interrupted export loses none, but the next one may repeat some.
Events that appear in the log up to ten minutes late are part of the next
export.`,
		Example: `  hubctl audit export --org acme --since 30d > acme.ndjson
  hubctl audit export --org acme --state acme.state >> acme.ndjson
  hubctl audit export --org acme --since 2026-10-01 --until 2026-10-31 -o csv`,
	}
	s := auditStreamFlags(a, cmd)
	s.filter.until = cli.UntilFlag(a, cmd, untilUsage)
	cli.Honors(cmd, "output", "columns", "no-headers")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, _ []string) error {
		o, err := exportOptions(a)
		if err != nil {
			return cli.NewUsageError(err)
		}
		p, query, err := s.query(o)
		if err != nil {
			return err
		}
		run, err := auditlog.Export(ctx, s.env(c), query)
		if err != nil {
			return err
		}
		ctx, done := a.Reading(ctx, "events", query.Account)
		defer done()
		return p.Rows(run.Events(ctx))
	})
}

// exportOptions returns the output options. An export supports only formats that
// can be written event by event, and by default prints every column.
func exportOptions(a *cli.App) (output.Options, error) {
	o := a.Options()
	switch {
	case a.Flags.OutputGiven && o.Format != "ndjson" && o.Format != "csv":
		return o, fmt.Errorf("audit export supports ndjson and csv, not %s", o.Format)
	case o.Format != "csv":
		o.Format = "ndjson"
	case len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}
