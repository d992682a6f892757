package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var collaboratorTable = output.Table[dockerhub.Collaborator]{
	{Name: "user", Key: true, Cell: func(c dockerhub.Collaborator) output.Value { return output.Text(c.User) }},
}

func newCollaborators(a *cli.App) *cobra.Command {
	return cli.Group(a, "collaborators", "Manage the collaborators of a user's repository",
		collaboratorsList, collaboratorsAdd, collaboratorsRemove)
}

func collaboratorsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the collaborators of a repository", Args: cobra.ExactArgs(1),
		Example:           "  hubctl repos collaborators list demo/api",
		ValidArgsFunction: completeRepos(a),
	}
	return listOfRepo(a, cmd, collaboratorTable, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Collaborator, error] {
		return cli.RememberCandidates(ctx, a, collaboratorsNoun(r), collaboratorCandidate, c.Repos.Collaborators(ctx, r.Namespace, r.Name))
	})
}

func collaboratorsAdd(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add REPO USER...", Short: "Let users push to a repository",
		Long:              "Let users push to a user's repository. Repositories of an organization have teams:\nsee hubctl repos teams. - reads the users from standard input, one a line.",
		Example:           "  hubctl repos collaborators add demo/api bokafor crossi",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), cobra.NoFileCompletions),
	}
	return bulkOfRepo(a, cmd, verb.BulkAction[string]{Done: "added"}, func(ctx context.Context, c *dockerhub.Client, r hub.Reference, user string) error {
		return c.Repos.AddCollaborator(ctx, r.Namespace, r.Name, user)
	})
}

func collaboratorsRemove(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove REPO USER...", Short: "End the collaboration of users",
		Long:    "End the collaboration of users. - reads the users from standard input, one a line.",
		Example: "  hubctl repos collaborators remove demo/api ymori",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeOfRepo(a, collaboratorsNoun, collaboratorCandidate, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Collaborator, error] {
			return c.Repos.Collaborators(ctx, r.Namespace, r.Name)
		})),
	}
	return bulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Remove", Done: "removed", Ask: true}, func(ctx context.Context, c *dockerhub.Client, r hub.Reference, user string) error {
		return c.Repos.RemoveCollaborator(ctx, r.Namespace, r.Name, user)
	})
}

func collaboratorsNoun(r hub.Reference) string { return "collaborators " + r.String() }

func collaboratorCandidate(c dockerhub.Collaborator) (value, about string) { return c.User, "" }

// listOfRepo finishes a command that lists what belongs to the repository that
// its argument names.
func listOfRepo[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, hub.Reference) iter.Seq2[T, error]) *cobra.Command {
	return verb.List(a, cmd, t, func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[T, error] {
		r, err := a.Repository(args[0])
		if err != nil {
			return seq.Fail[T](err)
		}
		return rows(ctx, c, r)
	})
}

// bulkOfRepo finishes a command that runs the errand e with what belongs to the
// repository that its first argument names.
func bulkOfRepo(a *cli.App, cmd *cobra.Command, e verb.BulkAction[string], do func(context.Context, *dockerhub.Client, hub.Reference, string) error) *cobra.Command {
	var r hub.Reference
	e.Fixed, e.Parse = 1, hub.Segment
	e.Check = func(fixed []string) (err error) {
		r, err = a.Repository(fixed[0])
		fixed[0] = r.String()
		return err
	}
	e.Do = func(ctx context.Context, c *dockerhub.Client, _ []string, item string) error {
		return do(ctx, c, r, item)
	}
	return verb.Bulk(a, cmd, e)
}

// completeOfRepo completes with what belongs to the repository that the first
// argument names.
func completeOfRepo[T any](a *cli.App, noun func(hub.Reference) string, of func(T) (value, about string), rows func(context.Context, *dockerhub.Client, hub.Reference) iter.Seq2[T, error]) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var r hub.Reference
		name := func() (_ string, err error) {
			r, err = a.Repository(args[0])
			return noun(r), err
		}
		return cli.CompleteNamed(a, cmd, args, "", name, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(of, rows(ctx, c, r))
		})
	}
}
