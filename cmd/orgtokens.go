package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/resource"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/verb"
)

var orgTokenTable = output.Table[dockerhub.OrgToken]{
	{Name: "id", Key: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.ID) }},
	{Name: "label", Match: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.Label) }},
	{Name: "created_by", Spare: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.CreatedBy) }},
	{Name: "active", Spare: true, Cell: func(t dockerhub.OrgToken) output.Value {
		return output.Optional(t.Active, output.Bool)
	}},
	{Name: "last_used", Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.LastUsed.Time) }},
	{Name: "expires", Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.ExpiresAt.Time) }},
	{Name: "created", Wide: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Time(t.CreatedAt.Time) }},
	{Name: "description", Wide: true, Cell: func(t dockerhub.OrgToken) output.Value { return output.Text(t.Description) }},
	{Name: "resources", Wide: true, Cell: func(t dockerhub.OrgToken) output.Value {
		return output.Text(resource.Format(t.Resources))
	}},
}

func newOrgTokens(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "org-tokens", "Manage the access tokens of an organization",
		orgTokensList, orgTokensGet, orgTokensCreate, orgTokensPatch, orgTokensDelete, orgTokensRotate, orgTokensReport)
	cli.Called(cli.Placed(cmd, "org"), "organization access tokens", "")
	cmd.Long = `Manage the access tokens of an organization. This needs an owner, or a custom
role that permits it, and is not possible with a personal access token.`
	return cmd
}

// orgTokenQuota comes from Docker's documentation, not from the API.
const orgTokenQuota = "the limit is 10 (Team) or 100 (Business), including expired and inactive ones"

func orgTokensList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the access tokens of an organization",
		Example: "  hubctl org-tokens list --org acme --expiring-within 14d\n" +
			"  hubctl org-tokens list --org acme --inactive --match '^ci'",
	}
	keep := tokenFilter(a, cmd, rotation.OrgTokenLifespan)
	rows := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) iter.Seq2[dockerhub.OrgToken, error] {
		all := orgTokenNames.Things().Rows(ctx, a, c, org)
		return keep.Of(counted(all, func(n int) { a.Notice("%d organization access tokens; %s", n, orgTokenQuota) }))
	}
	return verb.ListOfOrg(a, cmd, orgTokenTable, rows)
}

// counted yields rows and, after the last one, calls tell with their number.
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

// orgTokenNames looks up organization access tokens by label.
var orgTokenNames = verb.Names[dockerhub.OrgToken]{
	Kind: "token", Noun: "org-tokens", In: verb.InOrg,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[dockerhub.OrgToken, error] {
		return c.OrgTokens.List(ctx, in[0])
	},
	ID:   func(t dockerhub.OrgToken) string { return t.ID },
	Name: func(t dockerhub.OrgToken) string { return t.Label },
}

func orgTokensGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get TOKEN...", Short: "Show tokens and their resources", ValidArgsFunction: completeOrgTokens(a),
		Long: `Show tokens by label or ID, with their resources. Secrets cannot be shown again.`,
		Example: "  hubctl org-tokens get --org acme ci-pull\n" +
			"  hubctl org-tokens get --org acme 84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25",
	}
	targets := orgTokenNames.Targets()
	targets.Org = true
	return verb.Get(a, cmd, orgTokenTable, targets,
		func(ctx context.Context, c *dockerhub.Client, in []string, id string) (dockerhub.OrgToken, error) {
			return c.OrgTokens.Get(ctx, in[0], id)
		})
}

func orgTokensCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create LABEL --resource RESOURCE...", Short: "Create a token and print its secret",
		Long: `Create a token and print its secret, which cannot be shown again; that is why
there is no --if-missing. -q prints only the secret, and the ID goes to standard
error. A token expires within a year, or never.

` + resource.Help(),
		Example: `  hubctl org-tokens create --org acme ci --expires 90d \
    --resource 'repo:acme/*=image-pull,image-push'
  hubctl org-tokens create --org acme audit --resource org:acme=activity-read
  hubctl org-tokens create --org acme mirror -q \
    --resource 'repo:*/*/public=image-pull' | \
    docker login -u acme --password-stdin`,
	}
	file := cli.BodyFlag(cmd)
	label := verb.NameArg(cmd, cli.StringFlag(cmd, "label", "`label`, if not given as the argument"), file)
	description := cli.StringFlag(cmd, "description", "`text` describing the token, up to 200 characters")
	specs := resourceFlag(a, cmd, "`resource` the token may use and how (repeatable)")
	expires := cli.MomentFlag(a, cmd, "expires", expiresUsage, expiresValues...)
	cli.OneRequired(cmd, "resource", "file")
	return verb.CreateSecret(a, cmd, verb.SecretSpec[dockerhub.OrgToken]{
		Table:  orgTokenTable,
		Secret: func(t dockerhub.OrgToken) (id, secret string) { return t.ID, t.Secret },
		Sample: func(secret string) (dockerhub.OrgToken, error) {
			sample := map[string]any{"id": "id", "token": secret, "label": "label", "resources": []string{}}
			return dockerhub.Decode[dockerhub.OrgToken](cli.MustJSON(sample))
		},
		In: verb.InOrg,
		Create: func(ctx context.Context, c *dockerhub.Client, in, args []string) (t dockerhub.OrgToken, err error) {
			r := dockerhub.OrgTokenRequest{
				Body: file.Body, Label: label(args), Description: description.Value, ExpiresAt: expires.At,
			}
			if r.Resources, err = resources(a, specs.Value, in[0]); err != nil {
				return t, err
			}
			return c.OrgTokens.Create(ctx, in[0], r)
		},
		Undo: func(ctx context.Context, c *dockerhub.Client, in []string, id string) error {
			return c.OrgTokens.Delete(ctx, in[0], id)
		},
		Note: "organization access tokens: " + orgTokenQuota,
	})
}

func orgTokensPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch TOKEN", Short: "Change, activate or deactivate a token", Args: cli.ExactArgs(1),
		Long: `Change a token, named by label or ID. --resource replaces all of its resources.

` + resource.Help(),
		Example: `  hubctl org-tokens patch --org acme ci-pull --inactive
  hubctl org-tokens patch --org acme ci-pull \
    --resource repo:acme/checkout-api=image-pull`,
		ValidArgsFunction: completeOrgTokens(a),
	}
	label := cli.StringFlag(cmd, "label", "new `label`")
	description := cli.StringFlag(cmd, "description", "new `text` describing the token")
	active := activeFlags(cmd)
	specs := resourceFlag(a, cmd, "replace all resources with this `resource` (repeatable)")
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "label", "description", "active", "inactive", "resource", "file")
	patch := func(ctx context.Context, c *dockerhub.Client, org string, args []string) (t dockerhub.OrgToken, err error) {
		p := dockerhub.OrgTokenPatch{
			Body: file.Body, Label: label.OrNil(), Description: description.OrNil(), Active: active(),
		}
		if p.Resources, err = resources(a, specs.Value, org); err != nil {
			return t, err
		}
		id, err := orgTokenNames.One(ctx, c, []string{org}, args[0])
		if err != nil {
			return t, err
		}
		return c.OrgTokens.Update(ctx, org, id, p)
	}
	return verb.ShowOfOrg(a, cmd, orgTokenTable, patch)
}

func orgTokensDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete TOKEN...", Short: "Delete tokens", ValidArgsFunction: completeOrgTokens(a),
		Long: `Delete tokens by label or ID. Anything that still uses them stops working.
- reads tokens from standard input, one per line.`,
		Example: `  hubctl org-tokens delete --org acme mirror payments-deploy
  hubctl org-tokens list --org acme -q --expired | \
    hubctl org-tokens delete --org acme - --yes`,
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Delete", Done: "deleted", Ask: true, Org: true, Parse: verb.ParseName, Resolve: orgTokenNames.Resolve,
		Do: func(ctx context.Context, c *dockerhub.Client, in []string, id string) error {
			return c.OrgTokens.Delete(ctx, in[0], id)
		},
	})
}

func completeOrgTokens(a *cli.App) cobra.CompletionFunc { return orgTokenNames.Things().Complete(a) }
