package cmd

import (
	"context"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/prune"
	"github.com/hubctl/hubctl/internal/retention"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

var pruneTable = output.Table[prune.Step]{
	{Name: "tag", Key: true, Cell: func(s prune.Step) output.Value { return output.Text(s.Tag) }},
	{Name: "action", Cell: func(s prune.Step) output.Value { return output.Text(s.Action) }},
	{Name: "pushed", Cell: func(s prune.Step) output.Value { return output.Time(s.Pushed.Time) }},
	{Name: "pulled", Wide: true, Cell: func(s prune.Step) output.Value { return output.Time(s.Pulled.Time) }},
	{Name: "size", Cell: func(s prune.Step) output.Value { return knownSize(s.Size) }},
	{Name: "reason", Cell: func(s prune.Step) output.Value { return output.Text(s.Reason) }},
	{Name: "digest", Wide: true, Cell: func(s prune.Step) output.Value { return output.Text(s.Digest) }},
}

func tagsPrune(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "prune REPO...|--all-repos", Short: "Delete tags that no rule keeps",
		Long: `Delete the tags of repositories that no rule keeps.

Prune considers the tags that match --drop, or every tag if --drop is not
given. Of these, it keeps tags that

  - match a --keep… flag; --keep-last counts each content type separately
  - have the same digest as a kept tag
  - are immutable in their repository

and deletes the rest. If it considers every tag of a repository, it keeps the
newest one. Signatures, attestations and SBOMs by cosign (sha256-….sig, .att,
.sbom) are kept and deleted with their image, and kept if it has no tag.

--dry-run shows the decision and reason for each tag; with -q, it prints only
the tags that would be deleted. A tag pushed again after planning is not
deleted.

A policy file has rules for several repositories. The first match counts:

  rules:
    - match: ^acme/.*-api$
      drop: ['^pr-', '^sha-']
      keep-last: 10
      keep-newer-than: 90d
      keep-pulled-within: 30d
      keep: ['^v\d']
      # optional: semver, allow-empty, digest-guard (on by default)`,
		Example: "  hubctl tags prune acme/checkout-api --drop '^pr-' --dry-run\n" +
			"  hubctl tags prune acme/checkout-api --keep-last 20 --keep '^v'\n" +
			"  hubctl tags prune --all-repos --namespace acme --match-repo -api$ \\\n" +
			"    --policy prune.yaml --yes\n" +
			"  hubctl tags prune acme/checkout-api --policy prune.yaml --plan-out plan.json\n" +
			"  hubctl tags prune --plan plan.json --yes",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	p := pruneFlags(a, cmd)
	return verb.Planned(a, cmd, verb.PlanSpec[prune.Step]{
		Kind: "tags prune", Verb: "Delete", Done: "deleted", Table: pruneTable,
		Plan: p.plan, Adopt: prune.Check, About: p.about,
		Fingerprint: func(ctx context.Context, c *dockerhub.Client, plan job.Plan[prune.Step]) (string, error) {
			return prune.Fingerprint(ctx, c, a.Settings.Concurrency, plan.Steps)
		},
		Do: func(ctx context.Context, c *dockerhub.Client, _ *job.Job[prune.Step], s prune.Step, _ job.Progress) error {
			return prune.Delete(ctx, c, s)
		},
	})
}

// A pruner holds the flags of tags prune.
type pruner struct {
	a          *cli.App
	repos      func(context.Context, *dockerhub.Client, []string) ([]string, error)
	policyFile *cli.Flag[string]
	rule       func() (retention.Rule, error)
	freed      int64 // by the plan, in bytes
}

func pruneFlags(a *cli.App, cmd *cobra.Command) *pruner {
	f := cmd.Flags()
	var r retention.Rule
	p := &pruner{
		a:          a,
		repos:      verb.SelectRepos(a, cmd),
		policyFile: cli.PathFlag(cmd, "policy", "read the rules from this YAML `file`"),
	}
	f.IntVar(&r.KeepLast, "keep-last", 0, "keep the `N` most recently pushed tags")
	f.BoolVar(&r.SemVer, "semver", false, "with --keep-last: keep the highest versions")
	newer := cli.DurationFlag(cmd, "keep-newer-than", "keep tags pushed within this `duration`, such as 90d")
	pulled := cli.DurationFlag(cmd, "keep-pulled-within", "keep tags pulled within this `duration`, such as 30d")
	keep := cli.StringsFlag(cmd, "keep", "keep tags that match this `regexp` (repeatable)", cobra.NoFileCompletions)
	drop := cli.StringsFlag(cmd, "drop", "consider only tags that match this `regexp` (repeatable)",
		cobra.NoFileCompletions)
	f.BoolVar(&r.NoDigestGuard, "no-digest-guard", false, "delete tags even if they share a digest with a kept tag")
	f.BoolVar(&r.AllowEmpty, "allow-empty", false, "delete even the last tag of a repository")
	rules := []string{
		"keep-last", "semver", "keep-newer-than", "keep-pulled-within", "keep", "drop", "no-digest-guard", "allow-empty",
	}
	for _, name := range rules {
		cli.Exclusive(cmd, "policy", name)
	}
	cli.CompleteFlag(cmd, "keep-last")
	p.rule = func() (_ retention.Rule, err error) {
		r.KeepNewerThan, r.KeepPulledWithin = newer.Value, pulled.Value
		if r.Keep, err = retention.Patterns(keep.Value); err != nil {
			return r, fmt.Errorf("--keep: %w", err)
		}
		if r.Drop, err = retention.Patterns(drop.Value); err != nil {
			return r, fmt.Errorf("--drop: %w", err)
		}
		return r, r.Check("--")
	}
	return p
}

// policy returns the rules from the flags or the file.
func (p *pruner) policy(ctx context.Context) (retention.Policy, error) {
	if !p.policyFile.Changed() {
		rule, err := p.rule()
		return retention.Policy{{Match: regexp.MustCompile(""), Rule: rule}}, err
	}
	b, err := p.a.IO.ReadFile(ctx, p.policyFile.Value)
	if err != nil {
		return nil, err
	}
	policy, err := retention.ParsePolicy(b, settings.ParseDuration)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.policyFile.Value, err)
	}
	return policy, nil
}

func (p *pruner) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]prune.Step, string, error) {
	policy, err := p.policy(ctx)
	if err != nil {
		return nil, "", cli.NewUsageError(err)
	}
	repositories, err := p.repos(ctx, c, args)
	if err != nil {
		return nil, "", err
	}
	planner := prune.Planner{
		Client: c, Policy: policy, Now: p.a.Now, Notice: p.a.Notice, Concurrency: p.a.Settings.Concurrency,
	}
	steps, world, freed, err := planner.Plan(ctx, repositories)
	p.freed = freed
	return steps, world, err
}

// about estimates the space that a new plan frees; a saved plan has no estimate.
func (p *pruner) about([]prune.Step) string {
	if p.freed == 0 {
		return ""
	}
	return fmt.Sprintf("up to %s (images may share layers)", output.Size(p.freed))
}
