package cmd

import (
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
	return verb.ListThings(a, cmd, webhookTable, webhookList)
}

// webhookList omits the URLs of candidates, which may be secret: candidates are cached.
var webhookList = verb.Things[dockerhub.Webhook]{
	Noun: "webhooks", In: verb.InRepo,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.Webhook, error] {
		return c.Repos.Webhooks(ctx, in[0], in[1])
	},
	Candidate: func(w dockerhub.Webhook) (value, about string) { return w.Name, "" },
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
	f := webhookFlags{
		name:    cli.StringFlag(cmd, "name", "`name` of the webhook; overrides the file"),
		target:  cli.StringFlag(cmd, "hook-url", "`URL` to call (-: standard input)"),
		missing: cli.BoolFlag(cmd, "if-missing", "succeed without changes if the webhook exists"),
		file:    cli.BodyFlag(cmd),
	}
	cli.OneRequired(cmd, "hook-url", "file")
	cmd.Args = f.args
	create := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name []string) (dockerhub.Webhook, error) {
		in, err := f.request(ctx, a, name)
		if err != nil {
			return dockerhub.Webhook{}, err
		}
		return verb.IfMissing(f.missing.Value,
			func() (dockerhub.Webhook, error) { return c.Repos.CreateWebhook(ctx, r.Namespace, r.Name, in) },
			func() (dockerhub.Webhook, error) { return webhookNamed(ctx, c, r, in.Name) })
	}
	return verb.ShowOfRepo(a, cmd, webhookTable, create)
}

func webhookNamed(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) (dockerhub.Webhook, error) {
	for w, err := range c.Repos.Webhooks(ctx, r.Namespace, r.Name) {
		if err != nil || w.Name == name {
			return w, err
		}
	}
	return dockerhub.Webhook{}, dockerhub.ErrNotFound
}

// webhookFlags are the flags of webhooks create.
type webhookFlags struct {
	name, target *cli.Flag[string]
	missing      *cli.Flag[bool]
	file         *cli.BodyFile
}

func (f webhookFlags) args(cmd *cobra.Command, args []string) error {
	switch {
	case cmd.Flags().Changed("url") && !f.target.Changed() && !f.file.Changed():
		return errors.New("--url is the address of the Hub: pass the webhook's URL with --hook-url")
	case f.file.Changed() || f.name.Changed():
		return cli.RangeArgs(1, 2)(cmd, args)
	}
	return cli.ExactArgs(2)(cmd, args)
}

// request returns the webhook named by an argument, or else by --name or the file.
func (f webhookFlags) request(ctx context.Context, a *cli.App, name []string) (in dockerhub.WebhookRequest, err error) {
	in = dockerhub.WebhookRequest{Body: f.file.Body, Name: f.name.Value}
	if len(name) > 0 {
		if in.Name = name[0]; f.name.Changed() && f.name.Value != in.Name {
			return in, cli.NewUsageError(fmt.Errorf("%q contradicts --name %s: pass only one of them", in.Name, f.name.Value))
		}
	}
	if !f.target.Changed() {
		return in, nil
	}
	target := f.target.Value
	if target == "-" {
		target, err = a.IO.ReadLine(ctx)
	}
	a.Secrets.Add(target)
	in.Targets = []dockerhub.Hook{{Name: in.Name, URL: target}}
	return in, err
}

func webhooksDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO NAME...", Short: "Delete webhooks",
		Long:              `Delete webhooks. - reads names from standard input, one per line.`,
		Example:           "  hubctl repos webhooks delete demo/blog deploy",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a), webhookList.Complete(a)),
	}
	do := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, name string) error {
		return c.Repos.DeleteWebhook(ctx, r.Namespace, r.Name, name)
	}
	return verb.BulkOfRepo(a, cmd, verb.BulkAction[string]{Verb: "Delete", Done: "deleted", Ask: true}, do)
}
