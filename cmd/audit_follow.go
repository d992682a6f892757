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
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

func auditFollow(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "follow [ACCOUNT]", Short: "Print what happens, as it happens", Args: cobra.MaximumNArgs(1),
		Long: "Print what happens, as it happens, until it is interrupted: a line for each event, the\n" +
			"oldest first, as a table, ndjson or csv. Events that appear late in the log, up to ten\n" +
			"minutes, are printed when they appear. --limit N ends it after N events.\n" + auditAccount + "\n\n" +
			"It begins now, unless --since says otherwise. With --state FILE it goes on where the last\n" +
			"follow or export with this file ended; --since then counts for the first of them. A fault\n" +
			"of the network or the server does not end it: it tries again, and leaves nothing out.",
		Example: "  hubctl audit follow acme\n" +
			"  hubctl audit follow acme --action repo.tag.push --since 1h\n" +
			"  hubctl audit follow acme --state acme.state -o ndjson >> acme.ndjson",
		ValidArgsFunction: completeOrgs(a),
	}
	filter := auditFilter(a, cmd)
	file := auditStateFlag(cmd)
	interval := cli.Duration{Value: auditlog.DefaultInterval, Text: "10s"}
	cmd.Flags().Var(&interval, "interval", "look for new events each `time` span")
	cli.CompleteFlag(cmd, "interval", "5s", "10s", "1m", "5m")
	cli.DeclareColumns(cmd, auditTable.Names())
	cli.Honors(cmd, "output", "columns", "no-headers", "limit")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, err := followOptions(a)
		if err != nil {
			return cli.NewUsageError(err)
		}
		p, err := auditTable.Printer(a.IO.Out, o)
		if err != nil {
			return cli.NewUsageError(err)
		}
		if interval.Value < auditlog.ShortestInterval {
			return cli.NewUsageError(fmt.Errorf("--interval %s is too short: the Hub limits requests, and %s is the least", interval.Text, auditlog.ShortestInterval))
		}
		account, err := a.Account(args)
		if err != nil {
			return err
		}
		f := auditlog.Follower{Interval: interval.Value, Now: time.Now, Sleep: hub.Sleep, Told: func(err error) { onFault(a, err) }}
		want := filter()
		if want.From.IsZero() {
			f.Start = a.Now.UTC().Truncate(time.Second) // as the log may count time
			want.From = f.Start
		}
		run, err := openAudit(ctx, a, c, account, want, *file)
		if err != nil {
			return err
		}
		if !run.State.Fresh {
			f.Start = time.Time{}
		}
		f.Reader, f.Keep = &run.Reader, func() error { return run.Keep(ctx) }
		err = p.Stream(f.Events(ctx))
		if err == nil { // --limit was reached
			return f.Keep()
		}
		if cut, ok := errors.AsType[*output.Partial](err); ok {
			return cut.Err // it has no end, so that what was printed is no part of a whole
		}
		return err
	})
}

// followOptions are the output options, of which a follow takes those that let
// it print an event as soon as it was read.
func followOptions(a *cli.App) (output.Options, error) {
	o := a.Options()
	o.Now = time.Time{} // a line stays, and what it said of "1m ago" would be wrong soon
	switch {
	case o.Format == "json" || o.Format == "yaml":
		if a.Flags.OutputGiven {
			return o, fmt.Errorf("events are printed as they come, as table, ndjson or csv, not as %s", o.Format)
		}
		o.Format = "ndjson"
	case o.Format == "csv" && len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}

// onFault tells of a fault that does not end a follow, and of its end (nil).
// In between notices are not wanted: each try would say the same.
func onFault(a *cli.App, err error) {
	a.Quiet = err != nil
	if err != nil {
		a.Warn("%v; trying again", err)
		return
	}
	a.Notice("reading the audit log again")
}
