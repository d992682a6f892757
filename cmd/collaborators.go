package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var collaboratorTable = output.Table[dockerhub.Collaborator]{
	{Name: "user", Key: true, Cell: func(c dockerhub.Collaborator) output.Value { return output.Text(c.User) }},
}

func newCollaborators(a *cli.App) *cobra.Command {
	return cli.Group(a, "collaborators", "Manage the collaborators on a user's repository",
		collaboratorsList, collaboratorsAdd, collaboratorsRemove)
}

func collaboratorsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List collaborators", Args: cli.ExactArgs(1),
		Example: "  hubctl repos collaborators list demo/api", ValidArgsFunction: completeRepos(a),
	}
	return verb.ListThings(a, cmd, collaboratorTable, collaboratorList)
}

var collaboratorList = verb.Things[dockerhub.Collaborator]{
	Noun: "collaborators", In: verb.InRepo,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Collaborator, error] {
		return c.Repos.Collaborators(ctx, in[0], in[1])
	},
	Candidate: func(c dockerhub.Collaborator) (value, about string) { return c.User, "" },
}

func collaboratorsAdd(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "add REPO USER...", Short: "Add collaborators",
		Long: `Let users push to a user's repository. Organizations grant access to teams
instead (hubctl repos teams). - reads users from standard input, one per line.`,
		Example:           `  hubctl repos collaborators add demo/api bokafor crossi`,
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), cobra.NoFileCompletions),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, user string) error {
		return c.Repos.AddCollaborator(ctx, r.Namespace, r.Name, user)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Done: "added"}, do)
}

func collaboratorsRemove(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove REPO USER...", Short: "Remove collaborators",
		Long:              `Remove collaborators. - reads users from standard input, one per line.`,
		Example:           "  hubctl repos collaborators remove demo/api ymori",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), collaboratorList.Complete(a)),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, user string) error {
		return c.Repos.RemoveCollaborator(ctx, r.Namespace, r.Name, user)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Remove", Done: "removed", Ask: true}, do)
}
