package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/storage"
	"github.com/hubctl/hubctl/internal/verb"
)

var usageTable = output.Table[storage.Usage]{
	{Name: "repository", Key: true, Cell: func(u storage.Usage) output.Value { return output.Text(u.Repository) }},
	{Name: "size", Cell: func(u storage.Usage) output.Value { return output.Optional(u.Size, output.Bytes) }},
	{Name: "share", Spare: true, Cell: func(u storage.Usage) output.Value {
		return output.Optional(u.Size, func(n int64) output.Value { return output.Share(n, u.Total) })
	}},
	{Name: "tags", Cell: func(u storage.Usage) output.Value { return output.Optional(u.Tags, output.Count) }},
	{Name: "untagged", Cell: func(u storage.Usage) output.Value { return output.Optional(u.Untagged, output.Count) }},
	{Name: "untagged_size", Cell: func(u storage.Usage) output.Value {
		return output.Optional(u.UntaggedSize, output.Bytes)
	}},
	{Name: "estimated", Wide: true, Cell: func(u storage.Usage) output.Value { return output.Bool(u.Estimated) }},
}

func reposDu(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "du [REPO...]", Short: "Show the storage that repositories take",
		Long: `Show the storage of the named repositories, or of all in the namespace, largest
first, with the number of tags, and of untagged manifests and their size.

SIZE is the Hub's own number. If it gives none, it is estimated as the sum of
the manifests, like the size of untagged manifests: images may share layers.`,
		Example: `  hubctl repos du --namespace acme
  hubctl repos du demo/api -o csv`,
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	var total int64
	var estimated bool
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[storage.Usage, error] {
		all, err := seq.Collect(verb.PerRepo(ctx, a, c, args, storage.Of(c)))
		if err != nil {
			return seq.Fail[storage.Usage](err)
		}
		total, estimated = storage.Sort(all)
		return seq.Of(all)
	}
	return verb.Report(a, cmd, usageTable, rows, func(n int, _ bool) error {
		about := ""
		if estimated {
			about = "about "
		}
		a.Notice("total: %s%s in %s", about, output.Size(total), cli.Amount(n, "repositories"))
		return nil
	})
}
