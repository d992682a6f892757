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
	{
		Name: "description", Wide: true,
		Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(strings.TrimSpace(l.Description)) },
	},
	{Name: "data", Wide: true, Cell: func(l dockerhub.AuditLog) output.Value {
		return output.Text(strings.TrimPrefix(string(l.Data), "null"))
	}},
}

var auditActionTable = output.Table[dockerhub.AuditAction]{
	{Name: "group", Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Group) }},
	{Name: "action", Key: true, Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Action()) }},
	{Name: "label", Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Label) }},
	{
		Name: "description", Wide: true,
		Cell: func(a dockerhub.AuditAction) output.Value { return output.Text(a.Description) },
	},
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
	filter := auditPeriod(a, cmd)
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.AuditLog, error] {
		account, err := a.Account()
		if err != nil {
			return seq.Fail[dockerhub.AuditLog](err)
		}
		f, err := filter()
		if err != nil {
			return seq.Fail[dockerhub.AuditLog](err)
		}
		return c.Audit.List(ctx, account, f)
	}
	return verb.List(a, cli.Limited(cmd, 100), auditTable, rows)
}

func auditActions(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "actions", Short: "List the actions of audit events",
		Example: "  hubctl audit actions --org acme",
	}
	return verb.ListOfOrg(a, cmd, auditActionTable, func(ctx context.Context, c *dockerhub.Client,
		org string, _ []string,
	) iter.Seq2[dockerhub.AuditAction, error] {
		return cli.RememberCandidates(ctx, a, auditActionsNoun(org), auditActionCandidate,
			seq.From(c.Audit.Actions(ctx, org)))
	})
}

// auditFilter declares the flags that select events and returns their filter.
func auditFilter(a *cli.App, cmd *cobra.Command) func() dockerhub.AuditListOptions {
	action := cmd.Flags().String("action", "", "only this `action`, such as repo.tag.push")
	actor := cmd.Flags().String("actor", "", "only events caused by this `user`")
	name := cmd.Flags().String("name", "", "only events about this `object`, such as acme/api")
	since := cli.PastFlag(a, cmd, "since", "only events since this `time`, such as 7d or 2026-01-31")
	cli.CompleteFlagFunc(cmd, "action", completeAuditActions(a))
	cli.CompleteFlag(cmd, "actor")
	cli.CompleteFlag(cmd, "name")
	return func() dockerhub.AuditListOptions {
		return dockerhub.AuditListOptions{Action: *action, Actor: *actor, Name: *name, From: since.Or(time.Time{})}
	}
}

// auditPeriod is auditFilter with an end time.
func auditPeriod(a *cli.App, cmd *cobra.Command) func() (dockerhub.AuditListOptions, error) {
	filter := auditFilter(a, cmd)
	until := cli.UntilFlag(a, cmd, "only events until this `time`; a date includes the whole day")
	return func() (dockerhub.AuditListOptions, error) {
		f := filter()
		f.To = until.Or(time.Time{})
		if !f.To.IsZero() && f.From.After(f.To) {
			return f, cli.NewUsageError(errors.New("--since is after --until"))
		}
		return f, nil
	}
}

// auditStateFlag declares --state.
func auditStateFlag(cmd *cobra.Command) *string {
	file := cmd.Flags().String("state", "", "resume from, and save progress to, this `file`")
	cli.Must(cmd.MarkFlagFilename("state"))
	return file
}

// auditEnv returns what export and follow need to read an audit log.
func auditEnv(a *cli.App, c *dockerhub.Client) auditlog.Env {
	return auditlog.Env{
		Client: c, Origin: a.Settings.Origin(), Now: a.Now, Out: a.IO.Out, LockOf: a.LockOf, Hold: a.Signals.Hold,
		Failpoint: a.Failpoint, OnFault: func(err error) { onAuditFault(a, err) }, Concurrency: a.Settings.Concurrency,
	}
}

func auditActionCandidate(l dockerhub.AuditAction) (value, about string) { return l.Action(), l.Label }

func auditActionsNoun(account string) string { return "audit actions " + account }

// completeAuditActions completes --action.
func completeAuditActions(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		var account string
		return cli.CompleteValue(a, cmd, nil, "", func() (_ string, err error) {
			account, err = a.Account()
			return auditActionsNoun(account), err
		}, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(auditActionCandidate, seq.From(c.Audit.Actions(ctx, account)))
		})
	}
}
