package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

// auditReach is how far back an export goes that is not told. The Hub is known
// to keep three months.
const auditReach = 365 * 24 * time.Hour

func auditExport(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export [ACCOUNT]", Short: "Print a whole audit log, the oldest event first", Args: cobra.MaximumNArgs(1),
		Long: "Print a whole audit log as lines of JSON, or as CSV with -o csv, each event once and the\n" +
			"oldest first. It begins a year ago, unless --since says otherwise; the Hub is known to keep\n" +
			"three months.\n" + auditAccount + "\n\n" +
			"With --state FILE an export goes on where the last one with this file ended; --since\n" +
			"then counts for the first of them. The file is written when events were printed, so an\n" +
			"export that breaks off leaves none out: the next one may repeat some. Events that appeared\n" +
			"late in the log, up to ten minutes, come with the next export. CSV has its headings each\n" +
			"time, but for --no-headers.",
		Example: "  hubctl audit export acme --since 30d > acme.ndjson\n" +
			"  hubctl audit export acme --state acme.state >> acme.ndjson\n" +
			"  hubctl audit export acme --since 2026-10-01 --until 2026-10-31 -o csv > october.csv",
		ValidArgsFunction: completeOrgs(a),
	}
	filter := auditPeriod(a, cmd)
	file := auditStateFlag(cmd)
	cli.DeclareColumns(cmd, auditTable.Names())
	cli.Honors(cmd, "output", "columns", "no-headers")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, err := exportOptions(a)
		if err != nil {
			return cli.NewUsageError(err)
		}
		p, err := auditTable.Printer(a.IO.Out, o)
		if err != nil {
			return cli.NewUsageError(err)
		}
		account, err := a.Account(args)
		if err != nil {
			return err
		}
		f, err := filter()
		if err != nil {
			return err
		}
		until := a.Now.UTC()
		if f.To.Before(until) && !f.To.IsZero() {
			until = f.To
		}
		if f.From.IsZero() {
			f.From = a.Now.Add(-auditReach)
		}
		r, err := openAudit(ctx, a, c, account, f, *file)
		if err != nil {
			return err
		}
		return p.Rows(r.To(ctx, until, func() error { return r.Keep(ctx) }))
	})
}

// exportOptions are the output options, of which an export takes those that let
// it print an event as soon as it was read. All of an event is printed.
func exportOptions(a *cli.App) (output.Options, error) {
	o := a.Options()
	switch {
	case a.Flags.OutputGiven && o.Format != "ndjson" && o.Format != "csv":
		return o, fmt.Errorf("an export is printed as ndjson or csv, not as %s", o.Format)
	case o.Format != "csv":
		o.Format = "ndjson"
	case len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}
