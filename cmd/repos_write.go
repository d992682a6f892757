package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/verb"
)

func reposPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch REPO", Short: "Change the description or visibility of a repository", Args: cli.ExactArgs(1),
		Long: `Change the descriptions of a repository, or make it public or private.

Making a repository public shows its content to everyone, so hubctl asks first.
If only one of the two descriptions is given, hubctl reads the other and sends
both, because the Hub may lose a description that is not sent.`,
		Example: "  hubctl repos patch acme/checkout-api --description 'The API'\n" +
			"  hubctl repos patch acme/checkout-api --private\n" +
			"  hubctl repos patch acme/checkout-api --public --yes",
		ValidArgsFunction: completeRepos(a),
	}
	d := describeFlags(cmd)
	cli.OneRequired(cmd, "description", "readme", "public", "private", "file")
	patch := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, _ []string) (none dockerhub.Repo, _ error) {
		p, private, err := d.patch(ctx, a)
		if err != nil {
			return none, err
		}
		if private != nil {
			if err := setPrivate(ctx, a, c, r, *private); err != nil {
				return none, err
			}
		}
		switch {
		case d.file.Changed() || p.Description != nil || p.Readme != nil:
			v, err := c.Repos.Update(ctx, r.Namespace, r.Name, p)
			if err != nil && private != nil && !a.Flags.DryRun {
				err = fmt.Errorf("changed the visibility of %s, but not the rest: %w", r, err)
			}
			return v, err
		case a.Flags.DryRun:
			return none, dockerhub.ErrDryRun
		}
		return c.Repos.Get(ctx, r.Namespace, r.Name)
	}
	return verb.ShowOfRepo(a, cmd, repoTable, patch)
}

// setPrivate makes a repository private or, once confirmed, public.
func setPrivate(ctx context.Context, a *cli.App, c *dockerhub.Client, r hub.Reference, private bool) error {
	if !private {
		o := cli.Operation{Verb: "Make public", Noun: "repositories", Items: []string{r.String()}}
		if err := a.Confirm(ctx, a.Question(o)); err != nil {
			return err
		}
	}
	err := c.Repos.SetPrivate(ctx, r.Namespace, r.Name, private)
	if errors.Is(err, dockerhub.ErrDryRun) {
		return nil
	}
	return err
}

// privateIn returns the visibility that a file sets, or nil.
func privateIn(b dockerhub.Body) *bool {
	var in struct {
		Private *bool `json:"is_private"`
	}
	_ = json.Unmarshal(b.Base, &in) // the server refuses other types
	return in.Private
}

// A describer holds the flags that describe a repository.
type describer struct {
	description, readme *cli.Flag[string]
	private, public     *cli.Flag[bool]
	file                *cli.BodyFile
}

func describeFlags(cmd *cobra.Command) describer {
	d := describer{
		description: cli.StringFlag(cmd, "description", "short description, a `text` of up to 100 bytes"),
		readme:      cli.PathFlag(cmd, "readme", "full description: a Markdown `file` (-: standard input)"),
		private:     cli.BoolFlag(cmd, "private", "hide the repository from the public"),
		public:      cli.BoolFlag(cmd, "public", "show the repository to everyone"),
		file:        cli.BodyFlag(cmd),
	}
	cli.Exclusive(cmd, "public", "private")
	return d
}

// read returns the descriptions, without the visibility.
func (d describer) read(ctx context.Context, a *cli.App) (dockerhub.RepoPatch, error) {
	p := dockerhub.RepoPatch{Body: d.file.Body, Description: d.description.OrNil()}
	if !d.readme.Changed() {
		return p, nil
	}
	text, err := a.IO.ReadText(ctx, d.readme.Value)
	if err != nil {
		err = cli.NewUsageError(err)
	}
	p.Readme = &text
	return p, err
}

// patch returns the changes, and the new visibility, which has its own request; nil =
// unchanged.
func (d describer) patch(ctx context.Context, a *cli.App) (p dockerhub.RepoPatch, private *bool, err error) {
	if p, err = d.read(ctx, a); err != nil {
		return p, nil, err
	}
	private = d.isPrivate()
	if d.file.Changed() {
		if p.Private = private; private == nil {
			private = privateIn(d.file.Body)
		}
	}
	return p, private, p.Check()
}

// isPrivate returns nil if neither --public nor --private was given.
func (d describer) isPrivate() *bool {
	if d.public.Changed() {
		return new(!d.public.Value)
	}
	return d.private.OrNil()
}

func reposDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO...", Short: "Delete repositories with all their tags",
		Long: `Delete repositories with all their tags. This cannot be undone. On a terminal,
hubctl asks you to type the name of each one; elsewhere it needs --yes.
- reads repositories from standard input, one per line.`,
		Example: "  hubctl repos delete acme/accounts-admin\n" +
			"  hubctl repos list acme -q --stale-for 10y | hubctl repos delete - --yes",
		ValidArgsFunction: completeRepos(a),
	}
	return verb.Bulk(a, cmd, verb.BulkAction[hub.Reference]{
		Verb: "Delete", Done: "deleted", Ask: true, Parse: a.Repository,
		Question: func(ctx context.Context, items []string) error { return confirmNames(ctx, a, cmd, items) },
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) error {
			return c.Repos.Delete(ctx, r.Namespace, r.Name)
		},
	})
}

// confirmNames asks for the name of each repository before they are deleted.
func confirmNames(ctx context.Context, a *cli.App, cmd *cobra.Command, items []string) error {
	o := cli.Operation{Verb: "Delete", Noun: cli.Things(cmd), Items: items, With: "with all their tags"}
	if r, err := a.Repository(items[0]); len(items) == 1 && err == nil {
		o.With = "and all its tags"
		if n, err := a.Current.Client.Tags.Count(ctx, r.Namespace, r.Name); err == nil {
			o.With = fmt.Sprintf("and its %d tags", n)
		}
	}
	question := a.Question(o)
	for _, item := range items {
		if err := a.ConfirmTyped(ctx, question, item); err != nil {
			return err
		}
		question = ""
	}
	return nil
}

func reposExists(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "exists REPO", Short: "Check whether a repository exists", Args: cli.ExactArgs(1),
		Long: `Check whether a repository exists. If it does not, or the session may not see
it, the exit status is 8. Nothing is printed without -o, --jq or --template.`,
		Example: "  hubctl repos exists acme/api || hubctl repos create acme/api", ValidArgsFunction: completeRepos(a),
	}
	return verb.Exists(a, cmd, a.Repository, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		there, err := c.Repos.Exists(ctx, r.Namespace, r.Name)
		return cli.CheckResult(there, err, r.Repository()+" does not exist, or this session may not see it")
	})
}

func reposStar(a *cli.App) *cobra.Command {
	return starring(a, &cobra.Command{
		Use: "star REPO...", Short: "Star repositories",
		Example: "  hubctl repos star library/nginx library/redis",
	}, "starred", func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Repos.Star(ctx, r.Namespace, r.Name)
	})
}

func reposUnstar(a *cli.App) *cobra.Command {
	return starring(a, &cobra.Command{
		Use: "unstar REPO...", Short: "Unstar repositories",
		Example: "  hubctl repos unstar library/nginx\n  hubctl repos starred -q | hubctl repos unstar -",
	}, "unstarred", func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Repos.Unstar(ctx, r.Namespace, r.Name)
	})
}

func starring(a *cli.App, cmd *cobra.Command, done string,
	do func(context.Context, *dockerhub.Client, hub.Reference) error,
) *cobra.Command {
	cmd.Long = cmd.Short + `.
- reads repositories from standard input, one per line.`
	cmd.ValidArgsFunction = completeRepos(a)
	return verb.Bulk(a, cmd, verb.BulkAction[hub.Reference]{
		Done: done, Parse: a.Repository,
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) error {
			return do(ctx, c, r)
		},
	})
}

func reposStarred(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "starred [USER]", Short: "List starred repositories", Args: cli.MaximumNArgs(1),
		Long:    `List the repositories that a user has starred (default: you).`,
		Example: `  hubctl repos starred --columns repository,stars`, ValidArgsFunction: cobra.NoFileCompletions,
	}
	rows := func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Repo, error] {
		return c.Repos.Starred(ctx, in[0])
	}
	return verb.ListIn(a, cli.Placed(cmd), repoTable, verb.OfUser, rows)
}
