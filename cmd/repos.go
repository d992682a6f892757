package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var repoTable = output.Table[dockerhub.Repo]{
	{Name: "repository", Key: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.FullName()) }},
	{Name: "private", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Private, output.Bool) }},
	{Name: "status", Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.Status) }},
	{Name: "pulls", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Pulls, output.Count) }},
	{Name: "stars", Spare: true, Cell: func(r dockerhub.Repo) output.Value {
		return output.Optional(r.Stars, output.Count)
	}},
	{Name: "size", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.StorageSize, output.Bytes) }},
	{Name: "last_updated", Cell: func(r dockerhub.Repo) output.Value { return output.Time(r.LastUpdated.Time) }},
	{Name: "url", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		return output.Text(dockerhub.DefaultURL + r.Page())
	}},
	{Name: "description", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.Description) }},
	{Name: "last_modified", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		return output.Time(r.LastModified.Time)
	}},
	{Name: "registered", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		return output.Time(r.RegisteredAt.Time)
	}},
	{Name: "type", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.Type) }},
	{Name: "content_types", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.List(r.ContentTypes) }},
	{Name: "categories", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		var names []string
		for _, c := range r.Categories {
			names = append(names, c.Name)
		}
		return output.List(names)
	}},
	{Name: "immutable_tags", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		if r.ImmutableTags == nil {
			return output.Unknown()
		}
		return output.Bool(r.ImmutableTags.Enabled)
	}},
	{Name: "starred", Wide: true, Cell: func(r dockerhub.Repo) output.Value {
		return output.Optional(r.Starred, output.Bool)
	}},
}

func newRepos(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "repos", "Manage repositories",
		reposList, reposGet, reposCreate, reposPatch, reposDelete, reposExists,
		reposReadme, reposCategories, reposImmutable, reposStar, reposUnstar, reposStarred,
		newRepoTeams, newCollaborators, newWebhooks, reposAccess, reposDu)
	return cli.Called(cli.Placed(cmd, "org", "namespace"), "repositories", "%s")
}

func reposList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [NAMESPACE]", Short: "List repositories", Args: cli.MaximumNArgs(1),
		Long: `List the repositories of a user or organization (default: yours).
Without a login, the Hub shows at most 100.`,
		Example: "  hubctl repos list\n" +
			"  hubctl repos list acme --stale-for 180d --columns repository,last_updated\n" +
			"  hubctl repos list acme --private --sort -size --limit 10",
		ValidArgsFunction: completeNamespaces(a),
	}
	search := cli.StringFlag(cmd, "search", "only names that contain this `text` (searched by the Hub)")
	keep := repoFilter(a, cmd)
	list := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Repo, error] {
		namespace, err := cli.NamespaceOf(a, args)
		if err != nil {
			return seq.Fail[dockerhub.Repo](err)
		}
		warnHidden(ctx, a)
		rows := c.Repos.List(ctx, namespace, dockerhub.RepoListOptions{Name: search.Value})
		if !search.Changed() {
			rows = cli.RememberCandidates(ctx, a, repoNoun(namespace), repoCandidate, rows)
		}
		return keep.Of(rows)
	}
	return verb.List(a, cmd, repoTable, list)
}

// repoFilter declares the filters that hubctl applies itself.
func repoFilter(a *cli.App, cmd *cobra.Command) *cli.Filter[dockerhub.Repo] {
	keep := &cli.Filter[dockerhub.Repo]{A: a, Cmd: cmd, Things: "repositories"}
	is := func(want bool) func(dockerhub.Repo) cli.Ruling {
		return func(r dockerhub.Repo) cli.Ruling {
			return cli.Rule(r.Private != nil, r.Private != nil && *r.Private == want)
		}
	}
	keep.By(cli.BoolFlag(cmd, "private", "only private repositories"), "visibility", is(true))
	keep.By(cli.BoolFlag(cmd, "public", "only public repositories"), "visibility", is(false))
	stale := cli.DurationFlag(cmd, "stale-for", "only repositories without a push for this `duration`")
	keep.By(stale, "push times", func(r dockerhub.Repo) cli.Ruling {
		pushed := r.LastUpdated.Time
		if pushed.IsZero() && r.Sent("last_updated") {
			pushed = r.RegisteredAt.Time // never pushed to
		}
		return cli.Rule(!pushed.IsZero(), !pushed.After(a.Now.Add(-stale.Value)))
	})
	cli.Exclusive(cmd, "private", "public")
	return keep
}

func reposGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get REPO...", Short: "Show repositories",
		Long:              `Show repositories. To print a full description, use hubctl repos readme get.`,
		Example:           "  hubctl repos get acme/checkout-api\n  hubctl repos get library/nginx --jq .pull_count",
		ValidArgsFunction: completeRepos(a),
	}
	return verb.Get(a, cmd, repoTable, verb.Targets[hub.Reference]{Parse: a.Repository},
		func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) (dockerhub.Repo, error) {
			return c.Repos.Get(ctx, r.Namespace, r.Name)
		})
}

// repoNoun is the key of a namespace's repositories in the completion cache.
func repoNoun(namespace string) string { return "repos " + namespace }

func repoCandidate(r dockerhub.Repo) (value, about string) { return r.Name, r.Description }
