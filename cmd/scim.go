package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/sandbox"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

var scimConfigTable = output.Table[dockerhub.SCIMConfig]{
	scimFeature("patch", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.Patch }),
	scimFeature("bulk", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.Bulk }),
	scimFeature("filter", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.Filter }),
	{Name: "filter_max", Cell: func(c dockerhub.SCIMConfig) output.Value {
		return output.Optional(c.Filter.MaxResults, output.Count)
	}},
	scimFeature("change_password", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.ChangePassword }),
	scimFeature("sort", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.Sort }),
	scimFeature("etag", func(c dockerhub.SCIMConfig) dockerhub.SCIMFeature { return c.ETag }),
	{Name: "documentation", Wide: true, Cell: func(c dockerhub.SCIMConfig) output.Value {
		return output.Text(c.DocumentationURI)
	}},
}

func scimFeature(name string, of func(dockerhub.SCIMConfig) dockerhub.SCIMFeature) output.Column[dockerhub.SCIMConfig] {
	return output.Column[dockerhub.SCIMConfig]{
		Name: name,
		Cell: func(c dockerhub.SCIMConfig) output.Value { return output.Optional(of(c).Supported, output.Bool) },
	}
}

var scimResourceTypeTable = output.Table[dockerhub.SCIMResourceType]{
	{Name: "name", Key: true, Cell: func(t dockerhub.SCIMResourceType) output.Value { return output.Text(t.Name) }},
	{Name: "endpoint", Cell: func(t dockerhub.SCIMResourceType) output.Value { return output.Text(t.Endpoint) }},
	{Name: "schema", Cell: func(t dockerhub.SCIMResourceType) output.Value { return output.Text(t.Schema) }},
	{Name: "description", Cell: func(t dockerhub.SCIMResourceType) output.Value { return output.Text(t.Description) }},
	{Name: "id", Wide: true, Cell: func(t dockerhub.SCIMResourceType) output.Value { return output.Text(t.ID) }},
}

var scimSchemaTable = output.Table[dockerhub.SCIMSchema]{
	{Name: "id", Key: true, Cell: func(s dockerhub.SCIMSchema) output.Value { return output.Text(s.ID) }},
	{Name: "name", Cell: func(s dockerhub.SCIMSchema) output.Value { return output.Text(s.Name) }},
	{Name: "description", Cell: func(s dockerhub.SCIMSchema) output.Value { return output.Text(s.Description) }},
	{Name: "attributes", Wide: true, Cell: func(s dockerhub.SCIMSchema) output.Value {
		var names []string
		for _, a := range s.Attributes {
			names = append(names, a.Name)
		}
		return output.List(names)
	}},
}

func newSCIM(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "scim", "Manage the users of an organization through SCIM",
		scimConfig, scimResourceTypes, scimSchemas, newSCIMUsers)
	cmd.Long = `Manage the users of an organization as its identity provider does, through
SCIM. These commands need no login: set HUBCTL_SCIM_TOKEN to the SCIM API token
from the organization's single sign-on settings.`
	return cmd
}

// scim makes cmd use the SCIM token, which is for one organization and does not
// belong to a session.
func scim(a *cli.App, cmd *cobra.Command) *cobra.Command {
	return a.UseBearer(cmd, cli.BearerSource{
		Kind: "SCIM token", Name: "HUBCTL_SCIM_TOKEN",
		Token: func(inSandbox bool) (string, error) {
			if inSandbox {
				return sandbox.SCIMToken, nil
			}
			if bearer := settings.SCIMToken(); bearer != "" {
				return bearer, nil
			}
			return "", errNoSCIMToken
		},
	})
}

var errNoSCIMToken = cli.NewAuthError("no SCIM token: set HUBCTL_SCIM_TOKEN to " +
	"the SCIM API token from the organization's single sign-on settings (a login does not replace it)")

func scimConfig(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "config", Short: "Show the features of the SCIM service",
		Example: "  hubctl scim config",
	})
	return verb.Show(a, cmd, scimConfigTable,
		func(ctx context.Context, c *dockerhub.Client, _ []string) (dockerhub.SCIMConfig, error) {
			return c.SCIM.Config(ctx)
		})
}

// scimResourceTypeList is not cached: the organization of a SCIM token is unknown.
var scimResourceTypeList = verb.Things[dockerhub.SCIMResourceType]{
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.SCIMResourceType, error] {
		return c.SCIM.ListResourceTypes(ctx)
	},
	Candidate: func(t dockerhub.SCIMResourceType) (value, about string) { return t.Name, t.Description },
}

func scimResourceTypes(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "resource-types [NAME]", Short: "List resource types, or show one",
		Example: `  hubctl scim resource-types
  hubctl scim resource-types User`,
	})
	return verb.ListOrOne(a, cmd, scimResourceTypeTable, scimResourceTypeList,
		func(ctx context.Context, c *dockerhub.Client, name string) (dockerhub.SCIMResourceType, error) {
			return c.SCIM.GetResourceType(ctx, name)
		})
}

var scimSchemaList = verb.Things[dockerhub.SCIMSchema]{
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.SCIMSchema, error] {
		return c.SCIM.ListSchemas(ctx)
	},
	Candidate: func(s dockerhub.SCIMSchema) (value, about string) { return s.ID, s.Name },
}

func scimSchemas(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "schemas [ID]", Short: "List schemas, or show one",
		Example: `  hubctl scim schemas
  hubctl scim schemas ` + dockerhub.SCIMUserSchema + ` -o json`,
	})
	return verb.ListOrOne(a, cmd, scimSchemaTable, scimSchemaList,
		func(ctx context.Context, c *dockerhub.Client, id string) (dockerhub.SCIMSchema, error) {
			return c.SCIM.GetSchema(ctx, id)
		})
}
