package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/offboard"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var offboardTable = output.Table[offboard.Step]{
	{Name: "user", Key: true, Cell: func(s offboard.Step) output.Value { return output.Text(s.User) }},
	{Name: "org", Cell: func(s offboard.Step) output.Value { return output.Text(s.Org) }},
	{Name: "kind", Cell: func(s offboard.Step) output.Value { return output.Text(s.Kind) }},
	{Name: "name", Key: true, Cell: func(s offboard.Step) output.Value { return output.Text(s.Name) }},
	{Name: "action", Cell: func(s offboard.Step) output.Value { return output.Text(s.Action) }},
	{Name: "detail", Cell: func(s offboard.Step) output.Value { return output.Text(s.Detail) }},
	{Name: "account", Wide: true, Cell: func(s offboard.Step) output.Value { return output.Text(s.Account) }},
}

func membersOffboard(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "offboard USER...", Short: "Remove users from your organizations",
		Long: `Remove all access of users to an organization (--org) or to every organization
that you own (--all-orgs): invitations, team memberships and, last, the
membership itself. --all-orgs also removes them as collaborators on your
repositories. Name users by Docker ID or email address. HUBCTL_ORG and the
setting org do not choose the organization here.

Organization access tokens that they created keep working: they are listed for
review, not deleted. --dry-run shows everything that was found.

- reads users from standard input, one per line.`,
		Example: `  hubctl members offboard bokafor --all-orgs --dry-run
  hubctl members offboard bokafor crossi@example.com --org acme
  hubctl members report --org acme -q --inactive-for 180d \
    | hubctl members offboard - --org acme --yes`,
		Args: cli.MinimumNArgs(1), ValidArgsFunction: completeMembers(a),
	}
	allOrgs := cmd.Flags().Bool("all-orgs", false, "every organization you own, and your repositories")
	o := offboarder{a, cmd, allOrgs}
	verb.Planned(a, cmd, verb.PlanSpec[offboard.Step]{
		Kind: "members offboard", Verb: "Remove", Done: "removed", Things: "grants", Table: offboardTable,
		Plan: o.plan, Adopt: o.adopt, Fingerprint: o.fingerprint, Do: o.remove,
		Whose: func(s offboard.Step) string { return s.User },
	})
	plannedArgs := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if by := verb.Decided(cmd); by != "" && cmd.Flags().Changed("org") {
			return fmt.Errorf("--%s already names the organizations: omit --org", by)
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

// scope returns the organization of --org, or "" for --all-orgs. The environment
// and the configuration file must not choose where users are removed from.
func (o offboarder) scope() (string, error) {
	switch given := o.cmd.Flags().Changed("org"); {
	case given && *o.allOrgs:
		return "", cli.NewUsageError(errors.New("--org and --all-orgs cannot be used together"))
	case given:
		return o.a.Org()
	case *o.allOrgs:
		return "", nil
	}
	return "", cli.NewUsageError(errors.New("no organization given: pass --org ORG or --all-orgs"))
}

func (o offboarder) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]offboard.Step, string, error) {
	org, err := o.scope()
	if err != nil {
		return nil, "", err
	}
	given, err := verb.Identifiers(ctx, o.a, args, parseUser)
	if err != nil {
		return nil, "", err
	}
	users := make([]string, len(given))
	for i, g := range given {
		users[i] = g.Value
	}
	env, err := o.env(c)
	if err != nil {
		return nil, "", err
	}
	steps, fingerprint, err := env.Find(ctx, org, users)
	if !o.a.Flags.DryRun {
		env.NoticeTokens(steps)
	}
	return steps, fingerprint, err
}

// parseUser reads a Docker ID or an email address. Neither is case-sensitive.
func parseUser(s string) (string, error) {
	s, err := parseInvitee(s)
	if err == nil && !strings.Contains(s, "@") {
		s, err = cli.PlainName(s)
	}
	return strings.ToLower(s), err
}

// adopt accepts any saved plan: its fingerprint is compared with the current state.
func (offboarder) adopt(steps []offboard.Step) ([]offboard.Step, error) { return steps, nil }

func (o offboarder) fingerprint(ctx context.Context, c *dockerhub.Client, p job.Plan[offboard.Step]) (string, error) {
	env, err := o.env(c)
	if err != nil {
		return "", err
	}
	return env.Fingerprint(ctx, p)
}

func (offboarder) remove(
	ctx context.Context, c *dockerhub.Client, _ *job.Job[offboard.Step], s offboard.Step, _ job.Progress,
) error {
	return offboard.Remove(ctx, c, s)
}

func (o offboarder) env(c *dockerhub.Client) (offboard.Env, error) {
	me, err := o.a.Me()
	return offboard.Env{
		Client: c, Me: me, OwnRepos: o.a.Current.Session.Kind != dockerhub.OrganizationAccessToken,
		Concurrency: o.a.Settings.Concurrency, Notice: o.a.Notice, Warn: o.a.Warn,
	}, err
}
