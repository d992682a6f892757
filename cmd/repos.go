package cmd

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

var repoTable = output.Table[dockerhub.Repo]{
	{Name: "repository", Key: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(fullName(r)) }},
	{Name: "private", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Private, output.Bool) }},
	{Name: "pulls", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Pulls, output.Count) }},
	{Name: "stars", Spare: true, Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Stars, output.Count) }},
	{Name: "size", Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.StorageSize, output.Bytes) }},
	{Name: "last_updated", Cell: func(r dockerhub.Repo) output.Value { return output.Time(r.LastUpdated.Time) }},
	{Name: "description", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.Description) }},
	{Name: "last_modified", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Time(r.LastModified.Time) }},
	{Name: "registered", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Time(r.RegisteredAt.Time) }},
	{Name: "status", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Text(r.Status) }},
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
	{Name: "starred", Wide: true, Cell: func(r dockerhub.Repo) output.Value { return output.Optional(r.Starred, output.Bool) }},
}

// fullName is how commands take a repository.
func fullName(r dockerhub.Repo) string {
	return hub.Reference{Namespace: r.Namespace, Name: r.Name}.String()
}

func newRepos(a *app) *cobra.Command {
	return placed(group(a, "repos", "Manage repositories",
		reposList, reposGet, reposCreate, reposPatch, reposDelete, reposExists,
		reposPrivacy, reposReadme, reposImmutable, reposStar, reposUnstar, reposStarred,
		newRepoTeams, newCollaborators, newWebhooks, reposAccess,
	), "org", "namespace")
}

func reposList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [NAMESPACE]", Short: "List the repositories of a namespace", Args: cobra.MaximumNArgs(1),
		Long: "List the repositories of a namespace: a user or an organization; yours if none is\n" +
			"named. Without a login, the Hub shows no more than the first 100.",
		Example: "  hubctl repos list\n" +
			"  hubctl repos list acme --stale 180d --columns repository,pulls,last_updated\n" +
			"  hubctl repos list acme --private --sort -size --limit 10",
		ValidArgsFunction: a.completeNamespaces,
	}
	name := cmd.Flags().String("name", "", "only repositories whose name contains this `text`")
	keep := repoFilter(a, cmd)
	completeFlag(cmd, "name")
	return list(a, cmd, repoTable, func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Repo, error] {
		namespace, err := a.namespaceOf(args)
		if err != nil {
			return failure[dockerhub.Repo](err)
		}
		a.noticeHidden(ctx)
		rows := c.Repos.List(ctx, namespace, *name)
		if *name == "" {
			rows = remember(ctx, a, repoNoun(namespace), repoCandidate, rows)
		}
		return keep.of(rows)
	})
}

// repoFilter declares the filters of a listing that the Hub does not have.
func repoFilter(a *app, cmd *cobra.Command) *filter[dockerhub.Repo] {
	cmd.Flags().Bool("private", false, "only private repositories")
	cmd.Flags().Bool("public", false, "only public repositories")
	stale := durationFlag(cmd, "stale", "only repositories nothing was pushed to for this `time`, such as 180d, nor made within it")
	cmd.MarkFlagsMutuallyExclusive("private", "public")
	keep := &filter[dockerhub.Repo]{a: a, cmd: cmd, things: "repositories"}
	is := func(want bool) func(dockerhub.Repo) ruling {
		return func(r dockerhub.Repo) ruling { return rule(r.Private != nil, r.Private != nil && *r.Private == want) }
	}
	keep.by("private", "visibility", is(true))
	keep.by("public", "visibility", is(false))
	keep.by("stale", "push times", func(r dockerhub.Repo) ruling {
		pushed := r.LastUpdated.Time
		if pushed.IsZero() && r.Sent("last_updated") {
			pushed = r.RegisteredAt.Time // nothing was ever pushed
		}
		return rule(!pushed.IsZero(), !pushed.After(a.now.Add(-stale.d)))
	})
	return keep
}

func reposGet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get NAMESPACE/REPOSITORY", Short: "Show a repository", Args: cobra.ExactArgs(1),
		Long:              "Show a repository. Its full description is shown by: hubctl repos readme get",
		Example:           "  hubctl repos get acme/checkout-api\n  hubctl repos get library/nginx --jq .pull_count",
		ValidArgsFunction: a.completeRepos,
	}
	return one(a, cmd, repoTable, func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Repo, error) {
		r, err := a.repository(args[0])
		if err != nil {
			return dockerhub.Repo{}, err
		}
		return c.Repos.Get(ctx, r.Namespace, r.Name)
	})
}

// namespaceOf is the namespace that the first argument names, and the usual one
// without any.
func (a *app) namespaceOf(args []string) (string, error) {
	if len(args) > 0 {
		namespace, err := hub.ParseNamespace(args[0])
		return namespace, cmp.Or(err, a.within.agrees(args[0], namespace))
	}
	namespace, err := a.namespace()
	if err != nil {
		err = hub.InputError(fmt.Sprintf("which namespace? %v: give NAMESPACE, or log in with: %s", err, a.loginCommand()))
	}
	return namespace, err
}

// completeNamespaces completes with the session's organizations and user.
func (a *app) completeNamespaces(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	found, directive := a.completeOrgs(cmd, args, typed)
	if a.opened != nil && a.opened.session.User != "" { // there is an argument to complete, and a session
		found = append(found, cobra.CompletionWithDesc(a.opened.session.User, "your own"))
	}
	return found, directive
}

func (a *app) completeNamespaceFlag(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	found, directive := a.completeOrgFlag(cmd, nil, typed)
	if a.opened != nil && a.opened.session.User != "" {
		found = append(found, cobra.CompletionWithDesc(a.opened.session.User, "your own"))
	}
	return found, directive
}

// Completion keeps the repositories of each namespace by their bare names.
func repoNoun(namespace string) string { return "repos " + namespace }

func repoCandidate(r dockerhub.Repo) (value, about string) { return r.Name, r.Description }

// completeRepos completes NAMESPACE/REPOSITORY once the slash is typed, and
// before that the bare names of the usual namespace.
func (a *app) completeRepos(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	namespace, _, named := strings.Cut(typed, "/")
	prefix := ""
	if named {
		prefix = namespace + "/"
	}
	return a.completeNamed(cmd, args, prefix, func() (string, error) {
		if !named {
			var err error
			if namespace, err = a.namespace(); err != nil {
				return "", err
			}
		}
		return repoNoun(namespace), nil
	}, func(ctx context.Context, c *dockerhub.Client) ([]candidate, error) {
		return candidates(repoCandidate, c.Repos.List(ctx, namespace, ""))
	})
}
