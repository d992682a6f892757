package verb

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
)

// SelectRepos declares --all-repos and --match-repo for a command that deletes
// something in repositories. The function that it returns lists the full names of
// the selected repositories, without duplicates. Only --all-repos selects
// repositories that no argument names.
func SelectRepos(
	a *cli.App, cmd *cobra.Command,
) func(ctx context.Context, c *dockerhub.Client, args []string) ([]string, error) {
	all := cmd.Flags().Bool("all-repos", false, "select every repository of the namespace")
	match := cli.VarFlag[pattern](cmd, "match-repo", "with --all-repos: only names that match this `regexp`")
	return func(ctx context.Context, c *dockerhub.Client, args []string) ([]string, error) {
		switch {
		case match.Changed() && !*all:
			return nil, cli.NewUsageError(errors.New("--match-repo needs --all-repos"))
		case len(args) > 0 && *all:
			return nil, cli.NewUsageError(errors.New("pass either repositories or --all-repos"))
		case len(args) == 0 && !*all:
			return nil, cli.NewUsageError(errors.New("no repositories given: name them or pass --all-repos"))
		}
		named, err := Identifiers(ctx, a, args, a.Repository)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, n := range named {
			names = append(names, n.Value.String())
		}
		if *all {
			if names, err = reposOfNamespace(ctx, a, c, match.Value); err != nil {
				return nil, err
			}
		}
		slices.Sort(names)
		return slices.Compact(names), nil
	}
}

func reposOfNamespace(ctx context.Context, a *cli.App, c *dockerhub.Client, match pattern) (names []string, _ error) {
	namespace, err := cli.NamespaceOf(a, nil)
	if err != nil {
		return nil, err
	}
	for r, err := range c.Repos.List(ctx, namespace, dockerhub.RepoListOptions{}) {
		if err != nil {
			return nil, err
		}
		if match.re == nil || match.re.MatchString(r.Name) {
			names = append(names, r.FullName())
		}
	}
	return names, nil
}
