package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
		Use: "list REPO", Short: "List webhooks and their URLs", Args: cli.ExactArgs(1),
		Example: "  hubctl repos webhooks list demo/blog", ValidArgsFunction: completeRepos(a),
	}
	rows := func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
		return cli.RememberCandidates(ctx, a, webhooksNoun(r), webhookCandidate, c.Repos.Webhooks(ctx, r.Namespace, r.Name))
	}
	return verb.ListOfRepo(a, cmd, webhookTable, rows)
}

func webhooksCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create REPO NAME --hook-url URL", Short: "Create a webhook",
		Long: `Create a webhook: the Hub calls the URL after each push to the repository.

If the URL contains a secret, pass it on standard input with --hook-url -, since
other processes can see the command line. --url is the address of the Hub.`,
		Example: "  hubctl repos webhooks create demo/blog ci --hook-url https://ci.example/hook\n" +
			"  hubctl repos webhooks create demo/blog chat --hook-url - < url.txt",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), cobra.NoFileCompletions),
	}
	f := cmd.Flags()
	name := f.String("name", "", "`name` of the webhook; overrides the file")
	target := f.String("hook-url", "", "`URL` to call (-: standard input)")
	missing := f.Bool("if-missing", false, "succeed without changes if the webhook exists")
	body := cli.FileFlag(a, cmd)
	cli.OneRequired(cmd, "hook-url", "file")
	cli.CompleteFlag(cmd, "name")
	cli.CompleteFlag(cmd, "hook-url")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case f.Changed("url") && !f.Changed("hook-url") && !f.Changed("file"):
			return errors.New("--url is the address of the Hub: pass the webhook's URL with --hook-url")
		case f.Changed("file") || f.Changed("name"):
			return cli.RangeArgs(1, 2)(cmd, args)
		}
		return cli.ExactArgs(2)(cmd, args)
	}
	return verb.Show(a, cmd, webhookTable, func(ctx context.Context, c *dockerhub.Client, args []string) (
		none dockerhub.Webhook, _ error,
	) {
		r, err := a.Repository(args[0])
		if err != nil {
			return none, err
		}
		if len(args) > 1 && *name != "" && *name != args[1] {
			return none, cli.NewUsageError(fmt.Errorf("%q contradicts --name %s: pass only one of them", args[1], *name))
		}
		in := dockerhub.WebhookRequest{Name: cmp.Or(*name, args[len(args)-1])}
		if len(args) == 1 {
			in.Name = *name
		}
		if in.Body, err = body(ctx); err != nil {
			return none, err
		}
		if *target == "-" {
			if *target, err = a.IO.ReadLine(ctx); err != nil {
				return none, err
			}
		}
		if f.Changed("hook-url") {
			a.Secrets.Add(*target)
			in.Targets = []dockerhub.Hook{{Name: in.Name, URL: *target}}
		}
		create := func() (dockerhub.Webhook, error) { return c.Repos.CreateWebhook(ctx, r.Namespace, r.Name, in) }
		return verb.IfMissing(*missing, create, func() (dockerhub.Webhook, error) {
			for w, err := range c.Repos.Webhooks(ctx, r.Namespace, r.Name) {
				if err != nil || w.Name == in.Name {
					return w, err
				}
			}
			return none, dockerhub.ErrNotFound
		})
	})
}

func webhooksDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO NAME...", Short: "Delete webhooks",
		Long:              "Delete webhooks. - reads names from standard input, one per line.",
		Example:           "  hubctl repos webhooks delete demo/blog deploy",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeWebhooks(a)),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) error {
		return c.Repos.DeleteWebhook(ctx, r.Namespace, r.Name, name)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Delete", Done: "deleted", Ask: true}, do)
}

func webhooksNoun(r hub.Reference) string { return "webhooks " + r.String() }

// webhookCandidate omits the URL, which may be secret, because candidates are cached.
func webhookCandidate(w dockerhub.Webhook) (value, about string) { return w.Name, "" }

func completeWebhooks(a *cli.App) cobra.CompletionFunc {
	return verb.CompleteOfRepo(a, webhooksNoun, webhookCandidate,
		func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Webhook, error] {
			return c.Repos.Webhooks(ctx, r.Namespace, r.Name)
		})
}
