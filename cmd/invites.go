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
	rows := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.Invite, error] {
		return cli.RememberCandidates(ctx, a, "invites "+org, inviteCandidate, c.Invites.List(ctx, org))
	}
	return verb.ListOfOrg(a, cmd, inviteTable, rows)
}

// inviteNames looks up pending invitations by invitee. It looks up identifiers as
// well: they are unique across organizations, and --org must not be ignored.
var inviteNames = verb.Names[dockerhub.Invite]{
	Kind: "invitation",
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

func inviteCandidate(i dockerhub.Invite) (value, about string) { return i.Invitee, i.ID }

func completeInvites(a *cli.App) cobra.CompletionFunc {
	fetch := func(ctx context.Context, c *dockerhub.Client, org string) ([]cli.Candidate, error) {
		return cli.Candidates(inviteCandidate, c.Invites.List(ctx, org))
	}
	return cli.CompleteInOrg(a, "invites", fetch)
}

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
	f := cmd.Flags()
	role := f.String("role", "", "`role` in the organization: "+strings.Join(dockerhub.Roles, ", "))
	team := f.String("team", "", "`team` to join")
	validate := f.Bool("validate", false, "check with the server, without inviting anyone")
	exists := f.Bool("if-missing", false, "skip members and pending invitations")
	body := cli.FileFlag(a, cmd)
	cli.CompleteFlag(cmd, "role", dockerhub.Roles...)
	cli.CompleteFlagWith(cmd, "team", completeTeams(a))
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.Changed("file") {
			return nil // the file may name them
		}
		return cli.MinimumNArgs(1)(cmd, args)
	}
	cli.DeclareColumns(cmd, invitationTable.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	a.Local(cmd, func(ctx context.Context, args []string) error {
		if err := verb.AllOutcomes(a); err != nil {
			return err
		}
		t := invitationTable
		if *validate {
			t = validationTable()
		}
		p, err := t.Printer(a.Out(), a.Options())
		if err != nil {
			return cli.NewUsageError(err)
		}
		c, err := a.Client(ctx, cmd)
		if err != nil {
			return err
		}
		r := dockerhub.InviteRequest{Role: roleName(*role), Team: *team, DryRun: *validate}
		if r.Body, err = body(ctx); err != nil {
			return err
		}
		var file struct {
			Org      string
			Invitees []string
		}
		_ = json.Unmarshal(r.Base, &file) // the server refuses an invalid name
		org := file.Org
		if org == "" || f.Lookup("org").Changed { // the file overrides the default organization
			if org, err = a.Org(); err != nil {
				return err
			}
			r.Org = org
		}
		items, err := verb.Identifiers(ctx, a, args, parseInvitee)
		if err != nil {
			return err
		}
		for _, i := range items {
			r.Invitees = append(r.Invitees, i.Value)
		}
		if *exists && len(items) == 0 {
			r.Invitees = file.Invitees
		}
		if len(r.Invitees) == 0 && r.Base == nil {
			a.Notice("nothing to do: no invitees")
			if a.Options().IsTable() {
				return nil
			}
			return p.Rows(seq.Of([]dockerhub.Invitation(nil)))
		}
		all, err := invite(ctx, a, c, org, r, *exists)
		if all == nil {
			return err
		}
		return cmp.Or(p.Rows(seq.Of(all)), err)
	})
	var n inviter
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "invites create", Verb: "Invite", Done: "invited", Things: "invitees", Table: invitationTable.Untyped(),
		Org: true, Columns: []records.Column{"invitee email", "role", "team"}, More: []string{"validate"},
		Check: func(_ context.Context, f map[string]string) (string, error) {
			f["role"] = roleName(f["role"])
			if *validate {
				f["validate"] = "true"
			}
			return parseInvitee(f["invitee"])
		},
		Arrange: arrangeInvites, Do: n.do, Get: n.existing,
		State: func(ctx context.Context, c *dockerhub.Client) func(verb.BatchItem) (string, error) {
			invited := seq.Memoize(func(org string) (map[string]string, error) {
				return verb.States(c.Invites.List(ctx, org),
					func(i dockerhub.Invite) (name, state string) { return i.Invitee, "invited" })
			})
			return func(e verb.BatchItem) (string, error) {
				all, err := invited(e.Fields["org"])
				return all[invitee(e)], err
			}
		},
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
