package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/retention"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

// A pruneStep is what is to become of a tag. Digest and Pushed are what it was
// when that was decided.
type pruneStep struct {
	Tag    string         `json:"tag"` // NAMESPACE/REPOSITORY:TAG
	Action string         `json:"action"`
	Reason string         `json:"reason"`
	Digest string         `json:"digest,omitempty"`
	Pushed dockerhub.Time `json:"pushed"`
	Pulled dockerhub.Time `json:"pulled"`
	Size   int64          `json:"size"` // in bytes; 0 = not known
}

func (s pruneStep) Key() string           { return s.Tag }
func (s pruneStep) Acts() bool            { return s.Action == "delete" }
func (s pruneStep) Names() []string       { return strings.Split(s.Tag, ":") }
func (s pruneStep) JSON() json.RawMessage { return cli.MustJSON(s) }

var pruneTable = output.Table[pruneStep]{
	{Name: "tag", Key: true, Cell: func(s pruneStep) output.Value { return output.Text(s.Tag) }},
	{Name: "action", Cell: func(s pruneStep) output.Value { return output.Text(s.Action) }},
	{Name: "pushed", Cell: func(s pruneStep) output.Value { return output.Time(s.Pushed.Time) }},
	{Name: "pulled", Wide: true, Cell: func(s pruneStep) output.Value { return output.Time(s.Pulled.Time) }},
	{Name: "size", Cell: func(s pruneStep) output.Value { return knownSize(s.Size) }},
	{Name: "reason", Cell: func(s pruneStep) output.Value { return output.Text(s.Reason) }},
	{Name: "digest", Wide: true, Cell: func(s pruneStep) output.Value { return output.Text(s.Digest) }},
}

func tagsPrune(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "prune [NAMESPACE/REPOSITORY]...", Short: "Delete the tags that no rule keeps",
		Long: "Delete the tags of repositories that no rule keeps.\n\n" +
			"In question are the tags that match --drop, or all without it. Of these, all are kept\n" +
			"that any --keep… rule keeps, that share a digest with a tag which stays, or that an\n" +
			"immutability rule of the repository protects; the rest is deleted. Other tags are\n" +
			"left alone. If all tags of a repository are in question, the newest stays.\n\n" +
			"--dry-run says of each tag which rule decided; with -q it names those to be deleted\n" +
			"alone. Just before a tag is deleted it is looked at once more: one that was pushed\n" +
			"again since the plan is left alone.\n\n" +
			"A policy file holds rules for several repositories; the first that matches counts:\n\n" +
			"  rules:\n" +
			"    - match: ^acme/.*-api$\n" +
			"      drop: ['^pr-', '^sha-']\n" +
			"      keep-last: 10\n" +
			"      keep-newer-than: 90d\n" +
			"      keep-pulled-within: 30d\n" +
			"      keep: ['^v\\d']\n" +
			"      # also: semver, digest-guard (true), allow-empty",
		Example: "  hubctl tags prune acme/checkout-api --drop '^pr-' --keep-newer-than 30d --dry-run\n" +
			"  hubctl tags prune acme/checkout-api --keep-last 20 --keep '^v' --keep-pulled-within 90d\n" +
			"  hubctl tags prune --all-repos --namespace acme --match-repo -api$ --policy prune.yaml --yes\n" +
			"  hubctl tags prune acme/checkout-api --policy prune.yaml --plan-out plan.json\n" +
			"  hubctl tags prune --plan plan.json --yes",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	p := pruneFlags(a, cmd)
	return verb.Planned(a, cmd, verb.PlanSpec[pruneStep]{
		Kind: "tags prune", Verb: "Delete", Done: "deleted", Things: "tags", Table: pruneTable,
		Plan: p.plan, Adopt: p.adopt, Fingerprint: p.fingerprint, About: p.about, Do: p.do,
	})
}

// A pruner is the command's flags, and what it has found.
type pruner struct {
	a          *cli.App
	cmd        *cobra.Command
	all        *bool
	match      *string
	policyFile *string
	rule       func() (retention.Rule, error)
	freed      int64 // by the plan, in bytes
}

func pruneFlags(a *cli.App, cmd *cobra.Command) *pruner {
	f := cmd.Flags()
	p := &pruner{a: a, cmd: cmd}
	p.all = f.Bool("all-repos", false, "prune every repository of the namespace")
	p.match = f.String("match-repo", "", "with --all-repos: only names that match this `regexp`")
	p.policyFile = f.String("policy", "", "YAML `file` with rules, instead of those given by flags")
	var r retention.Rule
	f.IntVar(&r.KeepLast, "keep-last", 0, "keep the newest `N` of the tags in question, by the time of the push")
	f.BoolVar(&r.SemVer, "semver", false, "newest by version, and what is no version is not in question")
	newer := cli.DurationFlag(cmd, "keep-newer-than", "keep what was pushed within this `time`, such as 90d")
	pulled := cli.DurationFlag(cmd, "keep-pulled-within", "keep what was pulled within this `time`, such as 30d")
	keep := f.StringArray("keep", nil, "keep the tags that match this regular `expression`; repeatable")
	drop := f.StringArray("drop", nil, "in question are only the tags that match this regular `expression`; repeatable")
	f.BoolVar(&r.NoDigestGuard, "no-digest-guard", false, "delete a tag even if one that stays has the same digest")
	f.BoolVar(&r.AllowEmpty, "allow-empty", false, "delete the last tag of a repository too")
	for _, name := range []string{
		"keep-last", "semver", "keep-newer-than", "keep-pulled-within", "keep", "drop",
		"no-digest-guard", "allow-empty",
	} {
		cmd.MarkFlagsMutuallyExclusive("policy", name)
	}
	for _, name := range []string{"match-repo", "keep-last", "keep", "drop"} {
		cli.CompleteFlag(cmd, name)
	}
	p.rule = func() (retention.Rule, error) {
		r.KeepNewerThan, r.KeepPulledWithin = newer.Value, pulled.Value
		var err error
		if r.Keep, err = retention.Patterns(*keep); err != nil {
			return r, fmt.Errorf("--keep: %w", err)
		}
		if r.Drop, err = retention.Patterns(*drop); err != nil {
			return r, fmt.Errorf("--drop: %w", err)
		}
		return r, r.Check("--")
	}
	return p
}

// policy is what the flags or the file say.
func (p *pruner) policy(ctx context.Context) (retention.Policy, error) {
	if *p.policyFile == "" {
		rule, err := p.rule()
		return retention.Policy{{Match: regexp.MustCompile(""), Rule: rule}}, err
	}
	b, err := p.a.IO.ReadFile(ctx, *p.policyFile)
	if err != nil {
		return nil, err
	}
	policy, err := retention.ParsePolicy(b, settings.ParseDuration)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", *p.policyFile, err)
	}
	return policy, nil
}

// repositories are those of the arguments or of the namespace, each once.
func (p *pruner) repositories(ctx context.Context, c *dockerhub.Client, args []string) ([]string, error) {
	match, err := regexp.MustCompile(""), error(nil)
	if *p.match != "" {
		match, err = retention.Pattern(*p.match)
	}
	switch {
	case err != nil:
		return nil, cli.NewUsageError(fmt.Errorf("--match-repo: %w", err))
	case *p.match != "" && !*p.all:
		return nil, cli.NewUsageError(errors.New("--match-repo needs --all-repos"))
	case len(args) > 0 && *p.all:
		return nil, cli.NewUsageError(errors.New("give either repositories or --all-repos"))
	case len(args) == 0 && !*p.all:
		return nil, cli.NewUsageError(errors.New("no repositories given: name them, or give --all-repos"))
	}
	named, err := verb.Identifiers(ctx, p.a, args, p.a.Repository)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, n := range named {
		all = append(all, n.Value.String())
	}
	if *p.all {
		namespace, err := cli.NamespaceOf(p.a, nil)
		if err != nil {
			return nil, err
		}
		for r, err := range c.Repos.List(ctx, namespace, "") {
			if err != nil {
				return nil, err
			}
			if match.MatchString(r.Name) {
				all = append(all, r.Namespace+"/"+r.Name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (p *pruner) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]pruneStep, string, error) {
	policy, err := p.policy(ctx)
	if err != nil {
		return nil, "", cli.NewUsageError(err)
	}
	repositories, err := p.repositories(ctx, c, args)
	if err != nil {
		return nil, "", err
	}
	var steps []pruneStep
	world := sha256.New()
	for _, name := range repositories {
		rule, ok := policy.For(name)
		if !ok {
			p.a.Notice("no rule is for %s, which is left alone", name)
			continue
		}
		found, err := p.snapshot(ctx, c, name)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		_, _ = world.Write([]byte(found.fingerprint()))
		rule.Protected = found.protected
		verdicts := rule.Decide(found.tags, p.a.Now)
		p.freed += retention.Freed(verdicts)
		for _, v := range verdicts {
			s := pruneStep{
				Tag: name + ":" + v.Name, Action: "keep", Reason: v.Reason, Digest: v.Digest,
				Pushed: dockerhub.Time{Time: v.Pushed}, Pulled: dockerhub.Time{Time: v.Pulled}, Size: v.Size,
			}
			if v.Drop {
				s.Action = "delete"
			}
			steps = append(steps, s)
		}
	}
	return steps, hex.EncodeToString(world.Sum(nil)), nil
}

// A repoSnapshot is what there is in a repository.
type repoSnapshot struct {
	name      string
	tags      []retention.Tag
	protected []*regexp.Regexp
}

// snapshot reads a repository: its immutability rules, and its tags.
func (p *pruner) snapshot(ctx context.Context, c *dockerhub.Client, name string) (repoSnapshot, error) {
	s := repoSnapshot{name: name}
	namespace, repository, _ := strings.Cut(name, "/")
	r, err := c.Repos.Get(ctx, namespace, repository)
	if err != nil {
		return s, err
	}
	if r.ImmutableTags != nil && r.ImmutableTags.Enabled {
		if s.protected, err = retention.Patterns(r.ImmutableTags.Rules); err != nil || len(s.protected) == 0 {
			s.protected = []*regexp.Regexp{regexp.MustCompile(".*")} // what cannot be read may protect anything
		}
	}
	for t, err := range c.Tags.List(ctx, namespace, repository, dockerhub.TagListOptions{}) {
		if err != nil {
			return s, err
		}
		s.tags = append(s.tags, retention.Tag{
			Name: t.Name, Digest: t.Digest, Pushed: t.LastPushed.Time, Pulled: t.LastPulled.Time, Size: t.FullSize,
			PullsUnknown: !t.PullsKnown(),
		})
	}
	return s, nil
}

// fingerprint changes when a tag is made, deleted or pushed again, or another
// one is protected.
func (s repoSnapshot) fingerprint() string {
	lines := []string{}
	for _, t := range s.tags {
		lines = append(lines, fmt.Sprintf("%q %q %s", t.Name, t.Digest, t.Pushed.UTC().Format(time.RFC3339Nano)))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%q %q %q\n", s.name, s.protected, lines)
}

// adopt refuses a saved plan that names anything but whole tags.
func (*pruner) adopt(steps []pruneStep) ([]pruneStep, error) {
	for _, s := range steps {
		r, err := hub.ParseReference(s.Tag)
		switch {
		case err != nil:
			return nil, err
		case r.Tag == "" || r.String() != s.Tag:
			return nil, fmt.Errorf("expected NAMESPACE/REPO:TAG, got %q", s.Tag)
		case s.Action != "keep" && s.Action != "delete":
			return nil, fmt.Errorf("%s: the action must be one of keep, delete", s.Tag)
		}
	}
	return steps, nil
}

func (p *pruner) fingerprint(ctx context.Context, c *dockerhub.Client, plan job.Plan[pruneStep]) (string, error) {
	world := sha256.New()
	last := ""
	for _, s := range plan.Steps {
		name, _, _ := strings.Cut(s.Tag, ":")
		if name == last {
			continue
		}
		last = name
		found, err := p.snapshot(ctx, c, name)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		_, _ = world.Write([]byte(found.fingerprint()))
	}
	return hex.EncodeToString(world.Sum(nil)), nil
}

// about is an estimate of what the plan frees; there is none of a saved one.
func (p *pruner) about([]pruneStep) string {
	if p.freed == 0 {
		return ""
	}
	return fmt.Sprintf("%s at the most (an estimate: layers may be shared)", output.Size(p.freed))
}

// do deletes a tag that is still what it was. One that is gone is as it should be.
func (p *pruner) do(ctx context.Context, c *dockerhub.Client, _ *job.Job[pruneStep], s pruneStep,
	_ job.Progress,
) error {
	r, err := hub.ParseReference(s.Tag)
	if err != nil {
		return err
	}
	t, err := c.Tags.Get(ctx, r.Namespace, r.Name, r.Tag)
	if errors.Is(err, dockerhub.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if t.Digest != s.Digest || !t.LastPushed.Truncate(time.Microsecond).Equal(s.Pushed.Truncate(time.Microsecond)) {
		return hub.ConflictError("it was pushed again since the plan was made, and was left alone")
	}
	err = c.Tags.Delete(ctx, r.Namespace, r.Name, r.Tag)
	if errors.Is(err, dockerhub.ErrNotFound) {
		return nil // somebody was faster
	}
	return err
}
