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
	{Name: "name", Cell: func(l dockerhub.AuditLog) output.Value { return output.Text(l.Name) }},
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
	return cli.Placed(cli.Group(a, "audit", "Read audit logs", auditList, auditActions, auditExport, auditFollow), "org")
}

const auditAccount = "ACCOUNT is an organization, or yourself. Without it, it is the one of --org, or else\n" +
	"the session's user."

func auditList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [ACCOUNT]", Short: "List what happened, the newest first", Args: cobra.MaximumNArgs(1),
		Long: "List what happened, the newest first.\n" + auditAccount,
		Example: "  hubctl audit list acme --since 7d --action repo.tag.delete\n" +
			"  hubctl audit list acme --columns time,actor,description --limit 20",
		ValidArgsFunction: completeOrgs(a),
	}
	filter := auditPeriod(a, cmd)
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.AuditLog, error] {
		account, err := a.Account(args)
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
		Use: "actions [ACCOUNT]", Short: "List the kinds of events that an audit log may have", Args: cobra.MaximumNArgs(1),
		Long:    "List the kinds of events that an audit log may have.\n" + auditAccount,
		Example: "  hubctl audit actions acme", ValidArgsFunction: completeOrgs(a),
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.AuditAction, error] {
		account, err := a.Account(args)
		if err != nil {
			return seq.Fail[dockerhub.AuditAction](err)
		}
		return cli.RememberCandidates(ctx, a, auditActionsNoun(account), auditActionCandidate,
			seq.From(c.Audit.Actions(ctx, account)))
	}
	return verb.List(a, cmd, auditActionTable, rows)
}

// auditFilter declares which events are wanted, and returns what the command line says.
func auditFilter(a *cli.App, cmd *cobra.Command) func() dockerhub.AuditListOptions {
	action := cmd.Flags().String("action", "", "only this `action`, such as repo.tag.push")
	actor := cmd.Flags().String("actor", "", "only what this `user` did")
	name := cmd.Flags().String("name", "", "only what was done to this `thing`, such as acme/api")
	since := cli.PastFlag(a, cmd, "since",
		"from this `time` on: a time before now such as 7d, or a date such as 2026-01-31 (UTC)")
	cli.CompleteFlagFunc(cmd, "action", completeAuditActions(a))
	cli.CompleteFlag(cmd, "actor")
	cli.CompleteFlag(cmd, "name")
	return func() dockerhub.AuditListOptions {
		return dockerhub.AuditListOptions{Action: *action, Actor: *actor, Name: *name, From: since.Or(time.Time{})}
	}
}

// auditPeriod is auditFilter for a time that has an end.
func auditPeriod(a *cli.App, cmd *cobra.Command) func() (dockerhub.AuditListOptions, error) {
	filter := auditFilter(a, cmd)
	until := cli.UntilFlag(a, cmd, "up to this `time`, as above; of a date the whole day")
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
	file := cmd.Flags().String("state", "",
		"go on where the last run with this `file` ended, and note in it how far this one came")
	cli.Must(cmd.MarkFlagFilename("state"))
	return file
}

// auditEnv is what an export and a follow need of the program.
func auditEnv(a *cli.App, c *dockerhub.Client) auditlog.Env {
	return auditlog.Env{
		Client: c, Origin: a.Settings.Origin(), Now: a.Now, Out: a.IO.Out, LockOf: a.LockOf, Hold: a.Signals.Hold,
		Failpoint: a.Failpoint, OnFault: func(err error) { onAuditFault(a, err) },
	}
}

func auditActionCandidate(l dockerhub.AuditAction) (value, about string) { return l.Action(), l.Label }

func auditActionsNoun(account string) string { return "audit actions " + account }

// completeAuditActions completes --action for the account of the arguments.
func completeAuditActions(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var account string
		return cli.CompleteValue(a, cmd, nil, "", func() (_ string, err error) {
			account, err = a.Account(args)
			return auditActionsNoun(account), err
		}, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(auditActionCandidate, seq.From(c.Audit.Actions(ctx, account)))
		})
	}
}
