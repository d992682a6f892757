package cmd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var searchTable = output.Table[dockerhub.SearchResult]{
	{
		Name: "repository", Key: true,
		Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Repository()) },
	},
	{Name: "stars", Cell: func(r dockerhub.SearchResult) output.Value { return output.Count(r.StarCount) }},
	{Name: "pulls", Cell: func(r dockerhub.SearchResult) output.Value {
		if n, ok := r.PullCount.Number(); ok {
			return output.Count(n)
		}
		return output.Text(string(r.PullCount))
	}},
	{Name: "badge", Cell: func(r dockerhub.SearchResult) output.Value {
		if r.Official {
			return output.Text("official")
		}
		return output.Text(strings.TrimPrefix(r.Badge, "none"))
	}},
	{Name: "description", Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Description) }},
	{
		Name: "updated", Wide: true,
		Cell: func(r dockerhub.SearchResult) output.Value { return output.Time(r.UpdatedAt.Time) },
	},
	{Name: "type", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Type) }},
	{
		Name: "publisher", Wide: true,
		Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Publisher.Name) },
	},
	{Name: "os", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return facets(r.Systems) }},
	{Name: "arch", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return facets(r.Architectures) }},
	{Name: "categories", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value {
		var slugs []string
		for _, c := range r.Categories {
			slugs = append(slugs, c.Slug)
		}
		return output.List(slugs)
	}},
	{Name: "archived", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return output.Bool(r.Archived) }},
}

func facets(all []dockerhub.Facet) output.Value {
	var names []string
	for _, f := range all {
		names = append(names, f.Name)
	}
	return output.List(names)
}

// searchSorts are the values of --sort that the Hub supports. Other orders require
// all results before the first row.
var searchSorts = []string{"pulls", "-pulls", "updated", "-updated"}

func newSearch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "search QUERY...", Short: "Search for public repositories", Args: cli.MinimumNArgs(1),
		Long: `Search for public repositories, best matches first. Several words are one query.
A filter with several values, such as --badge official,open_source, finds
repositories with any of them.

A broad query finds hundreds of thousands of repositories, 100 per request: use
--limit with formats other than tables. The Hub sorts by pulls and by updated;
any other --sort needs all results.`,
		Example: "  hubctl search nginx --limit 10\n" +
			"  hubctl search postgres backup --match ^bitnami/ --limit 500\n" +
			"  hubctl search postgres --badge official,verified_publisher -q\n" +
			"  hubctl search proxy --category networking --arch arm64 --sort -pulls",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	badges := cli.ListFlag(cmd, "badge", "comma-separated `badges` to look for", dockerhub.Badges...)
	categories := cli.ListFlag(cmd, "category", "comma-separated `slugs` of categories", searchCategories...)
	systems := cli.ListFlag(cmd, "os", "comma-separated operating `systems`", "linux", "windows")
	architectures := cli.ListFlag(cmd, "arch", "comma-separated `architectures`", "amd64", "arm64", "arm", "386",
		"ppc64le", "s390x", "riscv64")
	types := cli.ListFlag(cmd, "type", "comma-separated `types`", "image", "plugin", "extension")
	sort := ""
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if by := strings.ToLower(a.Flags.Sort); slices.Contains(searchSorts, by) {
			sort, a.Flags.Sort = by, ""
			cmd.Flags().Lookup("sort").Changed = false
		}
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.SearchResult, error] {
		found := c.Search.Repositories(ctx, strings.Join(args, " "), dockerhub.SearchListOptions{
			Badges: badges.Value, Categories: categories.Value, Systems: systems.Value,
			Architectures: architectures.Value, Types: types.Value, Sort: sort,
		})
		return func(yield func(dockerhub.SearchResult, error) bool) {
			for r, err := range found {
				if without, ok := errors.AsType[*dockerhub.SearchOptionsError](err); ok {
					err = fmt.Errorf("the Hub's current search is not available, and the older one does not have --%s",
						strings.Join(without.Options, ", --"))
				}
				if !yield(r, err) {
					return
				}
			}
		}
	}
	return verb.List(a, cli.Limited(cmd, 100), searchTable, rows)
}

// searchCategories are the slugs to complete. The Hub may have others.
var searchCategories = []string{
	"api-management", "content-management-system", "data-science", "databases-and-storage", "developer-tools",
	"integration-and-delivery", "internet-of-things", "languages-and-frameworks", "machine-learning-and-ai",
	"message-queues", "monitoring-and-observability", "networking", "operating-systems", "security",
	"web-analytics", "web-servers",
}
