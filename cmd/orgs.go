package cmd

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
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
	{
		Name: "active", Wide: true,
		Cell: func(o dockerhub.Org) output.Value { return output.Optional(o.Active, output.Bool) },
	},
	{Name: "id", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.ID) }},
}

// membershipTable is orgTable with what a user has to do with an organization.
var membershipTable = slices.Concat(orgTable, output.Table[dockerhub.Org]{
	{Name: "role", Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Role) }},
	{Name: "teams", Cell: func(o dockerhub.Org) output.Value { return output.List(o.Teams) }},
	{Name: "plan", Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Plan) }},
	{Name: "parent", Wide: true, Cell: func(o dockerhub.Org) output.Value { return output.Text(o.Parent) }},
})

func newOrgs(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "orgs", "Look at organizations and change their settings",
		orgsList, orgsGet, newOrgSettings, newRegistryAccess), "org")
}

func orgsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the organizations that you are in",
		Example: "  hubctl orgs list --columns org,role,plan",
	}
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Org, error] {
		return cli.RememberCandidates(ctx, a, orgsNoun, orgCandidate, c.Orgs.List(ctx))
	}
	return verb.List(a, cli.Placed(cmd), membershipTable, rows)
}

func orgsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get [ORG]", Short: "Show an organization", Args: cobra.MaximumNArgs(1), ValidArgsFunction: completeOrgs(a),
		Long:    "Show an organization: the one that is named, or else that of --org.",
		Example: "  hubctl orgs get acme",
	}
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Org, error) {
		org, err := orgOf(a, args)
		if err != nil {
			return dockerhub.Org{}, err
		}
		return c.Orgs.Get(ctx, org)
	}
	return verb.Show(a, cmd, orgTable, show)
}

// orgOf is the organization that the first argument names, or else the chosen one.
func orgOf(a *cli.App, args []string) (string, error) {
	if len(args) > 0 {
		org, err := hub.Segment(args[0])
		return org, cmp.Or(err, cli.OrgFlag(a).Agrees(args[0], org))
	}
	return a.Org()
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
	return cli.Group(a, "settings", "Look at an organization's settings and change them", orgSettingsGet, orgSettingsPatch)
}

func orgSettingsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get", Short: "Show which images the members may use",
		Example: "  hubctl orgs settings get --org acme",
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.OrgSettings, error) {
		return c.Orgs.Settings(ctx, org)
	}
	return verb.ShowOfOrg(a, cmd, settingsTable, show)
}

func orgSettingsPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch", Short: "Change which images the members may use",
		Long: "Change which images the members may use. What is not given stays as it is: the\n" +
			"settings are read, changed, and sent whole, unless somebody else changed them\n" +
			"meanwhile. A file with -f holds the fields to change.",
		Example: "  hubctl orgs settings patch --org acme --restricted-images --allow-verified-publishers=false",
	}
	restricted := cmd.Flags().Bool("restricted-images", false,
		"whether members may use no images but those that are allowed")
	official := cmd.Flags().Bool("allow-official-images", false, "whether Docker Official Images are allowed")
	verified := cmd.Flags().Bool("allow-verified-publishers", false, "whether images of verified publishers are allowed")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("restricted-images", "allow-official-images", "allow-verified-publishers", "file")
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.OrgSettings, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.OrgSettings{}, err
		}
		return c.Orgs.UpdateSettings(ctx, org,
			dockerhub.OrgSettingsPatch{Body: base, RestrictedImages: dockerhub.RestrictedImages{
				Enabled:                 cli.Changed(cmd, "restricted-images", restricted),
				AllowOfficialImages:     cli.Changed(cmd, "allow-official-images", official),
				AllowVerifiedPublishers: cli.Changed(cmd, "allow-verified-publishers", verified),
			}})
	}
	return verb.ShowOfOrg(a, cmd, settingsTable, show)
}

// orgsNoun is what completion keeps organizations under.
const orgsNoun = "orgs"

func orgCandidate(o dockerhub.Org) (value, about string) { return o.Name, o.FullName }
