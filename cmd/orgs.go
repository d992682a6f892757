package cmd

import (
	"context"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var orgTable = output.Table[dockerhub.Org]{
	{Name: "org", Key: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Name) }},
	{Name: "name", Cell: func(o dockerhub.Org) output.Value { return output.Text(o.FullName) }},
	{Name: "company", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Company) }},
	{Name: "location", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Location) }},
	{Name: "profile_url", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.ProfileURL) }},
	{Name: "joined", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Time(o.JoinedAt.Time) }},
	{Name: "badge", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Badge) }},
	{Name: "active", Wide: true, Cell: func(o dockerhub.Org) output.Value {
		return output.Optional(o.Active, output.Bool)
	}},
	{Name: "id", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.ID) }},
}

// membershipTable is orgTable with the user's own role and teams.
var membershipTable = slices.Concat(orgTable, output.Table[dockerhub.Org]{
	{Name: "role", Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Role) }},
	{Name: "teams", Cell: func(o dockerhub.Org) output.Value { return output.List(o.Teams) }},
	{Name: "team_count", Wide: true, Cell: func(o dockerhub.Org) output.Value {
		return output.Optional(o.TeamCount, output.Count)
	}},
	{Name: "plan", Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Plan) }},
	{Name: "parent", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Parent) }},
})

func newOrgs(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "orgs", "View organizations and change their settings",
		orgsList, orgsGet, orgsExport, orgsDiff, orgsApply, orgsSchema, newOrgSettings, newRegistryAccess), "org")
}

func orgsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List your organizations",
		Example: "  hubctl orgs list --columns org,role,plan",
	}
	return verb.ListThings(a, cli.Placed(cmd), membershipTable, orgList)
}

var orgList = verb.Things[dockerhub.Org]{
	Noun: "orgs",
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Org, error] {
		return c.Orgs.List(ctx)
	},
	Candidate: func(o dockerhub.Org) (value, about string) { return o.Name, o.FullName },
}

func orgsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get ORG...", Short: "Show organizations", ValidArgsFunction: completeOrgs(a),
		Example: "  hubctl orgs get acme",
	}
	return verb.Get(a, cli.Placed(cmd), orgTable, verb.Segments(),
		func(ctx context.Context, c *dockerhub.Client, _ []string, org string) (dockerhub.Org, error) {
			return c.Orgs.Get(ctx, org)
		})
}

var settingsTable = output.Table[dockerhub.OrgSettings]{
	{Name: "restricted_images", Cell: func(s dockerhub.OrgSettings) output.Value {
		return output.Optional(s.RestrictedImages.Enabled, output.Bool)
	}},
	{Name: "allow_official_images", Cell: func(s dockerhub.OrgSettings) output.Value {
		return output.Optional(s.RestrictedImages.AllowOfficialImages, output.Bool)
	}},
	{Name: "allow_verified_publishers", Cell: func(s dockerhub.OrgSettings) output.Value {
		return output.Optional(s.RestrictedImages.AllowVerifiedPublishers, output.Bool)
	}},
}

func newOrgSettings(a *cli.App) *cobra.Command {
	return cli.Group(a, "settings", "View and change image access settings", orgSettingsGet, orgSettingsPatch)
}

func orgSettingsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get", Short: "Show which images members may use",
		Example: "  hubctl orgs settings get --org acme",
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.OrgSettings, error) {
		return c.Orgs.Settings(ctx, org)
	}
	return verb.ShowOfOrg(a, cmd, settingsTable, show)
}

func orgSettingsPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch", Short: "Change which images members may use",
		Long: `Change which images members may use. Settings that are not given keep their
values: hubctl reads all settings, merges the file of -f and the flags, and
sends them back, unless someone else changed them in between.`,
		Example: `  hubctl orgs settings patch --org acme --restricted-images
  hubctl orgs settings patch --org acme --allow-verified-publishers=false`,
	}
	restricted := cli.BoolFlag(cmd, "restricted-images", "restrict which images members may use")
	official := cli.BoolFlag(cmd, "allow-official-images", "allow Docker Official Images")
	verified := cli.BoolFlag(cmd, "allow-verified-publishers", "allow images from verified publishers")
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "restricted-images", "allow-official-images", "allow-verified-publishers", "file")
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.OrgSettings, error) {
		images := dockerhub.RestrictedImages{
			Enabled: restricted.OrNil(), AllowOfficialImages: official.OrNil(), AllowVerifiedPublishers: verified.OrNil(),
		}
		return c.Orgs.UpdateSettings(ctx, org, dockerhub.OrgSettingsPatch{Body: file.Body, RestrictedImages: images})
	}
	return verb.ShowOfOrg(a, cmd, settingsTable, show)
}
