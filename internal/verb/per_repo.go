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
	limit := a.Settings.Concurrency
	silent := hub.WithProgress(ctx, nil)
	do := func(one context.Context, r dockerhub.Repo) (R, error) {
		defer hub.Progress(ctx, 1, 0)
		return f(one, r)
	}
	if len(args) == 0 {
		namespace, err := cli.NamespaceOf(a, nil)
		if err != nil {
			return seq.Fail[R](err)
		}
		counted := hub.WithProgress(ctx, func(_, total int) { hub.Progress(ctx, 0, total) })
		return seq.ParallelMap(silent, limit, c.Repos.List(counted, namespace, dockerhub.RepoListOptions{}), do)
	}
	named, err := Identifiers(ctx, a, args, a.Repository)
	if err != nil {
		return seq.Fail[R](err)
	}
	hub.Progress(ctx, 0, len(named))
	return seq.ParallelMap(silent, limit, seq.Of(named), func(one context.Context, n Named[hub.Reference]) (R, error) {
		r, err := c.Repos.Get(one, n.Value.Namespace, n.Value.Name)
		if err != nil {
			return *new(R), err
		}
		return do(one, r)
	})
}
