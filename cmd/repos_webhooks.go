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

var webhookTable = output.Table[dockerhub.Webhook]{
	{Name: "name", Key: true, Cell: func(w dockerhub.Webhook) output.Value { return output.Text(w.Name) }},
	{Name: "urls", Cell: func(w dockerhub.Webhook) output.Value { return output.List(w.URLs()) }},
	{Name: "active", Cell: func(w dockerhub.Webhook) output.Value { return output.Optional(w.Active, output.Bool) }},
	{Name: "last_updated", Cell: func(w dockerhub.Webhook) output.Value { return output.Time(w.LastUpdated.Time) }},
	{Name: "created", Wide: true, Cell: func(w dockerhub.Webhook) output.Value { return output.Time(w.CreatedAt.Time) }},
}

func newWebhooks(a *cli.App) *cobra.Command {
	return cli.Group(a, "webhooks", "Manage the webhooks of a repository",
		webhooksList, webhooksCreate, webhooksDelete)
}

func webhooksList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the webhooks of a repository, with their URLs", Args: cobra.ExactArgs(1),
		Example: "  hubctl repos webhooks list demo/blog", ValidArgsFunction: completeRepos(a),
	}
	rows := func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
		return cli.RememberCandidates(ctx, a, webhooksNoun(r), webhookCandidate, c.Repos.Webhooks(ctx, r.Namespace, r.Name))
	}
	return verb.ListOfRepo(a, cmd, webhookTable, rows)
}

func webhooksCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create REPO --name NAME --hook-url URL", Short: "Call a URL at each push to a repository",
		Args: cobra.ExactArgs(1), ValidArgsFunction: completeRepos(a),
		Example: "  hubctl repos webhooks create demo/blog --name ci --hook-url https://ci.example/hook\n" +
			"  hubctl repos webhooks create demo/blog --name chat --hook-url - < url.txt",
	}
	name := cmd.Flags().String("name", "", "`name` to know the webhook by")
	target := cmd.Flags().String("hook-url", "",
		"`URL` to call; - reads it from standard input, which other processes cannot see")
	missing := cmd.Flags().Bool("if-missing", false, "do nothing if there is a webhook of this name")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("name", "file")
	cmd.MarkFlagsRequiredTogether("name", "hook-url")
	cli.CompleteFlag(cmd, "name")
	cli.CompleteFlag(cmd, "hook-url")
	show := func(ctx context.Context, c *dockerhub.Client, r hub.Reference) (dockerhub.Webhook, error) {
		var none dockerhub.Webhook
		base, err := body(ctx)
		if err != nil {
			return none, err
		}
		in := dockerhub.WebhookRequest{Body: base, Name: *name}
		if *target == "-" {
			if *target, err = a.IO.ReadLine(ctx); err != nil {
				return none, err
			}
		}
		if cmd.Flags().Changed("hook-url") {
			a.Secrets.Add(*target)
			in.Targets = []dockerhub.Hook{{Name: *name, URL: *target}}
		}
		create := func() (dockerhub.Webhook, error) { return c.Repos.CreateWebhook(ctx, r.Namespace, r.Name, in) }
		return verb.IfMissing(*missing, create, func() (dockerhub.Webhook, error) {
			for w, err := range c.Repos.Webhooks(ctx, r.Namespace, r.Name) {
				if err != nil || w.Name == *name {
					return w, err
				}
			}
			return none, dockerhub.ErrNotFound
		})
	}
	return verb.ShowOfRepo(a, cmd, webhookTable, show)
}

func webhooksDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO NAME...", Short: "Delete webhooks",
		Long:              "Delete webhooks. - reads the names from standard input, one a line.",
		Example:           "  hubctl repos webhooks delete demo/blog deploy",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeWebhooks(a)),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) error {
		return c.Repos.DeleteWebhook(ctx, r.Namespace, r.Name, name)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Delete", Done: "deleted", Ask: true}, do)
}

func webhooksNoun(r hub.Reference) string { return "webhooks " + r.String() }

// webhookCandidate leaves the URL alone: it may be a secret, and this is kept.
func webhookCandidate(w dockerhub.Webhook) (value, about string) { return w.Name, "" }

func completeWebhooks(a *cli.App) cobra.CompletionFunc {
	return verb.CompleteOfRepo(a, webhooksNoun, webhookCandidate,
		func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
			return c.Repos.Webhooks(ctx, r.Namespace, r.Name)
		})
}
