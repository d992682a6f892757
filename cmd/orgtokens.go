package cmd

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/resource"
	"github.com/hubctl/hubctl/internal/verb"
)

var orgTokenTable = output.Table[dockerhub.OrgToken]{
	{Name: "id", Key: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.ID) }},
	{Name: "label", Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.Label) }},
	{Name: "created_by", Spare: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.CreatedBy) }},
	{
		Name: "active", Spare: true,
		Cell: func(t dockerhub.OrgToken) output.Value { return output.Optional(t.Active, output.Bool) },
	},
	{Name: "last_used", Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.LastUsed.Time) }},
	{Name: "expires", Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.ExpiresAt.Time) }},
	{Name: "created", Wide: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.CreatedAt.Time) }},
	{Name: "description", Wide: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.Description) }},
	{
		Name: "resources", Wide: true,
		Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(resource.Format(t.Resources)) },
	},
}

func newOrgTokens(a *cli.App) *cobra.Command {
	cmd := cli.Placed(cli.Group(a, "org-tokens", "Manage the access tokens of an organization",
		orgTokensList, orgTokensGet, orgTokensCreate, orgTokensPatch, orgTokensDelete, orgTokensRotate, orgTokensReport),
		"org")
	cmd.Long = "Manage the access tokens of an organization, which --org names. Only its owners may,\n" +
		"and not with a personal access token."
	return cmd
}

// orgTokenQuota is what Docker's documentation says; the API says nothing.
const orgTokenQuota = "the limit is 10 (Team) or 100 (Business), and expired ones count"

func orgTokensList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the access tokens of an organization",
		Example: "  hubctl org-tokens list --org acme --expiring-within 14d\n" +
			"  hubctl org-tokens list --org acme -q --expired | hubctl org-tokens delete --org acme - --yes",
	}
	keep := tokenFilter(a, cmd, orgTokenLifespan)
	rows := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.OrgToken, error] {
		all := cli.RememberCandidates(ctx, a, "org-tokens "+org, orgTokenCandidate, c.OrgTokens.List(ctx, org))
		return keep.Of(counted(all, func(n int) { a.Notice("%d organization access tokens; %s", n, orgTokenQuota) }))
	}
	return verb.ListOfOrg(a, cmd, orgTokenTable, rows)
}

// counted passes a listing on, and tells of how many rows it had once it was seen whole.
func counted[T any](rows iter.Seq2[T, error], tell func(n int)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		n := 0
		for row, err := range rows {
			if !yield(row, err) || err != nil {
				return
			}
			n++
		}
		tell(n)
	}
}

func orgTokensGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get ID", Short: "Show a token and its resources, without its secret", Args: cobra.ExactArgs(1),
		Example:           "  hubctl org-tokens get --org acme 84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25",
		ValidArgsFunction: completeOrgTokens(a),
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.OrgToken, error) {
		return c.OrgTokens.Get(ctx, org, args[0])
	}
	return verb.ShowOfOrg(a, cmd, orgTokenTable, show)
}

func orgTokensCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create --label LABEL [--resource RESOURCE]...", Short: "Create a token and print its secret, once",
		Long: "Create a token and print its secret, which nobody can show again.\n" +
			"With -q the secret alone is printed, and the ID goes to standard error.\n" +
			"Without --resource the token may do nothing: org-tokens patch gives it resources later.\n\n" + resourceHelp,
		Example: "  hubctl org-tokens create --org acme --label ci --resource 'repo:acme/*=image-pull,image-push' " +
			"--expires 90d\n" +
			"  hubctl org-tokens create --org acme --label audit --resource org:acme=activity-read,member-read\n" +
			"  hubctl org-tokens create --org acme -q --label mirror --resource 'repo:*/*/public=image-pull' | " +
			"docker login -u acme --password-stdin",
	}
	label := cmd.Flags().String("label", "", "`label` to know the token by")
	description := cmd.Flags().String("description", "", "`text` that says what it is for")
	specs := resourceFlag(a, cmd,
		"what the token may do: `resource` such as repo:ORG/REPO=image-pull,image-push or org:ORG=member-read; repeatable")
	expires := cli.MomentFlag(a, cmd, "expires", expiresUsage)
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("label", "file")
	cli.CompleteFlag(cmd, "label")
	cli.CompleteFlag(cmd, "description")
	cli.CompleteFlag(cmd, "expires", expiresValues...)
	return verb.CreateSecret(a, cmd, verb.SecretSpec[dockerhub.OrgToken]{
		Table:  orgTokenTable,
		Secret: func(t dockerhub.OrgToken) (id, secret string) { return t.ID, t.Secret },
		Sample: func(secret string) (dockerhub.OrgToken, error) {
			return dockerhub.Decode[dockerhub.OrgToken](cli.MustJSON(map[string]any{
				"id": "id", "token": secret,
				"label": "label", "resources": []string{},
			}))
		},
		Prepare: func(ctx context.Context, c *dockerhub.Client) (func(context.Context) (dockerhub.OrgToken, error), error) {
			org, err := a.Org()
			if err != nil {
				return nil, err
			}
			r := dockerhub.OrgTokenRequest{Label: *label, Description: *description, ExpiresAt: expires.At}
			if r.Resources, err = resources(a, *specs, org); err != nil {
				return nil, err
			}
			if r.Body, err = body(ctx); err != nil {
				return nil, err
			}
			return func(ctx context.Context) (dockerhub.OrgToken, error) { return c.OrgTokens.Create(ctx, org, r) }, nil
		},
		Undo: func(ctx context.Context, c *dockerhub.Client, id string) error {
			org, err := a.Org()
			if err != nil {
				return err
			}
			return c.OrgTokens.Delete(ctx, org, id)
		},
		Note: "of organization access tokens, " + orgTokenQuota,
	})
}

func orgTokensPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch ID", Short: "Change what a token is called or may do, or turn it on or off", Args: cobra.ExactArgs(1),
		Long: "Change what a token is called or may do, or turn it on or off.\n" +
			"--resource replaces all the resources that the token has.\n\n" + resourceHelp,
		Example: "  hubctl org-tokens patch --org acme 84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25 --active=false\n" +
			"  hubctl org-tokens patch --org acme 84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25 " +
			"--resource repo:acme/checkout-api=image-pull",
		ValidArgsFunction: completeOrgTokens(a),
	}
	label := cmd.Flags().String("label", "", "new `label`")
	description := cmd.Flags().String("description", "", "new `text` that says what it is for")
	active := cmd.Flags().Bool("active", true, "whether the token works")
	specs := resourceFlag(a, cmd,
		"what the token may do from now on, and nothing else: `resource` such as repo:ORG/REPO=image-pull; repeatable")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("label", "description", "active", "resource", "file")
	cli.CompleteFlag(cmd, "label")
	cli.CompleteFlag(cmd, "description")
	show := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (dockerhub.OrgToken, error) {
		p := dockerhub.OrgTokenPatch{
			Label: cli.Changed(cmd, "label", label), Description: cli.Changed(cmd, "description", description),
			Active: cli.Changed(cmd, "active", active),
		}
		var err error
		if p.Resources, err = resources(a, *specs, org); err != nil {
			return dockerhub.OrgToken{}, err
		}
		if p.Body, err = body(ctx); err != nil {
			return dockerhub.OrgToken{}, err
		}
		return c.OrgTokens.Update(ctx, org, args[0], p)
	}
	return verb.ShowOfOrg(a, cmd, orgTokenTable, show)
}

func orgTokensDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete ID...", Short: "Delete tokens for good", ValidArgsFunction: completeOrgTokens(a),
		Long: "Delete tokens for good. What still logs in with them fails from then on.\n" +
			"- reads the IDs from standard input, one a line.",
		Example: "  hubctl org-tokens delete --org acme 84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25\n" +
			"  hubctl org-tokens list --org acme -q --expired | hubctl org-tokens delete --org acme - --yes",
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Delete", Done: "deleted", Ask: true, Org: true, Parse: hub.Segment,
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, id string) error {
			return c.OrgTokens.Delete(ctx, in[0], id)
		},
	})
}

func orgTokenCandidate(t dockerhub.OrgToken) (value, about string) { return t.ID, t.Label }

func completeOrgTokens(a *cli.App) cobra.CompletionFunc {
	fetch := func(ctx context.Context, c *dockerhub.Client, org string) ([]cli.Candidate, error) {
		return cli.Candidates(orgTokenCandidate, c.OrgTokens.List(ctx, org))
	}
	return cli.CompleteInOrg(a, "org-tokens", fetch)
}

// resourceHelp explains what resourceFlag takes.
var resourceHelp = "A resource is repo: or org:, what it is about, =, and scopes with commas between them:\n\n" +
	"  repo:acme/api=image-pull,tag-read    a repository (repo:api is one of the organization)\n" +
	"  repo:acme/*=image-pull               all repositories of the organization\n" +
	"  repo:*/*/public=image-pull           all public repositories\n" +
	"  org:acme=member-read                 the organization itself\n\n" +
	"Scopes may be given without scope-. Of repositories:\n" + scopeHelp(dockerhub.TypeRepo) +
	"Of organizations:\n" + strings.TrimSuffix(scopeHelp(dockerhub.TypeOrg), "\n")

// scopeHelp lists the known scopes of a type of resource.
func scopeHelp(kind string) string {
	var b strings.Builder
	line := " "
	for _, s := range dockerhub.OrgTokenScopes[kind] {
		s = strings.TrimPrefix(s, resource.ScopePrefix)
		if len(line)+1+len(s) > 80 {
			fmt.Fprintln(&b, line)
			line = " "
		}
		line += " " + s
	}
	fmt.Fprintln(&b, line)
	return b.String()
}
