package cmd

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/auditlog"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var auditTable = output.Table[dockerhub.AuditLog]{
	{Name: "time", Room: 20, Cell: func(l dockerhub.AuditLog) output.Value { return output.Time(l.Timestamp.Time) }},
	{Name: "actor", Room: 12, Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(l.Actor) }},
	{Name: "action", Room: 15, Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(l.Action) }},
	{Name: "name", Match: true, Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(l.Name) }},
	{Name: "account", Wide: true, Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(l.Account) }},
	{Name: "description", Wide: true, Cell: func(l dockerhub.AuditLog) output.Value {
		return output.Text(strings.TrimSpace(l.Description))
	}},
	{Name: "data", Wide: true, Cell: func(l dockerhub.AuditLog) output.Value {
		return output.Text(strings.TrimPrefix(string(l.Data), "null"))
	}},
}

var auditActionTable = output.Table[dockerhub.AuditAction]{
	{Name: "group", Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Group) }},
	{Name: "action", Key: true, Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Action()) }},
	{Name: "label", Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Label) }},
	{Name: "description", Wide: true, Cell: func(a dockerhub.AuditAction) output.Value {
		return output.Text(a.Description)
	}},
}

func newAudit(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "audit", "Read, export and follow audit logs",
		auditList, auditActions, auditExport, auditFollow), "org")
}

func auditList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List audit events, newest first",
		Long: `List the audit events of an organization, newest first. If no organization is
given by --org, HUBCTL_ORG or the configuration, list the events of your
account. --org also accepts your Docker ID.`,
		Example: `  hubctl audit list --org acme --since 7d --action repo.tag.delete
  hubctl audit list --org acme --columns time,actor,description --limit 20`,
	}
	filter := auditFlags(a, cmd)
	filter.until = cli.UntilFlag(a, cmd, untilUsage)
	rows := func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.AuditLog, error] {
		f, err := filter.options()
		if err != nil {
			return seq.Fail[dockerhub.AuditLog](err)
		}
		return c.Audit.List(ctx, in[0], f)
	}
	return verb.ListIn(a, cli.Limited(cmd, 100), auditTable, verb.InAccount, rows)
}

func auditActions(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "actions", Short: "List the actions of audit events",
		Example: `  hubctl audit actions --org acme`,
	}
	return verb.ListOfOrg(a, cmd, auditActionTable, func(ctx context.Context, c *dockerhub.Client,
		org string, _ []string,
	) iter.Seq2[dockerhub.AuditAction, error] {
		return auditActionList.Rows(ctx, a, c, org)
	})
}

// auditActionList lists the actions in the audit log of an account.
var auditActionList = verb.Things[dockerhub.AuditAction]{
	Noun: "audit actions", In: verb.InAccount,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.AuditAction, error] {
		return seq.From(c.Audit.Actions(ctx, in[0]))
	},
	Candidate: func(l dockerhub.AuditAction) (value, about string) { return l.Action(), l.Label },
}

// An auditFilter holds the flags that select events.
type auditFilter struct {
	action, actor, name *cli.Flag[string]
	since, until        *cli.Moment // until is nil for follow
}

func auditFlags(a *cli.App, cmd *cobra.Command) auditFilter {
	return auditFilter{
		action: cli.ThingFlag(cmd, "action", "only this `action`, such as repo.tag.push", auditActionList.Complete(a)),
		actor:  cli.StringFlag(cmd, "actor", "only events caused by this `user`"),
		name:   cli.StringFlag(cmd, "name", "only events about this `object`, such as acme/api"),
		since:  cli.PastFlag(a, cmd, "since", "only events since this `time`, such as 7d or 2026-01-31"),
	}
}

const untilUsage = "only events until this `time`; a date includes the whole day"

func (f auditFilter) options() (dockerhub.AuditListOptions, error) {
	o := dockerhub.AuditListOptions{
		Action: f.action.Value, Actor: f.actor.Value, Name: f.name.Value, From: f.since.Or(time.Time{}),
	}
	if f.until == nil || f.until.At == nil {
		return o, nil
	}
	if o.To = f.until.At.Time; o.From.After(o.To) {
		return o, cli.NewUsageError(errors.New("--since is after --until"))
	}
	return o, nil
}

// An auditStream holds the flags of export and follow.
type auditStream struct {
	a      *cli.App
	filter auditFilter
	state  *string
}

func auditStreamFlags(a *cli.App, cmd *cobra.Command) auditStream {
	s := auditStream{
		a: a, filter: auditFlags(a, cmd),
		state: cmd.Flags().String("state", "", "resume from, and save progress to, this `file`"),
	}
	cli.Must(cmd.MarkFlagFilename("state"))
	cli.DeclareColumns(cmd, auditTable.Names())
	return s
}

// query returns a printer with these options, and the events of the command line.
func (s auditStream) query(o output.Options) (*output.Printer[dockerhub.AuditLog], auditlog.Query, error) {
	p, err := auditTable.Printer(s.a.IO.Out, o)
	if err != nil {
		return nil, auditlog.Query{}, cli.NewUsageError(err)
	}
	q := auditlog.Query{StateFile: *s.state}
	if q.Account, err = s.a.Org(); err == nil {
		q.Filter, err = s.filter.options()
	}
	return p, q, err
}

// env returns the environment in which an audit log is read.
func (s auditStream) env(c *dockerhub.Client) auditlog.Env {
	a := s.a
	return auditlog.Env{
		Client: c, Origin: a.Settings.Origin(), Now: a.Now, Out: a.IO.Out, LockOf: a.LockOf, Hold: a.Signals.Hold,
		Failpoint: a.Failpoint, OnFault: func(err error) { onAuditFault(a, err) }, Concurrency: a.Settings.Concurrency,
	}
}
