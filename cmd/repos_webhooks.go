package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

var webhookTable = output.Table[dockerhub.Webhook]{
	{Name: "name", Key: true, Cell: func(w dockerhub.Webhook) output.Value { return output.Text(w.Name) }},
	{Name: "urls", Cell: func(w dockerhub.Webhook) output.Value { return output.List(w.URLs()) }},
	{Name: "active", Cell: func(w dockerhub.Webhook) output.Value { return output.Optional(w.Active, output.Bool) }},
	{Name: "last_updated", Cell: func(w dockerhub.Webhook) output.Value { return output.Time(w.LastUpdated.Time) }},
	{Name: "created", Wide: true, Cell: func(w dockerhub.Webhook) output.Value { return output.Time(w.CreatedAt.Time) }},
}

func newWebhooks(a *app) *cobra.Command {
	return group(a, "webhooks", "Manage the webhooks of a repository",
		webhooksList, webhooksCreate, webhooksDelete)
}

func webhooksList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the webhooks of a repository, with their URLs", Args: cobra.ExactArgs(1),
		Example:           "  hubctl repos webhooks list demo/blog",
		ValidArgsFunction: a.completeRepos,
	}
	return listOfRepo(a, cmd, webhookTable, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
		return remember(ctx, a, webhooksNoun(r), webhookCandidate, c.Repos.Webhooks(ctx, r.Namespace, r.Name))
	})
}

func webhooksCreate(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create REPO --name NAME --hook-url URL", Short: "Call a URL at each push to a repository", Args: cobra.ExactArgs(1),
		Example: "  hubctl repos webhooks create demo/blog --name ci --hook-url https://ci.example/hook\n" +
			"  hubctl repos webhooks create demo/blog --name chat --hook-url - < url.txt",
		ValidArgsFunction: a.completeRepos,
	}
	name := cmd.Flags().String("name", "", "`name` to know the webhook by")
	target := cmd.Flags().String("hook-url", "", "`URL` to call; - reads it from standard input, which other processes cannot see")
	missing := cmd.Flags().Bool("if-missing", false, "do nothing if there is a webhook of this name")
	body := a.fileFlag(cmd)
	cmd.MarkFlagsOneRequired("name", "file")
	cmd.MarkFlagsRequiredTogether("name", "hook-url")
	completeFlag(cmd, "name")
	completeFlag(cmd, "hook-url")
	return one(a, cmd, webhookTable, func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Webhook, error) {
		var none dockerhub.Webhook
		r, err := a.repository(args[0])
		if err != nil {
			return none, err
		}
		base, err := body(ctx)
		if err != nil {
			return none, err
		}
		in := dockerhub.WebhookRequest{Body: base, Name: *name}
		if *target == "-" {
			if *target, err = a.io.ReadLine(ctx); err != nil {
				return none, err
			}
		}
		if cmd.Flags().Changed("hook-url") {
			a.seen.add(*target)
			in.Targets = []dockerhub.Hook{{Name: *name, URL: *target}}
		}
		create := func() (dockerhub.Webhook, error) { return c.Repos.CreateWebhook(ctx, r.Namespace, r.Name, in) }
		return ifMissing(a, *missing, create, func() (dockerhub.Webhook, error) {
			for w, err := range c.Repos.Webhooks(ctx, r.Namespace, r.Name) {
				if err != nil || w.Name == *name {
					return w, err
				}
			}
			return none, dockerhub.ErrNotFound
		})
	})
}

func webhooksDelete(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO NAME...", Short: "Delete webhooks",
		Long:    "Delete webhooks. - reads the names from standard input, one a line.",
		Example: "  hubctl repos webhooks delete demo/blog deploy",
		ValidArgsFunction: completeAt(a.completeRepos, completeOfRepo(a, webhooksNoun, webhookCandidate, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
			return c.Repos.Webhooks(ctx, r.Namespace, r.Name)
		})),
	}
	return bulkOfRepo(a, cmd, errand[string]{verb: "Delete", done: "deleted", ask: true}, func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) error {
		return c.Repos.DeleteWebhook(ctx, r.Namespace, r.Name, name)
	})
}

func webhooksNoun(r hub.Reference) string { return "webhooks " + r.String() }

// webhookCandidate leaves the URL alone: it may be a secret, and this is kept.
func webhookCandidate(w dockerhub.Webhook) (value, about string) { return w.Name, "" }
