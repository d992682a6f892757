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
	"github.com/hubctl/hubctl/internal/verb"
)

var scimUserTable = output.Table[dockerhub.SCIMUser]{
	{Name: "id", Key: true, Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.ID) }},
	{Name: "user_name", Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.UserName) }},
	{
		Name: "display_name", Spare: true,
		Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.DisplayName) },
	},
	{Name: "active", Cell: func(u dockerhub.SCIMUser) output.Value { return output.Optional(u.Active, output.Bool) }},
	{Name: "name", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.Name.String()) }},
	{Name: "emails", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return scimItems(u.Emails) }},
	{Name: "groups", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return scimItems(u.Groups) }},
	{
		Name: "created", Wide: true,
		Cell: func(u dockerhub.SCIMUser) output.Value { return output.Time(u.Meta.Created.Time) },
	},
	{
		Name: "modified", Wide: true,
		Cell: func(u dockerhub.SCIMUser) output.Value { return output.Time(u.Meta.LastModified.Time) },
	},
}

func scimItems(items []dockerhub.SCIMItem) output.Value {
	var all []string
	for _, item := range items {
		all = append(all, item.Value)
	}
	return output.List(all)
}

// scimAttributes are the attributes of users that there are to choose from.
var scimAttributes = []string{"userName", "displayName", "name", "active", "emails", "groups", "meta"}

func newSCIMUsers(a *cli.App) *cobra.Command {
	return cli.Group(a, "users", "Manage users through SCIM",
		scimUsersList, scimUsersGet, scimUsersCreate, scimUsersPatch)
}

func scimUsersList(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "list", Short: "List the users of the organization",
		Example: "  hubctl scim users list --sort-by userName\n" +
			"  hubctl scim users list --filter 'userName eq \"aferreira@example.com\"' -q",
	})
	var q dockerhub.SCIMListOptions
	cmd.Flags().StringVar(&q.Filter, "filter", "",
		"only users that fit this SCIM `filter`, such as userName eq \"ada@example.com\"")
	by := cmd.Flags().String("sort-by", "",
		"have the server sort by this `attribute`; a - before it turns the order around")
	cli.ListFlag(cmd.Flags(), &q.Attributes, "attributes",
		"have the server answer these `attributes` alone, with commas between them")
	cli.CompleteFlag(cmd, "filter")
	cli.CompleteFlagFunc(cmd, "sort-by",
		func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return cli.Signed(scimAttributes[:2], typed), cobra.ShellCompDirectiveNoFileComp
		})
	cli.CompleteListFlag(cmd, "attributes", scimAttributes...)
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.SCIMUser, error] {
		q.SortBy, q.Descending = strings.CutPrefix(*by, "-")
		return c.SCIM.ListUsers(ctx, q)
	}
	return verb.List(a, cmd, scimUserTable, rows)
}

func scimUsersGet(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "get ID", Short: "Show a user", Args: cobra.ExactArgs(1), ValidArgsFunction: completeSCIMUsers(a),
		Example: "  hubctl scim users get ea299cb2-3263-4671-902a-35e1af0d16f2",
	})
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.SCIMUser, error) {
		return c.SCIM.GetUser(ctx, args[0])
	}
	return verb.Show(a, cmd, scimUserTable, show)
}

func scimUsersCreate(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "create --user-name EMAIL", Short: "Create a user in the organization",
		Long: "Create a user in the organization. Somebody who has an account with that address\n" +
			"already becomes a member of the organization with it.",
		Example: "  hubctl scim users create --user-name ada@example.com --given-name Ada --family-name Lovelace",
	})
	userName := cmd.Flags().String("user-name", "", "the user's `email` address, which is the name to SCIM")
	email := cmd.Flags().String("email", "",
		"the `address` to list as the user's email as well, for a provider that wants it")
	name := scimNameFlags(cmd)
	missing := cmd.Flags().Bool("if-missing", false, "succeed if there is such a user already")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("user-name", "file")
	cmd.MarkFlagsMutuallyExclusive("if-missing", "file") // whose user name is not known
	cli.CompleteFlag(cmd, "user-name")
	cli.CompleteFlag(cmd, "email")
	show := func(ctx context.Context, c *dockerhub.Client, _ []string) (dockerhub.SCIMUser, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.SCIMUser{}, err
		}
		r := dockerhub.SCIMUserRequest{Body: base, UserName: *userName, Name: name()}
		if base.Base == nil {
			r.Schemas = []string{dockerhub.SCIMUserSchema}
		}
		if *email != "" {
			r.Emails = []dockerhub.SCIMItem{{Value: *email, Primary: true}}
		}
		return verb.IfMissing(*missing,
			func() (dockerhub.SCIMUser, error) { return c.SCIM.CreateUser(ctx, r) },
			func() (dockerhub.SCIMUser, error) { return scimUserNamed(ctx, c, *userName) })
	}
	return verb.Show(a, cmd, scimUserTable, show)
}

// scimUserNamed finds the user of a user name.
func scimUserNamed(ctx context.Context, c *dockerhub.Client, userName string) (dockerhub.SCIMUser, error) {
	for u, err := range c.SCIM.ListUsers(ctx,
		dockerhub.SCIMListOptions{Filter: "userName eq " + string(cli.MustJSON(userName))}) {
		if err != nil || strings.EqualFold(u.UserName, userName) {
			return u, err
		}
	}
	return dockerhub.SCIMUser{}, fmt.Errorf("%w: no user %s", dockerhub.ErrNotFound, userName)
}

func scimUsersPatch(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "patch ID", Short: "Change a user's name, or deactivate or activate the user", Args: cobra.ExactArgs(1),
		Long: "Change a user's name, or deactivate or activate the user.\n" +
			"The API takes users whole only: hubctl reads the user, merges the flags or the file\n" +
			"into it, and sends all of it, unless it was changed meanwhile.",
		Example: "  hubctl scim users patch ea299cb2-3263-4671-902a-35e1af0d16f2 --active=false\n" +
			"  hubctl scim users patch ea299cb2-3263-4671-902a-35e1af0d16f2 --family-name Byron",
		ValidArgsFunction: completeSCIMUsers(a),
	})
	name := scimNameFlags(cmd)
	active := cmd.Flags().Bool("active", true, "whether the user may use the organization")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("given-name", "family-name", "active", "file")
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.SCIMUser, error) {
		if _, err := hub.Segment(args[0]); err != nil {
			return dockerhub.SCIMUser{}, err
		}
		base, err := body(ctx)
		if err != nil {
			return dockerhub.SCIMUser{}, err
		}
		return c.SCIM.UpdateUser(ctx, args[0],
			dockerhub.SCIMUserPatch{Body: base, Name: name(), Active: cli.Changed(cmd, "active", active)})
	}
	return verb.Show(a, cmd, scimUserTable, show)
}

// scimNameFlags declares the parts of a person's name and returns what was
// given of them, nil if nothing was.
func scimNameFlags(cmd *cobra.Command) func() *dockerhub.SCIMName {
	given := cmd.Flags().String("given-name", "", "the user's first `name`")
	family := cmd.Flags().String("family-name", "", "the user's last `name`")
	cli.CompleteFlag(cmd, "given-name")
	cli.CompleteFlag(cmd, "family-name")
	return func() *dockerhub.SCIMName {
		n := dockerhub.SCIMName{
			GivenName:  cli.Changed(cmd, "given-name", given),
			FamilyName: cli.Changed(cmd, "family-name", family),
		}
		if n == (dockerhub.SCIMName{}) {
			return nil
		}
		return &n
	}
}

func completeSCIMUsers(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return completeSCIM(a, cmd, args, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(func(u dockerhub.SCIMUser) (value, about string) { return u.ID, u.UserName },
				c.SCIM.ListUsers(ctx, dockerhub.SCIMListOptions{}))
		})
	}
}
