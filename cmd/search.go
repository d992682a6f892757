package cmd

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var searchTable = output.Table[dockerhub.SearchResult]{
	{
		Name: "repository", Key: true,
		Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Repository()) },
	},
	{Name: "stars", Cell: func(r dockerhub.SearchResult) output.Value { return output.Count(r.StarCount) }},
	{Name: "pulls", Cell: func(r dockerhub.SearchResult) output.Value { return output.Count(r.PullCount) }},
	{Name: "official", Cell: func(r dockerhub.SearchResult) output.Value { return output.Bool(r.Official) }},
	{Name: "description", Cell: func(r dockerhub.SearchResult) output.Value { return output.Text(r.Description) }},
	{Name: "automated", Wide: true, Cell: func(r dockerhub.SearchResult) output.Value { return output.Bool(r.Automated) }},
}

// searchOrders are the orders that a search can be asked for in.
var searchOrders = map[string]string{"": "", "stars": "-star_count", "pulls": "-pull_count"}

func newSearch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "search QUERY", Short: "Search for public repositories", Args: cobra.ExactArgs(1),
		Long: "Search for public repositories, the best match first. -q prints names that other\n" +
			"commands take: an official image is library/NAME. A broad search finds hundreds of\n" +
			"thousands of repositories, a hundred to a request: outside a table, give --limit.",
		Example: "  hubctl search nginx --limit 10\n" +
			"  hubctl search postgres --official -q\n" +
			"  hubctl search prometheus --order pulls --columns repository,pulls",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	official := cmd.Flags().Bool("official", false, "only Docker's official images")
	order := cmd.Flags().String("order", "", "let the Hub put the most of this `kind` first: stars or pulls")
	cli.CompleteFlag(cmd, "order", slices.Sorted(maps.Keys(searchOrders))[1:]...)
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.SearchResult, error] {
		ordering, ok := searchOrders[*order]
		if !ok {
			return seq.Fail[dockerhub.SearchResult](cli.NewUsageError(
				fmt.Errorf("--order %q is neither stars nor pulls", *order)))
		}
		return c.Search.Repositories(ctx, args[0], dockerhub.SearchListOptions{Official: *official, Ordering: ordering})
	}
	return verb.List(a, cli.Limited(cmd, 100), searchTable, rows)
}
