package cmd

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

type searchHit = dockerhub.SearchResult

var searchTable = output.Table[searchHit]{
	{Name: "repository", Key: true, Cell: func(r searchHit) output.Value { return output.Text(r.Repository()) }},
	{Name: "stars", Cell: func(r searchHit) output.Value { return output.Count(r.StarCount) }},
	{Name: "pulls", Cell: func(r searchHit) output.Value { return output.Rounded(string(r.PullCount)) }},
	{Name: "badge", Cell: func(r searchHit) output.Value { return output.List(r.Badges()) }},
	{Name: "description", Cell: func(r searchHit) output.Value { return output.Text(r.Description) }},
	{Name: "updated", Wide: true, Cell: func(r searchHit) output.Value { return output.Time(r.UpdatedAt.Time) }},
	{Name: "type", Wide: true, Cell: func(r searchHit) output.Value { return output.Text(r.Type) }},
	{Name: "publisher", Wide: true, Cell: func(r searchHit) output.Value { return output.Text(r.Publisher.Name) }},
	{Name: "os", Wide: true, Cell: func(r searchHit) output.Value { return output.List(r.Systems.Values()) }},
	{Name: "arch", Wide: true, Cell: func(r searchHit) output.Value { return output.List(r.Architectures.Values()) }},
	{Name: "categories", Wide: true, Cell: func(r searchHit) output.Value { return output.List(r.Categories.Values()) }},
	{Name: "archived", Wide: true, Cell: func(r searchHit) output.Value { return output.Bool(r.Archived) }},
}

// searchSorts are the values of --sort that the Hub supports.
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
	categories := cli.ListFlagWith(cmd, "category", "comma-separated `slugs` of categories", categoryList.Complete(a))
	systems := cli.ListFlag(cmd, "os", "comma-separated operating `systems`", "linux", "windows")
	architectures := cli.ListFlag(cmd, "arch", "comma-separated `architectures`", "amd64", "arm64", "arm", "386", "s390x")
	types := cli.ListFlag(cmd, "type", "comma-separated `types`", "image", "plugin", "extension")
	sort := ""
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if by := strings.ToLower(a.Flags.Sort); slices.Contains(searchSorts, by) {
			sort, a.Flags.Sort = by, ""
			cmd.Flags().Lookup("sort").Changed = false
		}
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[searchHit, error] {
		return c.Search.Repositories(ctx, strings.Join(args, " "), dockerhub.SearchListOptions{
			Badges: badges.Value, Categories: categories.Value, Systems: systems.Value,
			Architectures: architectures.Value, Types: types.Value, Sort: sort,
		})
	}
	return verb.List(a, cli.Limited(cmd, 100), searchTable, rows)
}
