package cmd

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

// The kinds of what a user may have.
const (
	kindInvite     = "invite"
	kindTeam       = "team"
	kindRepository = "repository"
	kindMember     = "member"
	kindOrgToken   = "org-token"
)

// An offboardStep is something that a user has.
type offboardStep struct {
	User    string `json:"user"`              // as it was given: a Docker ID or an address
	Account string `json:"account,omitempty"` // the Docker ID; "" = not known
	Org     string `json:"org,omitempty"`
	Kind    string `json:"kind"`
	Name    string `json:"name,omitempty"` // of the team or the repository, or the ID of the invite or the token
	Action  string `json:"action"`
	Detail  string `json:"detail,omitempty"`
}

// Key reads on from "removed".
func (s offboardStep) Key() string {
	switch s.Kind {
	case kindInvite:
		return fmt.Sprintf("%s's invite to %s (%s)", s.Detail, s.Org, s.Name)
	case kindTeam:
		return fmt.Sprintf("%s from team %s/%s", s.Account, s.Org, s.Name)
	case kindRepository:
		return fmt.Sprintf("%s from repository %s", s.Account, s.Name)
	case kindMember:
		return fmt.Sprintf("%s from %s", s.Account, s.Org)
	}
	return fmt.Sprintf("%s %s/%s", s.Kind, s.Org, s.Name)
}

func (s offboardStep) Organization() string  { return s.Org }
func (s offboardStep) Acts() bool            { return s.Action == "remove" }
func (s offboardStep) JSON() json.RawMessage { return cli.MustJSON(s) }

func (s offboardStep) Names() []string {
	switch s.Kind {
	case kindInvite:
		return []string{s.Name}
	case kindTeam:
		return []string{s.Org, s.Name, s.Account}
	case kindRepository:
		return []string{s.Name, s.Account}
	case kindMember:
		return []string{s.Org, s.Account}
	}
	return nil
}

var offboardTable = output.Table[offboardStep]{
	{Name: "user", Key: true, Cell: func(s offboardStep) output.Value { return output.Text(s.User) }},
	{Name: "org", Cell: func(s offboardStep) output.Value { return output.Text(s.Org) }},
	{Name: "kind", Cell: func(s offboardStep) output.Value { return output.Text(s.Kind) }},
	{Name: "name", Key: true, Cell: func(s offboardStep) output.Value { return output.Text(s.Name) }},
	{Name: "action", Cell: func(s offboardStep) output.Value { return output.Text(s.Action) }},
	{Name: "detail", Cell: func(s offboardStep) output.Value { return output.Text(s.Detail) }},
	{Name: "account", Wide: true, Cell: func(s offboardStep) output.Value { return output.Text(s.Account) }},
}

func membersOffboard(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "offboard USER...", Short: "Take away all that users have in your organizations",
		Long: "Take away all that users have in an organization (--org), or in every organization\n" +
			"that you own (--all-orgs): invites, places in teams, and the membership last. With\n" +
			"--all-orgs they also stop collaborating on your own repositories. HUBCTL_ORG and the\n" +
			"setting org do not choose here. Users are named by Docker ID or by address.\n\n" +
			"Access tokens of an organization that they created work on without them: they are\n" +
			"listed, to be looked at, and left alone. --dry-run shows all that was found.\n\n" +
			"- reads the users from standard input, one a line.",
		Example: "  hubctl members offboard bokafor --all-orgs --dry-run\n" +
			"  hubctl members offboard bokafor crossi@example.com --org acme\n" +
			"  hubctl members report --org acme -q --inactive 180d | hubctl members offboard - --org acme --yes",
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: completeMembers(a),
	}
	o := offboarder{a, cmd, cmd.Flags().Bool("all-orgs", false, "every organization that you own, and your own repositories")}
	verb.Planned(a, cmd, verb.PlanSpec[offboardStep]{
		Kind: "members offboard", Verb: "Remove", Done: "removed", Things: "grants", Table: offboardTable,
		Plan: o.plan, Adopt: o.adopt, Fingerprint: o.world, Do: o.do, Whose: func(s offboardStep) string { return s.User },
	})
	plannedArgs := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if by := verb.Decided(cmd); by != "" && cmd.Flags().Changed("org") {
			return fmt.Errorf("--%s says by itself what is to be done: leave out --org", by)
		}
		return plannedArgs(cmd, args)
	}
	return cmd
}

type offboarder struct {
	a       *cli.App
	cmd     *cobra.Command
	allOrgs *bool
}

// scope is the organization of --org, or "" for --all-orgs. What an environment
// or a file sets must not choose where somebody is removed from.
func (o offboarder) scope() (string, error) {
	switch given := o.cmd.Flags().Changed("org"); {
	case given && *o.allOrgs:
		return "", cli.NewUsageError(errors.New("--org and --all-orgs exclude each other"))
	case given:
		return o.a.Org()
	case *o.allOrgs:
		return "", nil
	}
	return "", cli.NewUsageError(errors.New("which organization? Give --org ORG, or --all-orgs"))
}

func (o offboarder) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]offboardStep, string, error) {
	scope, err := o.scope()
	if err != nil {
		return nil, "", err
	}
	given, err := verb.Identifiers(ctx, o.a, args, parseUser)
	if err != nil {
		return nil, "", err
	}
	var users []string
	for _, g := range given {
		users = append(users, g.Value)
	}
	steps, world, err := o.look(ctx, c, scope, users)
	if !o.a.Flags.DryRun {
		o.noticeTokens(steps)
	}
	return steps, world, err
}

// parseUser reads a Docker ID or an address. Case makes no difference in either.
func parseUser(s string) (string, error) {
	s, err := parseInvitee(s)
	if err == nil && !strings.Contains(s, "@") {
		s, err = cli.PlainName(s)
	}
	return strings.ToLower(s), err
}

// adopt takes a saved plan as it is: world compares its steps with what is there.
func (offboarder) adopt(steps []offboardStep) ([]offboardStep, error) { return steps, nil }

// world finds out anew what the users of a plan have, which is all that the plan
// may take away.
func (o offboarder) world(ctx context.Context, c *dockerhub.Client, p job.Plan[offboardStep]) (string, error) {
	var users []string
	for _, s := range p.Steps {
		if !slices.Contains(users, s.User) {
			users = append(users, s.User)
		}
	}
	scope, _, _ := strings.Cut(p.Fingerprint, ":")
	found, world, err := o.look(ctx, c, scope, users)
	if errors.Is(err, dockerhub.ErrNotFound) { // it was done already
		err = nil
	}
	if slices.ContainsFunc(p.Steps, func(s offboardStep) bool { return !slices.Contains(found, s) }) {
		world = ""
	}
	return world, err
}

// look finds what users have in the organization of the scope, or in all that
// the session's user owns. The fingerprint is that of what was found where.
func (o offboarder) look(ctx context.Context, c *dockerhub.Client, scope string, users []string) ([]offboardStep, string, error) {
	me, err := o.a.Me()
	if err != nil {
		return nil, "", err
	}
	orgs := []string{scope}
	if scope == "" {
		if orgs, err = ownedOrgs(ctx, c); err != nil {
			return nil, "", err
		}
	}
	var f finds
	for _, org := range orgs {
		f.lookAt(ctx, c, org)
	}
	if scope == "" && o.a.Current.Session.Kind != dockerhub.OrganizationAccessToken {
		o.lookAtOwn(ctx, c, me, &f)
	}
	if ctx.Err() != nil {
		return nil, "", context.Cause(ctx)
	}
	people, err := f.people(users, me)
	if err != nil {
		return nil, "", err
	}
	if err := f.checkOwners(people); err != nil {
		return nil, "", err
	}
	where := cmp.Or(strings.Join(orgs, ", "), "any organization: you own none")
	if len(f.missed) > 0 {
		where = "what could be read of " + where
	}
	var steps []offboardStep
	for _, p := range people {
		has := f.steps(p)
		if len(has) == 0 {
			f.missed = append(f.missed, job.ItemError{ID: p.user, Err: fmt.Errorf("%w in %s", dockerhub.ErrNotFound, where)})
		}
		for _, s := range has {
			if !slices.ContainsFunc(steps, func(other offboardStep) bool { return other.Key() == s.Key() }) { // two may share an address
				steps = append(steps, s)
			}
		}
	}
	world := fmt.Sprintf("%s:%x", scope, sha256.Sum256(cli.MustJSON([]any{orgs, steps})))
	if len(f.missed) > 0 {
		return steps, world, &job.BatchError{Failed: f.missed}
	}
	return steps, world, nil
}

// ownedOrgs are the organizations that the session's user is an owner of.
func ownedOrgs(ctx context.Context, c *dockerhub.Client) ([]string, error) {
	var owned []string
	for org, err := range c.Orgs.List(ctx) {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(org.Role, "owner") {
			owned = append(owned, org.Name)
		}
	}
	slices.Sort(owned)
	return owned, nil
}

// lookAt reads what there is in an organization.
func (f *finds) lookAt(ctx context.Context, c *dockerhub.Client, org string) {
	s := orgSight{org: org}
	var err error
	s.members, err = seq.Collect(c.Members.List(ctx, org, dockerhub.MemberListOptions{}))
	if err == nil && slices.ContainsFunc(s.members, func(m dockerhub.Member) bool { return m.Username == "" }) {
		err = fmt.Errorf("%w: a member has no username", dockerhub.ErrAnswer)
	}
	f.miss(org+", members", err)
	s.invites, err = seq.Collect(c.Invites.List(ctx, org))
	f.miss(org+", invites", err)
	s.tokens, err = seq.Collect(c.OrgTokens.List(ctx, org))
	f.miss(org+", access tokens", err)
	f.orgs = append(f.orgs, s)
}

// lookAtOwn reads who collaborates on the repositories of the session's user.
func (o offboarder) lookAtOwn(ctx context.Context, c *dockerhub.Client, me string, f *finds) {
	unknown := 0
	for r, err := range seq.ParallelMap(ctx, o.a.Settings.Concurrency, c.Repos.List(ctx, me, ""), func(ctx context.Context, r dockerhub.Repo) (shared, error) {
		users, err := seq.Collect(c.Repos.Collaborators(ctx, r.Namespace, r.Name))
		return shared{fullName(r), users, err}, nil
	}) {
		switch {
		case err != nil:
			f.miss("your repositories", err)
		case errors.Is(r.err, dockerhub.ErrNotFound):
			unknown++
		default:
			f.miss(r.name, r.err)
			f.shared = append(f.shared, r)
		}
	}
	if unknown > 0 {
		o.a.Warn("the Hub does not say who collaborates on %d of your repositories", unknown)
	}
}

// noticeTokens tells of the tokens that stay.
func (o offboarder) noticeTokens(steps []offboardStep) {
	for _, s := range steps {
		if s.Kind == kindOrgToken {
			o.a.Notice("%s created the access token %s of %s (%s), which works on without them: look at it with: hubctl org-tokens get --org %s %s",
				s.Account, s.Name, s.Org, s.Detail, s.Org, s.Name)
		}
	}
}

// do takes one thing away. What is gone is as it should be.
func (o offboarder) do(ctx context.Context, c *dockerhub.Client, _ *job.Job[offboardStep], s offboardStep, _ job.Progress) error {
	var err error
	switch s.Kind {
	case kindInvite:
		err = c.Invites.Delete(ctx, s.Name)
	case kindTeam:
		err = c.Teams.RemoveMember(ctx, s.Org, s.Name, s.Account)
	case kindRepository:
		var r hub.Reference
		if r, err = hub.ParseReference(s.Name); err == nil {
			err = c.Repos.RemoveCollaborator(ctx, r.Namespace, r.Name, s.Account)
		}
	case kindMember:
		err = c.Members.Delete(ctx, s.Org, s.Account)
	default:
		err = hub.InputError(fmt.Sprintf("the plan has something of an unknown kind, %q", s.Kind))
	}
	if errors.Is(err, dockerhub.ErrNotFound) {
		return nil
	}
	return err
}
