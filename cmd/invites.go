package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var inviteTable = output.Table[dockerhub.Invite]{
	{Name: "id", Key: true, Cell: func(i dockerhub.Invite) output.Value { return output.Text(i.ID) }},
	{Name: "invitee", Match: true, Cell: func(i dockerhub.Invite) output.Value { return output.Text(i.Invitee) }},
	{Name: "team", Cell: func(i dockerhub.Invite) output.Value { return output.Text(i.Team) }},
	{Name: "inviter", Spare: true, Cell: func(i dockerhub.Invite) output.Value { return output.Text(i.Inviter) }},
	{Name: "created", Cell: func(i dockerhub.Invite) output.Value { return output.Time(i.CreatedAt.Time) }},
	{Name: "org", Wide: true, Cell: func(i dockerhub.Invite) output.Value { return output.Text(i.Org) }},
}

func newInvites(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "invites", "Invite people to an organization",
		invitesList, invitesCreate, invitesResend, invitesDelete)
	return cli.Called(cli.Placed(cmd, "org"), "invitations", "")
}

func invitesList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List pending invitations",
		Example: "  hubctl invites list --org acme --sort created",
	}
	return verb.ListThings(a, cmd, inviteTable, inviteNames.Things())
}

// inviteNames looks up pending invitations by invitee. It looks up identifiers as
// well: they are unique across organizations, and --org must not be ignored.
var inviteNames = verb.Names[dockerhub.Invite]{
	Kind: "invitation", Noun: "invites", In: verb.InOrg,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Invite, error] {
		return c.Invites.List(ctx, in[0])
	},
	ID:   func(i dockerhub.Invite) string { return i.ID },
	Name: func(i dockerhub.Invite) string { return i.Invitee },
	IsID: func(string) bool { return false },
}

func invitesResend(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "resend INVITATION...", Short: "Resend invitations", ValidArgsFunction: completeInvites(a),
		Long: `Resend the email of pending invitations, by invitee or ID. A request that may
have arrived is not retried. - reads invitations from standard input, one per
line.`,
		Example: `  hubctl invites resend tchen --org acme
  hubctl invites list --org acme -q | hubctl invites resend - --org acme`,
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Resend", Done: "resent", Org: true, Parse: verb.ParseName, Resolve: inviteNames.Resolve,
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, id string) error {
			return c.Invites.Resend(ctx, id)
		},
	})
}

func invitesDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete INVITATION...", Short: "Revoke invitations", ValidArgsFunction: completeInvites(a),
		Long: `Revoke pending invitations, by invitee or ID. - reads invitations from standard
input, one per line.`,
		Example: "  hubctl invites delete tchen --org acme",
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Revoke", Done: "deleted", Ask: true, Org: true, Parse: verb.ParseName, Resolve: inviteNames.Resolve,
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, id string) error {
			return c.Invites.Delete(ctx, id)
		},
	})
}

func completeInvites(a *cli.App) cobra.CompletionFunc { return inviteNames.Things().Complete(a) }

var invitationTable = output.Table[dockerhub.Invitation]{
	{Name: "invitee", Cell: func(i dockerhub.Invitation) output.Value { return output.Text(i.Invitee) }},
	{Name: "status", Cell: func(i dockerhub.Invitation) output.Value { return output.Text(i.Status) }},
	{Name: "id", Key: true, Cell: func(i dockerhub.Invitation) output.Value { return output.Text(i.Invite.ID) }},
	{Name: "team", Wide: true, Cell: func(i dockerhub.Invitation) output.Value { return output.Text(i.Invite.Team) }},
}

// validationTable is invitationTable for --validate, which sends no invitations,
// despite the name of the server's result.
func validationTable() output.Table[dockerhub.Invitation] {
	t := slices.Clone(invitationTable)
	i := slices.Index(t.Names(), "status")
	t[i].Cell = func(i dockerhub.Invitation) output.Value {
		if i.Status == dockerhub.Invited {
			return output.Text(canBeInvited)
		}
		return output.Text(i.Status)
	}
	return t
}

const canBeInvited = "can be invited"

func invitesCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create WHO...|-", Short: "Invite people by email or Docker ID",
		Long: `Invite people by email address or Docker ID, all in one request, and print the
result for each.` + verb.BatchHelp("invitee, role, team, org") + `

Up to 100 invitations for the same team and role share a request. Before hubctl
retries an interrupted request, it lists the existing invitations, so that no
one is invited twice.`,
		Example: `  hubctl invites create ada@example.com ben --team qa --org acme
  hubctl invites create - --if-missing --org acme < addresses.txt
  hubctl invites create - --role member --org acme < invitee-and-team.csv`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	n := inviter{
		a: a,
		role: cli.StringFlag(cmd, "role", "`role` in the organization: "+strings.Join(dockerhub.Roles, ", "),
			dockerhub.Roles...),
		team:     cli.ThingFlag(cmd, "team", "`team` to join", completeTeams(a)),
		validate: cli.BoolFlag(cmd, "validate", "check with the server, without inviting anyone"),
		missing:  cli.BoolFlag(cmd, "if-missing", "skip members and pending invitations"),
		file:     cli.BodyFlag(cmd),
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if n.file.Changed() {
			return nil // the file may name them
		}
		return cli.MinimumNArgs(1)(cmd, args)
	}
	cli.DeclareColumns(cmd, invitationTable.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	a.Local(cmd, func(ctx context.Context, args []string) error { return n.run(ctx, cmd, args) })
	return n.batch(cmd)
}

// An inviter holds the flags of invites create.
type inviter struct {
	a                 *cli.App
	role, team        *cli.Flag[string]
	validate, missing *cli.Flag[bool]
	file              *cli.BodyFile
}

// run invites the people named by arguments and the file, in one request.
func (n *inviter) run(ctx context.Context, cmd *cobra.Command, args []string) error {
	if err := verb.AllOutcomes(n.a); err != nil {
		return err
	}
	t := invitationTable
	if n.validate.Value {
		t = validationTable()
	}
	p, c, err := verb.Prepare(ctx, n.a, cmd, t, n.a.Options())
	if err != nil {
		return err
	}
	org, r, err := n.request(ctx, args)
	switch {
	case err != nil:
		return err
	case len(r.Invitees) == 0 && r.Base == nil:
		n.a.Notice("nothing to do: no invitees")
		if n.a.Options().IsTable() {
			return nil
		}
		return p.Rows(seq.Of([]dockerhub.Invitation(nil)))
	}
	all, err := invite(ctx, n.a, c, org, r, n.missing.Value)
	if all == nil {
		return err
	}
	return cmp.Or(p.Rows(seq.Of(all)), err)
}

// request returns the organization, and the request to its people.
func (n *inviter) request(ctx context.Context, args []string) (org string, r dockerhub.InviteRequest, err error) {
	r = dockerhub.InviteRequest{
		Body: n.file.Body, Role: roleName(n.role.Value), Team: n.team.Value, DryRun: n.validate.Value,
	}
	var file struct {
		Org      string
		Invitees []string
	}
	_ = json.Unmarshal(r.Base, &file)                             // the server refuses an invalid name
	if org = file.Org; org == "" || cli.OrgFlag(n.a).Name != "" { // the file overrides the default organization
		if org, err = n.a.Org(); err != nil {
			return "", r, err
		}
		r.Org = org
	}
	items, err := verb.Identifiers(ctx, n.a, args, parseInvitee)
	for _, i := range items {
		r.Invitees = append(r.Invitees, i.Value)
	}
	if n.missing.Value && len(items) == 0 {
		r.Invitees = file.Invitees
	}
	return org, r, err
}

// batch lets cmd invite the people listed on standard input.
func (n *inviter) batch(cmd *cobra.Command) *cobra.Command {
	var batch inviteBatch
	return verb.Batch(n.a, cmd, verb.BatchSpec{
		Kind: "invites create", Verb: "Invite", Done: "invited", Things: "invitees", Table: invitationTable.Untyped(),
		Org: true, Columns: []records.Column{"invitee email", "role", "team"}, More: []string{"validate"},
		Check: func(_ context.Context, f map[string]string) (string, error) {
			f["role"] = roleName(f["role"])
			if n.validate.Value {
				f["validate"] = "true"
			}
			return parseInvitee(f["invitee"])
		},
		Arrange: arrangeInvites, DoInGroup: batch.do, Get: batch.existing,
		State: verb.StateOf(inviteNames.List, []string{"org"}, "invitee",
			func(i dockerhub.Invite) (name, state string) { return i.Invitee, "invited" }),
		Became: func(e verb.BatchItem) string {
			if e.Fields["validate"] != "" {
				return canBeInvited + ":"
			}
			return "invited"
		},
	})
}

// parseInvitee accepts an email address or a Docker ID.
func parseInvitee(s string) (string, error) {
	switch user, host, address := strings.Cut(s, "@"); {
	case s == "", strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(",;<>", r)
	}),
		address && (user == "" || host == ""):
		return "", hub.InputError(fmt.Sprintf("%q is neither an email address nor a Docker ID", s))
	}
	return s, nil
}

// invite sends r and returns the result for each invitee. It fails if anyone was not
// invited; ifMissing skips members and pending invitations.
func invite(ctx context.Context, a *cli.App, c *dockerhub.Client, org string, r dockerhub.InviteRequest,
	ifMissing bool,
) ([]dockerhub.Invitation, error) {
	all := []dockerhub.Invitation{}
	if ifMissing {
		pending, err := pendingInvites(ctx, c, org)
		if err != nil {
			return nil, err
		}
		r.Invitees = slices.DeleteFunc(r.Invitees, func(who string) bool {
			i, found := pending[strings.ToLower(who)]
			if found {
				all = append(all, i)
				a.Notice("skipped %s: already invited", who)
			}
			return found
		})
	}
	skipped := len(all)
	if len(r.Invitees) > 0 || skipped == 0 {
		made, err := c.Invites.Create(ctx, r)
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	bulk := job.BatchError{Done: skipped}
	for _, i := range all[skipped:] {
		switch err := refusal(i); {
		case ifMissing && i.Status == existingMember:
			a.Notice("skipped %s: already a member", i.Invitee)
		case err != nil:
			bulk.Failed = append(bulk.Failed, job.ItemError{ID: i.Invitee, Err: err})
			continue
		case !r.DryRun:
			a.Notice("invited %s to %s", i.Invitee, org)
		}
		bulk.Done++
	}
	if len(bulk.Failed) > 0 {
		return all, &bulk
	}
	return all, nil
}
