package cmd

import (
	"context"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/auditlog"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/lockfile"
)

func auditStateFlag(cmd *cobra.Command) *string {
	file := cmd.Flags().String("state", "", "go on where the last run with this `file` ended, and note in it how far this one came")
	cli.Must(cmd.MarkFlagFilename("state"))
	return file
}

// openAudit begins a run of an account's log: after what the state in the file
// at path says was read, and at f.From if there is none.
func openAudit(ctx context.Context, a *cli.App, c *dockerhub.Client, account string, f dockerhub.AuditListOptions, path string) (*auditlog.Run, error) {
	r := &auditlog.Run{Out: a.IO.Out, Hold: a.Signals.Hold}
	x := &r.State
	x.File = lockfile.File{Path: path, Lock: a.LockOf(path)}
	x.State = auditlog.State{
		Version: auditlog.StateVersion, Of: auditlog.Source{Origin: a.Settings.Origin(), Account: account, Action: f.Action, Actor: f.Actor, Name: f.Name},
		Since: f.From, End: f.From,
	}
	if a.Failpoint != nil {
		x.File.Step = func(step string) { a.Failpoint(step + " " + x.End.Format(time.RFC3339)) }
	}
	if err := x.Open(ctx); err != nil {
		return nil, err
	}
	r.Reader = auditlog.Reader{Since: x.Since, End: x.End, Edge: x.Edge, Read: func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error] {
		f.From, f.To = from, to
		return c.Audit.List(ctx, account, f)
	}}
	return r, nil
}
