package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/orgfile"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/terminal"
	"github.com/hubctl/hubctl/internal/verb"
)

// changeTable shows changes as orgs diff does, and their parts in other columns.
var changeTable = output.Table[orgfile.Step]{
	{Name: "change", Key: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Line()) }},
	{Name: "action", Wide: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Action) }},
	{Name: "section", Wide: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Section) }},
	{Name: "name", Wide: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Name) }},
	{Name: "field", Wide: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Field) }},
	{Name: "item", Wide: true, Cell: func(s orgfile.Step) output.Value { return output.Text(s.Item) }},
}

func orgsApply(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "apply -f FILE", Short: "Make an organization match its file", Args: cli.NoArgs,
		Long: `Make an organization match files that hubctl orgs export wrote. It shows the
changes, as hubctl orgs diff does, and asks before it makes them.

Only what is written in the files is changed, and nothing is removed without
--prune: things that no file names stay. People who are not in the organization
are invited, and join their teams in a later run.

--yes does not cover two changes. To delete repositories, pass
--allow-delete-repositories, or type the name of the organization when asked. To
make repositories public, pass --allow-public, or type it when asked.

New access tokens need a destination for their secrets: --write-file,
--write-env, --exec or --docker-login, as in hubctl org-tokens rotate. {label}
stands for the label of the token. A saved plan does not have the destination:
pass it with --plan.

Apply never removes or demotes you, or the last owner. If the organization has
changed since it was read, nothing is changed.`,
		Example: "  hubctl orgs apply -f acme.yaml --dry-run\n" +
			"  hubctl orgs apply -f acme.yaml --max-changes 20 --yes\n" +
			"  hubctl orgs apply -f acme.yaml --plan-out plan.json\n" +
			"  hubctl orgs apply --plan plan.json --yes",
	}
	p := &orgApply{a: a, cmd: cmd, files: orgFilesFlag(cmd), prune: pruneFlag(cmd, "remove")}
	p.most = cmd.Flags().Int("max-changes", 0, "refuse a plan of more than `N` changes")
	cli.CompleteFlag(cmd, "max-changes")
	p.public = cmd.Flags().Bool("allow-public", false, "make repositories public without asking")
	p.deletion = cmd.Flags().Bool("allow-delete-repositories", false, "delete repositories without asking")
	p.secrets = &rotateCommand{a: a, kind: rotation.OrgTokens(a.Org), to: declareDeliveryFlags(cmd)}
	p.env = p.secrets.env()
	return verb.Planned(a, cmd, verb.PlanSpec[orgfile.Step]{
		Kind: "orgs apply", Verb: "Make", Done: "made", Things: "changes", Table: changeTable,
		Plan: p.plan, Adopt: p.adopt, Check: p.check, Begin: p.begin, Fingerprint: p.fingerprint, Do: p.do,
		WithPlan: append([]string{"allow-public", "allow-delete-repositories", "max-changes"}, deliveryFlagNames...),
	})
}

// An orgApply holds the flags of orgs apply, and what it has read.
type orgApply struct {
	a                *cli.App
	cmd              *cobra.Command
	files            *cli.Flag[[]string]
	prune            *pruneSections
	most             *int
	public, deletion *bool
	secrets          *rotateCommand // has the flags for the secrets of new tokens
	env              rotation.Env

	client *dockerhub.Client
	org    string
	world  string // fingerprint of the plan
	steps  []orgfile.Step
}

func (p *orgApply) plan(ctx context.Context, c *dockerhub.Client, _ []string) ([]orgfile.Step, string, error) {
	f, err := orgFile(ctx, p.a, p.files.Value)
	if err != nil {
		return nil, "", err
	}
	live, err := readOrg(ctx, p.a, c, f.Organization, f.Sections())
	if err != nil {
		return nil, "", err
	}
	d, err := f.Compare(live, *p.prune)
	if err != nil {
		return nil, "", err
	}
	steps, later, failed := d.Steps()
	if err := live.Guard(steps, strings.ToLower(p.a.User())); err != nil {
		return nil, "", err
	}
	if len(later) > 0 {
		p.a.Notice("when they have joined, a later run adds: %s", strings.Join(later, ", "))
	}
	if !p.cmd.Flags().Changed("plan-out") && !p.a.Flags.DryRun {
		if err := orgfile.Address(steps, p.secrets.to.delivery()); err != nil {
			return nil, "", err
		}
	}
	p.client, p.org, p.world = c, f.Organization, live.Fingerprint(f.Sections())
	return steps, p.world, failed
}

func (p *orgApply) fingerprint(
	ctx context.Context, c *dockerhub.Client, plan job.Plan[orgfile.Step],
) (string, error) {
	if len(plan.Steps) == 0 {
		return plan.Fingerprint, nil
	}
	p.client, p.org, p.world = c, plan.Steps[0].Org, plan.Fingerprint
	sections := orgfile.SectionsIn(plan.Fingerprint)
	if slices.ContainsFunc(plan.Steps, func(s orgfile.Step) bool { return !slices.Contains(sections, s.Section) }) {
		return "", nil // the plan was edited
	}
	live, err := readOrg(ctx, p.a, c, p.org, sections)
	if err != nil {
		return "", err
	}
	if err := live.Guard(plan.Steps, strings.ToLower(p.a.User())); err != nil {
		return "", err
	}
	return live.Fingerprint(sections), nil
}

// adopt adds the destination of secrets to the steps of a saved plan.
func (p *orgApply) adopt(steps []orgfile.Step) ([]orgfile.Step, error) {
	steps, err := orgfile.Check(steps)
	if err == nil && !p.a.Flags.DryRun {
		err = orgfile.Address(steps, p.secrets.to.delivery())
	}
	return steps, err
}

func (p *orgApply) do(
	ctx context.Context, c *dockerhub.Client, j *job.Job[orgfile.Step], s orgfile.Step, past job.Progress,
) error {
	apply := orgfile.Applier{Client: c, Warn: p.a.Warn}
	apply.Deliver = func(ctx context.Context, s orgfile.Step, t dockerhub.OrgToken) error {
		p.a.Secrets.Add(t.Secret)
		return rotation.Deliver(ctx, p.env, rotation.Step{
			ID: t.ID, Org: s.Org, User: s.Org, Label: t.Label, To: s.To, New: rotation.Token{Secret: t.Secret},
		})
	}
	return apply.Do(ctx, j, s, past)
}

// check refuses what --yes does not cover.
func (p *orgApply) check(_ context.Context, steps []orgfile.Step) error {
	if verb.Decided(p.cmd) == "resume" {
		return nil // it was agreed to before
	}
	if n := len(steps); *p.most > 0 && n > *p.most {
		return cli.NewUsageError(fmt.Errorf("there are %s, more than --max-changes %d: nothing was changed",
			cli.Amount(n, "changes"), *p.most))
	}
	for _, s := range steps {
		if s.To.By != "" {
			if err := p.secrets.checkDelivery(s.To); err != nil {
				return cli.NewUsageError(err)
			}
		}
	}
	p.steps = steps
	if terminal.IsTerminal(p.a.IO.In) && !p.a.Flags.Yes {
		return nil // begin asks
	}
	for _, g := range p.guarded() {
		return cli.NewUsageError(fmt.Errorf("%s %s: pass --%s (--yes is not enough); nothing was changed",
			strings.ToLower(g.Verb), strings.Join(g.Items, ", "), g.flag))
	}
	return nil
}

// A guarded operation needs its own flag, or its own answer.
type guarded struct {
	cli.Operation
	flag string
}

// guarded returns the operations that no flag allows.
func (p *orgApply) guarded() (all []guarded) {
	add := func(repos []string, allowed bool, verb, flag string) {
		if len(repos) > 0 && !allowed {
			o := cli.Operation{Verb: verb, Noun: "repositories", Owner: p.org, Items: repos}
			all = append(all, guarded{o, flag})
		}
	}
	add(orgfile.Deleted(p.steps), *p.deletion, "Delete", "allow-delete-repositories")
	add(orgfile.Public(p.steps), *p.public, "Make public", "allow-public")
	return all
}

// begin asks for what --yes does not cover, and refuses to start if somebody has changed
// the organization in the meantime.
func (p *orgApply) begin(ctx context.Context) error {
	for _, g := range p.guarded() {
		if err := p.a.ConfirmTyped(ctx, p.a.Question(g.Operation), p.org); err != nil {
			return err
		}
	}
	sections := orgfile.SectionsIn(p.world)
	live, err := readOrg(ctx, p.a, p.client, p.org, sections)
	if err == nil && live.Fingerprint(sections) != p.world {
		err = errors.New("the organization was changed by somebody else since it was read: nothing was changed, so try again")
	}
	return err
}
