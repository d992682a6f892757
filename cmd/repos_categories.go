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
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var categoryTable = output.Table[dockerhub.Category]{
	{Name: "slug", Key: true, Match: true, Cell: func(c dockerhub.Category) output.Value {
		return output.Text(c.Slug)
	}},
	{Name: "name", Match: true, Cell: func(c dockerhub.Category) output.Value { return output.Text(c.Name) }},
}

func reposCategories(a *cli.App) *cobra.Command {
	return cli.Called(cli.Group(a, "categories", "Manage the categories of repositories", categoriesList, categoriesSet),
		"categories", "categories of %s")
}

func categoriesList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the categories of Docker Hub", Args: cli.NoArgs,
		Example: "  hubctl repos categories list\n" +
			"  hubctl repos list acme --columns repository,categories",
	}
	return verb.ListThings(a, cli.Placed(cmd), categoryTable, categoryList)
}

var categoryList = verb.Things[dockerhub.Category]{
	Noun: "categories",
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Category, error] {
		return c.Repos.Categories(ctx)
	},
	Candidate: func(c dockerhub.Category) (value, about string) { return c.Slug, c.Name },
}

func categoriesSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set REPO SLUG...", Short: "Replace the categories of a repository",
		Long: `Replace the categories of a repository, at most three. An archived repository
keeps its categories. To list them all, use hubctl repos categories list.`,
		Example: "  hubctl repos categories set acme/checkout-api developer-tools networking\n" +
			"  hubctl repos categories set acme/checkout-api --clear",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), categoryList.Complete(a)),
	}
	remove := cli.BoolFlag(cmd, "clear", "remove all categories")
	cmd.Args = func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return errors.New("expected a repository and up to 3 categories")
		case remove.Value == (len(args) > 1):
			return errors.New("pass either categories or --clear")
		case len(args)-1 > dockerhub.MaxCategories:
			return fmt.Errorf("got %d categories: at most %d are allowed", len(args)-1, dockerhub.MaxCategories)
		}
		return nil
	}
	cli.Changes(cmd)
	return verb.ShowOfRepo(a, cmd, repoTable,
		func(ctx context.Context, c *dockerhub.Client, r hub.Reference, slugs []string) (none dockerhub.Repo, _ error) {
			chosen, err := categories(ctx, c, slugs)
			if err != nil {
				return none, err
			}
			if err := c.Repos.SetCategories(ctx, r.Namespace, r.Name, chosen); err != nil {
				return none, err
			}
			return c.Repos.Get(ctx, r.Namespace, r.Name)
		})
}

// categories returns the categories with these slugs.
func categories(ctx context.Context, c *dockerhub.Client, slugs []string) ([]dockerhub.Category, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	all, err := seq.Collect(c.Repos.Categories(ctx))
	if err != nil {
		return nil, err
	}
	var chosen []dockerhub.Category
	for _, slug := range slices.Compact(slices.Sorted(slices.Values(slugs))) {
		i := slices.IndexFunc(all, func(c dockerhub.Category) bool { return c.Slug == slug })
		if i < 0 {
			known := make([]string, len(all))
			for i, c := range all {
				known[i] = c.Slug
			}
			return nil, cli.NewUsageError(fmt.Errorf("unknown category %q: must be one of %s", slug, strings.Join(known, ", ")))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
