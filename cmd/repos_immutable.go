package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

// maxRules is the maximum number of immutability rules of a repository.
const maxRules = 5

// everyTag is the rule that the Hub's website starts with.
const everyTag = ".*"

// immutability holds the settings of a repository's immutable tags.
type immutability struct{ repo dockerhub.Repo }

// JSON returns that part of the repository in the form that the server sent.
func (i immutability) JSON() json.RawMessage {
	if i.repo.JSON() == nil {
		return nil
	}
	part := struct {
		Settings json.RawMessage `json:"immutable_tags_settings"`
	}{json.RawMessage("null")}
	_ = json.Unmarshal(i.repo.JSON(), &part) // it was decoded earlier
	if string(part.Settings) == "null" && i.repo.ImmutableTags != nil {
		return cli.MustJSON(i.repo.ImmutableTags) // sent in the old form
	}
	return part.Settings
}

// Page returns the path of the repository's page.
func (i immutability) Page() string { return i.repo.Page() }

var immutableTable = output.Table[immutability]{
	{Name: "repository", Key: true, Cell: func(i immutability) output.Value { return output.Text(i.repo.FullName()) }},
	{Name: "enabled", Cell: func(i immutability) output.Value {
		return output.Optional(i.repo.ImmutableTags,
			func(t dockerhub.ImmutableTags) output.Value { return output.Bool(t.Enabled) })
	}},
	{Name: "rules", Cell: func(i immutability) output.Value {
		return output.Optional(i.repo.ImmutableTags,
			func(t dockerhub.ImmutableTags) output.Value { return output.List(t.Rules) })
	}},
}

func reposImmutable(a *cli.App) *cobra.Command {
	return cli.Called(cli.Group(a, "immutable", "Manage immutable tags", immutableGet, immutableSet, immutableVerify),
		"immutable tags", "immutable tags of %s")
}

func immutableGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get REPO", Short: "Show the rules for immutable tags", Args: cli.ExactArgs(1),
		Example: "  hubctl repos immutable get acme/checkout-api", ValidArgsFunction: completeRepos(a),
	}
	return verb.ShowOfRepo(a, cmd, immutableTable,
		func(ctx context.Context, c *dockerhub.Client, ref hub.Reference, _ []string) (immutability, error) {
			r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
			return immutability{r}, err
		})
}

func immutableSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set REPO", Short: "Change the rules for immutable tags",
		Args: cli.ExactArgs(1), ValidArgsFunction: completeRepos(a),
		Long: `Turn immutable tags on or off, or change the rules for tags that cannot be
pushed again. --rule replaces all existing rules. Settings that are not given
keep their values. If there are no rules, --enable protects every tag.`,
		Example: "  hubctl repos immutable set acme/checkout-api --enable \\\n" +
			"    --rule 'v.*' --rule '.*-RELEASE'\n" +
			"  hubctl repos immutable set acme/checkout-api --disable",
	}
	enable := cli.BoolFlag(cmd, "enable", "protect the tags that match a rule")
	disable := cli.BoolFlag(cmd, "disable", "allow all tags to be pushed again")
	rules := cli.StringsFlag(cmd, "rule", "protect tags that match this `regexp` (repeatable, up to 5)",
		cobra.NoFileCompletions)
	cli.Exclusive(cmd, "enable", "disable")
	cli.OneRequired(cmd, "enable", "disable", "rule")
	set := func(ctx context.Context, c *dockerhub.Client, ref hub.Reference, _ []string) (immutability, error) {
		if err := checkRules(rules.Value); err != nil {
			return immutability{}, err
		}
		now, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			return immutability{}, err
		}
		t := *cmp.Or(now.ImmutableTags, &dockerhub.ImmutableTags{})
		t.Enabled = (t.Enabled || enable.Value) && !disable.Value
		t.Rules = *cmp.Or(rules.OrNil(), &t.Rules)
		if t.Enabled && len(t.Rules) == 0 {
			t.Rules = []string{everyTag}
		}
		r, err := c.Repos.SetImmutableTags(ctx, ref.Namespace, ref.Name, t)
		return immutability{r}, err
	}
	cli.Changes(cmd)
	return verb.ShowOfRepo(a, cmd, immutableTable, set)
}

func checkRules(rules []string) error {
	if len(rules) > maxRules {
		return cli.NewUsageError(fmt.Errorf("got %d rules: at most %d are allowed", len(rules), maxRules))
	}
	for _, rule := range rules {
		if err := checkRule(rule); err != nil {
			return err
		}
	}
	return nil
}

// checkRule refuses rules that the Hub cannot store, since it separates them by commas.
func checkRule(rule string) error {
	switch _, err := regexp.Compile(rule); {
	case err != nil:
		return cli.NewUsageError(fmt.Errorf("invalid rule %q: %w", rule, err))
	case rule == "" || strings.Contains(rule, ","):
		return cli.NewUsageError(fmt.Errorf("invalid rule %q: it must not be empty or contain a comma", rule))
	}
	return nil
}

// matchedTag is a tag that a rule matches.
type matchedTag struct{ hub.Reference }

// JSON returns the tag's name in the form that the server sent.
func (t matchedTag) JSON() json.RawMessage { return cli.MustJSON(t.Tag) }

var matchedTagTable = output.Table[matchedTag]{
	{Name: "tag", Key: true, Cell: func(t matchedTag) output.Value { return output.Text(t.String()) }},
}

func immutableVerify(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify REPO REGEXP", Short: "List tags that a rule would match", Args: cli.ExactArgs(2),
		Long:              `Ask the Hub which tags a rule for immutable tags would match.`,
		Example:           `  hubctl repos immutable verify acme/checkout-api 'v.*'`,
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), cobra.NoFileCompletions),
	}
	rows := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, args []string) iter.Seq2[matchedTag, error] {
		if err := checkRule(args[0]); err != nil {
			return seq.Fail[matchedTag](err)
		}
		tags := seq.From(c.Repos.VerifyImmutableTags(ctx, r.Namespace, r.Name, args[0]))
		return seq.Map(tags, func(tag string) matchedTag {
			return matchedTag{hub.Reference{Namespace: r.Namespace, Name: r.Name, Tag: tag}}
		})
	}
	return verb.ListOfRepo(a, cmd, matchedTagTable, rows)
}
