package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/auditlog"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

func auditFollow(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "follow", Short: "Print audit events as they happen",
		Long: `Print audit events as they happen, oldest first, until interrupted: as a table,
ndjson or csv. --org also accepts your Docker ID. --limit N stops after N
events. Events that appear in the log up to ten minutes late are printed when
they appear.

It starts now unless --since is given. With --state FILE, it resumes where the
last follow or export with that file ended, and --since applies only to the
first run. After network and server errors it retries, and no event is lost.`,
		Example: `  hubctl audit follow --org acme
  hubctl audit follow --org acme --action repo.tag.push --since 1h
  hubctl audit follow --org acme --state acme.state -o ndjson >> acme.ndjson`,
	}
	s := auditStreamFlags(a, cmd)
	interval := cli.DefaultDurationFlag(cmd, "interval", auditlog.DefaultInterval.String(),
		"how often to check for new events", "5s", "10s", "1m", "5m")
	cli.Honors(cmd, "output", "columns", "no-headers", "limit")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, _ []string) error {
		o, err := followOptions(a)
		if err == nil && interval.Value < auditlog.MinInterval {
			err = fmt.Errorf("invalid value %q for --interval: must be at least %s", interval.Text, auditlog.MinInterval)
		}
		if err != nil {
			return cli.NewUsageError(err)
		}
		p, query, err := s.query(o)
		if err != nil {
			return err
		}
		run, err := auditlog.Follow(ctx, s.env(c), query, interval.Value)
		if err != nil {
			return err
		}
		err = p.Stream(run.Events(ctx))
		if err == nil { // --limit was reached
			return run.Save(ctx)
		}
		if cut, ok := errors.AsType[*output.Partial](err); ok {
			return cut.Err // a follow has no end, so its output is never incomplete
		}
		return err
	})
}

// followOptions returns the output options. A follow supports only formats that
// can be written event by event.
func followOptions(a *cli.App) (output.Options, error) {
	o := a.Options()
	o.Now = time.Time{} // no relative times: "1m ago" would soon be wrong
	switch {
	case o.Format == "json" || o.Format == "yaml":
		if a.Flags.OutputGiven {
			return o, fmt.Errorf("audit follow supports table, ndjson and csv, not %s", o.Format)
		}
		o.Format = "ndjson"
	case o.Format == "csv" && len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}

// onAuditFault warns about an error from which a follow recovers; a nil error means
// that it did. In between, notices are off, because every retry would repeat them.
func onAuditFault(a *cli.App, err error) {
	a.Quiet = err != nil
	if err != nil {
		a.Warn("%v; retrying", err)
		return
	}
	a.Notice("reading the audit log again")
}
