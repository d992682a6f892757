package cmd

import (
	"context"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var searchTable = output.Table[dockerhub.SearchResult]{
	{Name: "repository", Key: true, Cell: func(r dockerhub.SearchResult) output.Value {
		return output.Text(r.Repository())
	}},
	{Name: "stars", Cell: func(r dockerhub.SearchResult) output.Value { return output.Count(r.StarCount) }},
	{Name: "pulls", Cell: func(r dockerhub.SearchResult) output.Value { return output.Count(r.PullCount) }},
	{Name: "official", Cell: func(r dockerhub.SearchResult) output.Value { return output.Bool(r.Official) }},
	{Name: "description", Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Description) }},
	{Name: "automated", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return output.Bool(r.Automated) }},
}

// searchOrders are the values of --sort that the Hub supports. Other orders require
// all results before the first row.
var searchOrders = map[string]string{"-stars": "-star_count", "-pulls": "-pull_count"}

func newSearch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "search QUERY...", Short: "Search for public repositories", Args: cli.MinimumNArgs(1),
		Long: `Search for public repositories, best matches first. Several words are one query.
A broad query finds hundreds of thousands of repositories, 100 per request: use
--limit with formats other than tables. The Hub sorts by -stars and -pulls; any
other --sort needs all results.`,
		Example: "  hubctl search nginx --limit 10\n" +
			"  hubctl search postgres backup --match ^bitnami/ --limit 500\n" +
			"  hubctl search postgres --official -q\n" +
			"  hubctl search prometheus --sort -pulls --columns repository,pulls",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	official := cli.BoolFlag(cmd, "official", "only Docker Official Images")
	ordering := ""
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		if by := searchOrders[strings.ToLower(a.Flags.Sort)]; by != "" {
			ordering, a.Flags.Sort = by, ""
			cmd.Flags().Lookup("sort").Changed = false
		}
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.SearchResult, error] {
		o := dockerhub.SearchListOptions{Official: official.Value, Ordering: ordering}
		return c.Search.Repositories(ctx, strings.Join(args, " "), o)
	}
	return verb.List(a, cli.Limited(cmd, 100), searchTable, rows)
}
