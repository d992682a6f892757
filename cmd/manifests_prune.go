package cmd

import (
	"context"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/gc"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var gcTable = output.Table[gc.Step]{
	{Name: "manifest", Key: true, Cell: func(s gc.Step) output.Value { return output.Digest(s.Manifest) }},
	{Name: "action", Cell: func(s gc.Step) output.Value { return output.Text(s.Action) }},
	{Name: "reason", Cell: func(s gc.Step) output.Value { return output.Text(s.Reason) }},
	{Name: "pushed", Cell: func(s gc.Step) output.Value { return output.Time(s.Pushed.Time) }},
	{Name: "size", Cell: func(s gc.Step) output.Value { return knownSize(s.Size) }},
	{Name: "media_type", Wide: true, Cell: func(s gc.Step) output.Value { return output.Text(s.MediaType) }},
}

func manifestsPrune(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "prune REPO...|--all-repos", Short: "Delete untagged manifests that nothing needs",
		Long: `Delete the untagged manifests of repositories, to free their storage. Manifests
become untagged when their tag is deleted or pushed again.

Prune never deletes a manifest that has a tag, or that is needed by one that
stays:

  - an image in an index
  - an image that an attestation, an SBOM or another referrer is about
  - a referrer of an image that stays
  - an image with signatures by cosign (the tag sha256-….sig, .att or .sbom)

--dry-run shows the decision and reason for each untagged manifest; with -q, it
prints only the ones that would be deleted. Sizes are estimates, because images
share layers. An index is deleted before its images.

Prune reads the manifests of a repository to find out what refers to what.
Docker counts each as a pull, which matters on plans that limit pulls.

` + registryHelp,
		Example: "  hubctl manifests prune acme/shipping-api --dry-run\n" +
			"  hubctl manifests prune acme/shipping-api --pushed-before 30d --yes\n" +
			"  hubctl manifests prune --all-repos --namespace acme --match-repo -api$ \\\n" +
			"    --plan-out plan.json\n" +
			"  hubctl manifests prune --plan plan.json --yes",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	p := &manifestPruner{a: a, repos: verb.SelectRepos(a, cmd)}
	p.pushed = cli.PastFlag(a, cmd, "pushed-before", "only manifests pushed before this `time`, such as 30d ago")
	p.mediaType = verb.PatternFlag(cmd, "media-type", "only media types that match this `regexp`")
	return verb.Planned(a, cmd, verb.PlanSpec[gc.Step]{
		Kind: "manifests prune", Verb: "Delete", Done: "deleted", Things: "untagged manifests", Table: gcTable,
		Plan: p.plan, Adopt: gc.Check, About: p.about, Do: p.do,
		Became: func(s gc.Step) string { return became(p.Outcome(s.Manifest)) },
		Fingerprint: func(ctx context.Context, c *dockerhub.Client, plan job.Plan[gc.Step]) (string, error) {
			return gc.Fingerprint(ctx, c, a.Settings.Concurrency, plan.Steps)
		},
		Check: func(context.Context, []gc.Step) error { return p.open(a.Current.Client) },
	})
}

// A manifestPruner holds the flags of manifests prune, and deletes manifests.
type manifestPruner struct {
	gc.Deleter
	a         *cli.App
	repos     func(context.Context, *dockerhub.Client, []string) ([]string, error)
	pushed    *cli.Moment
	mediaType func() *regexp.Regexp
	freed     int64 // by the plan, in bytes
}

// open refuses sessions that the registry does not accept.
func (p *manifestPruner) open(c *dockerhub.Client) (err error) {
	if p.Registry == nil {
		p.Registry, err = imageRegistry(p.a, c)
	}
	return err
}

func (p *manifestPruner) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]gc.Step, string, error) {
	if err := p.open(c); err != nil {
		return nil, "", err
	}
	repositories, err := p.repos(ctx, c, args)
	if err != nil {
		return nil, "", err
	}
	planner := gc.Planner{Client: c, Registry: p.Registry, Concurrency: p.a.Settings.Concurrency}
	planner.Filter.MediaType = p.mediaType()
	if p.pushed.At != nil {
		planner.Filter.PushedBefore = p.pushed.At.Time
	}
	steps, world, freed, err := planner.Plan(ctx, repositories)
	p.freed = freed
	return steps, world, err
}

// about estimates the space that a new plan frees; a saved plan has no estimate.
func (p *manifestPruner) about([]gc.Step) string {
	if p.freed == 0 {
		return ""
	}
	return fmt.Sprintf("up to %s (an estimate: images may share layers)", output.Size(p.freed))
}

func (p *manifestPruner) do(
	ctx context.Context, _ *dockerhub.Client, j *job.Job[gc.Step], s gc.Step, past job.Progress,
) error {
	r, err := hub.ParseManifest(s.Manifest)
	if err != nil {
		return err
	}
	return p.Delete(ctx, r, s.Referrers, j.Failed, past.Begun)
}
