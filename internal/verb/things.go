package verb

import (
	"context"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

// Things lists the things of a noun, and completes their names.
type Things[T any] struct {
	Noun string // key of the completion cache; "" = not cached
	In   Place  // nil = the things of the session's account
	List func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[T, error]
	// Candidate returns what completion offers for a thing, and text about it.
	Candidate func(T) (value, about string)
}

// A Place returns the names of what contains the things, such as an organization. It
// sends nothing.
type Place func(a *cli.App, args []string) (in []string, err error)

// InOrg is the chosen organization.
func InOrg(a *cli.App, _ []string) ([]string, error) {
	org, err := a.Org()
	return []string{org}, err
}

// InRepo is the namespace and name of the repository in the first argument.
func InRepo(a *cli.App, args []string) ([]string, error) {
	r, err := a.Repository(args[0])
	return []string{r.Namespace, r.Name}, err
}

// InAccount is the chosen organization, or else the session's user.
func InAccount(a *cli.App, _ []string) ([]string, error) {
	account, err := a.Account()
	return []string{account}, err
}

// InNamespace is the namespace in the first argument, or else the default one.
func InNamespace(a *cli.App, args []string) ([]string, error) {
	namespace, err := cli.NamespaceOf(a, args)
	return []string{namespace}, err
}

// OfUser is the user in the first argument, or else the session's.
func OfUser(a *cli.App, args []string) ([]string, error) {
	if len(args) > 0 {
		return args[:1], nil
	}
	me, err := a.Me()
	return []string{me}, err
}

// ListIn is List for the things in a place.
func ListIn[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T], place Place,
	rows func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[T, error],
) *cobra.Command {
	return List(a, cmd, t, func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[T, error] {
		in, err := place.of(a, args)
		if err != nil {
			return seq.Fail[T](err)
		}
		return rows(ctx, c, in)
	})
}

// of is the place, or nothing if it is nil.
func (p Place) of(a *cli.App, args []string) ([]string, error) {
	if p == nil {
		return nil, nil
	}
	return p(a, args)
}

func (t Things[T]) key(in []string) string {
	return strings.TrimSpace(t.Noun + " " + strings.Join(in, "/"))
}

// Rows lists all things and caches them for completion.
func (t Things[T]) Rows(ctx context.Context, a *cli.App, c *dockerhub.Client, in ...string) iter.Seq2[T, error] {
	return t.Remember(ctx, a, t.List(ctx, c, in), in...)
}

// Remember caches rows, which are all the things in a place, for completion.
func (t Things[T]) Remember(ctx context.Context, a *cli.App, rows iter.Seq2[T, error], in ...string,
) iter.Seq2[T, error] {
	if t.Noun == "" {
		return rows
	}
	return cli.RememberCandidates(ctx, a, t.key(in), t.Candidate, rows)
}

// Complete completes with the names of the things.
func (t Things[T]) Complete(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var in []string
		key := func() (_ string, err error) {
			if in, err = t.In.of(a, args); t.Noun == "" {
				return "", err
			}
			return t.key(in), err
		}
		return cli.CompleteNamed(a, cmd, args, "", key,
			func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
				return cli.Candidates(t.Candidate, t.List(ctx, c, in))
			})
	}
}

// ListThings is List for all things of a noun that pass the filters.
func ListThings[T output.Row](
	a *cli.App, cmd *cobra.Command, table output.Table[T], t Things[T], keep ...*cli.Filter[T],
) *cobra.Command {
	return ListIn(a, cmd, table, t.In, func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[T, error] {
		rows := t.Rows(ctx, a, c, in...)
		for _, filter := range keep {
			rows = filter.Of(rows)
		}
		return rows
	})
}
