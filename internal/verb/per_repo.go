package verb

import (
	"context"
	"iter"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/seq"
)

// PerRepo calls f for each of the named repositories, or of the namespace, several
// at a time, and yields its results in order.
func PerRepo[R any](
	ctx context.Context, a *cli.App, c *dockerhub.Client, args []string,
	f func(context.Context, dockerhub.Repo) (R, error),
) iter.Seq2[R, error] {
	counted := dockerhub.WithProgress(ctx, func(_, total int) { dockerhub.Progress(ctx, 0, total) })
	repos, err := reposOf(counted, a, c, args)
	if err != nil {
		return seq.Fail[R](err)
	}
	dockerhub.Progress(ctx, 0, len(args))
	// Repositories are read in parallel, their pages are not.
	each := dockerhub.WithMaxRows(dockerhub.WithProgress(ctx, nil), 1)
	return seq.ParallelMap(each, a.Settings.Concurrency, repos, func(each context.Context, r dockerhub.Repo) (R, error) {
		defer dockerhub.Progress(ctx, 1, 0)
		return f(each, r)
	})
}

// reposOf returns the named repositories, or those of the namespace.
func reposOf(ctx context.Context, a *cli.App, c *dockerhub.Client, args []string) (
	iter.Seq2[dockerhub.Repo, error], error,
) {
	if len(args) > 0 {
		named, err := Identifiers(ctx, a, args, a.Repository)
		get := func(ctx context.Context, n Named[hub.Reference]) (dockerhub.Repo, error) {
			return c.Repos.Get(ctx, n.Value.Namespace, n.Value.Name)
		}
		return seq.ParallelMap(ctx, a.Settings.Concurrency, seq.Of(named), get), err
	}
	namespace, err := cli.NamespaceOf(a, nil)
	return c.Repos.List(ctx, namespace, ""), err
}
