package cmd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// How often a log that is followed is asked for what is new.
const (
	followInterval = 10 * time.Second
	followOften    = 2 * time.Second // and no more often
	followPause    = 5 * time.Minute // the longest one that is not asked for, when it cannot be read
	followPatience = time.Hour       // the longest one that the server may ask for
)

func auditFollow(a *app) *cobra.Command {
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
		ValidArgsFunction: a.completeOrgs,
	}
	filter := auditFilter(a, cmd)
	file := auditStateFlag(cmd)
	interval := duration{d: followInterval, text: "10s"}
	cmd.Flags().Var(&interval, "interval", "look for new events each `time` span")
	completeFlag(cmd, "interval", "5s", "10s", "1m", "5m")
	printing(cmd, auditTable.Names())
	honors(cmd, "output", "columns", "no-headers", "limit")
	return a.run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, err := a.followOptions()
		if err != nil {
			return usageError{err}
		}
		p, err := auditTable.Printer(a.io.Out, o)
		if err != nil {
			return usageError{err}
		}
		if interval.d < followOften {
			return usageError{fmt.Errorf("--interval %s is too short: the Hub limits requests, and %s is the least", interval.text, followOften)}
		}
		account, err := a.account(args)
		if err != nil {
			return err
		}
		f := auditFollower{interval: interval.d, now: time.Now, sleep: hub.Sleep, told: func(err error) { a.toldFault(err) }}
		want := filter()
		if want.From.IsZero() {
			f.start = a.now.UTC().Truncate(time.Second) // as the log may count time
			want.From = f.start
		}
		run, err := a.openAudit(ctx, c, account, want, *file)
		if err != nil {
			return err
		}
		if !run.state.fresh {
			f.start = time.Time{}
		}
		f.reader, f.keep = &run.auditReader, func() error { return run.keep(ctx) }
		err = p.Stream(f.events(ctx))
		if err == nil { // --limit was reached
			return f.keep()
		}
		if cut, ok := errors.AsType[*output.Partial](err); ok {
			return cut.Err // it has no end, so that what was printed is no part of a whole
		}
		return err
	})
}

// followOptions are the output options, of which a follow takes those that let
// it print an event as soon as it was read.
func (a *app) followOptions() (output.Options, error) {
	o := a.options()
	o.Now = time.Time{} // a line stays, and what it said of "1m ago" would be wrong soon
	switch {
	case o.Format == "json" || o.Format == "yaml":
		if a.flags.outputGiven {
			return o, fmt.Errorf("events are printed as they come, as table, ndjson or csv, not as %s", o.Format)
		}
		o.Format = "ndjson"
	case o.Format == "csv" && len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}

// toldFault tells of a fault that does not end a follow, and of its end (nil).
// In between notices are not wanted: each try would say the same.
func (a *app) toldFault(err error) {
	a.mute = err != nil
	if err != nil {
		a.say("%v; trying again", err)
		return
	}
	a.notice("reading the audit log again")
}

// An auditFollower reads an audit log on and on.
type auditFollower struct {
	reader   *auditReader
	keep     func() error // notes how far the reader came
	start    time.Time    // what happened before is not wanted; zero = what the reader yields is
	interval time.Duration
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
	told     func(error) // hears of the first of several faults in a row, and nil when it is over
}

// events yields events as they appear, each once, until ctx ends or the log
// cannot be read for a reason that will not pass.
func (f *auditFollower) events(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		fail := func(err error) { yield(dockerhub.AuditLog{}, err) }
		if !f.start.IsZero() {
			// What is there already is read, too, so that what happened just before
			// but appears later is told from it, and clocks need not agree.
			f.reader.since = f.start.Add(-lateness)
			f.reader.end = f.reader.since
		}
		wait, faulty := f.interval, false
		for {
			var fault error
			for log, err := range f.reader.to(ctx, f.now().UTC(), f.keep) {
				if fault = err; err != nil {
					break
				}
				if log.Timestamp.Before(f.start) {
					continue
				}
				if !yield(log, nil) {
					return
				}
			}
			switch {
			case fault == nil:
				f.start, wait = time.Time{}, f.interval
			case ctx.Err() != nil || !hub.Passing(fault) && !errors.Is(fault, errUnsettled):
				fail(fault)
				return
			default:
				wait = max(f.interval, min(2*wait, followPause))
				if answer, ok := errors.AsType[*dockerhub.Error](fault); ok {
					wait = max(wait, min(answer.RetryAfter, followPatience))
				}
			}
			if now := fault != nil; now != faulty {
				faulty = now
				f.told(fault)
			}
			if err := f.sleep(ctx, wait); err != nil {
				fail(err)
				return
			}
		}
	}
}
