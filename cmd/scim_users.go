package cmd

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var scimUserTable = output.Table[dockerhub.SCIMUser]{
	{Name: "id", Key: true, Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.ID) }},
	{Name: "user_name", Match: true, Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.UserName) }},
	{Name: "display_name", Spare: true, Cell: func(u dockerhub.SCIMUser) output.Value {
		return output.Text(u.DisplayName)
	}},
	{Name: "active", Cell: func(u dockerhub.SCIMUser) output.Value { return output.Optional(u.Active, output.Bool) }},
	{Name: "name", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return output.Text(u.Name.String()) }},
	{Name: "emails", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return scimItems(u.Emails) }},
	{Name: "groups", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value { return scimItems(u.Groups) }},
	{Name: "created", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value {
		return output.Time(u.Meta.Created.Time)
	}},
	{Name: "modified", Wide: true, Cell: func(u dockerhub.SCIMUser) output.Value {
		return output.Time(u.Meta.LastModified.Time)
	}},
}

func scimItems(items []dockerhub.SCIMItem) output.Value {
	var all []string
	for _, item := range items {
		all = append(all, item.Value)
	}
	return output.List(all)
}

// scimAttributes are the attributes that --attributes completes.
var scimAttributes = []string{"userName", "displayName", "name", "active", "emails", "groups", "meta"}

// scimUserNames looks up users by user name, which is an email address. It is not
// cached: the organization of a SCIM token is unknown.
var scimUserNames = verb.Names[dockerhub.SCIMUser]{
	Kind: "user",
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.SCIMUser, error] {
		return c.SCIM.ListUsers(ctx, dockerhub.SCIMUserListOptions{})
	},
	ID:   func(u dockerhub.SCIMUser) string { return u.ID },
	Name: func(u dockerhub.SCIMUser) string { return u.UserName },
	IsID: func(s string) bool { return !strings.Contains(s, "@") },
}

func newSCIMUsers(a *cli.App) *cobra.Command {
	return cli.Group(a, "users", "Manage users through SCIM",
		scimUsersList, scimUsersGet, scimUsersCreate, scimUsersPatch)
}

func scimUsersList(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "list", Short: "List the users of the organization",
		Example: "  hubctl scim users list --sort user_name\n" +
			"  hubctl scim users list --filter 'userName eq \"aferreira@example.com\"' -q",
	})
	filter := cli.StringFlag(cmd, "filter", "only users matching this SCIM `filter`")
	attributes := cli.ListFlag(cmd, "attributes", "comma-separated `attributes` to request", scimAttributes...)
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.SCIMUser, error] {
		return c.SCIM.ListUsers(ctx, dockerhub.SCIMUserListOptions{Filter: filter.Value, Attributes: attributes.Value})
	}
	return verb.List(a, cmd, scimUserTable, rows)
}

func scimUsersGet(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "get USER...", Short: "Show users", ValidArgsFunction: completeSCIMUsers(a),
		Long: `Show users by user name (an email address) or ID.`,
		Example: `  hubctl scim users get aferreira@example.com
  hubctl scim users get ea299cb2-3263-4671-902a-35e1af0d16f2`,
	})
	return verb.Get(a, cmd, scimUserTable, scimUserNames.Targets(),
		func(ctx context.Context, c *dockerhub.Client, _ []string, id string) (dockerhub.SCIMUser, error) {
			return c.SCIM.GetUser(ctx, id)
		})
}

func scimUsersCreate(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "create USER_NAME", Short: "Create a user in the organization",
		Long: `Create a user in the organization. USER_NAME is an email address: if an account
with it exists, that account becomes a member.`,
		Example: `  hubctl scim users create ada@example.com --given-name Ada`,
	})
	file := cli.BodyFlag(cmd)
	named := verb.NameArg(cmd, scimUserNameFlag(cmd), file)
	email := cli.StringFlag(cmd, "email", "email `address` of the user")
	name := scimNameFlags(cmd)
	missing := cli.BoolFlag(cmd, "if-missing", "succeed without changes if the user exists")
	cli.Exclusive(cmd, "if-missing", "file") // its user name is unknown
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.SCIMUser, error) {
		r := dockerhub.SCIMUserRequest{Body: file.Body, UserName: named(args), Name: name()}
		if !file.Changed() {
			r.Schemas = []string{dockerhub.SCIMUserSchema}
		}
		if email.Changed() {
			r.Emails = []dockerhub.SCIMItem{{Value: email.Value, Primary: true}}
		}
		return verb.IfMissing(missing.Value,
			func() (dockerhub.SCIMUser, error) { return c.SCIM.CreateUser(ctx, r) },
			func() (dockerhub.SCIMUser, error) { return scimUserNamed(ctx, c, r.UserName) })
	}
	return verb.Show(a, cmd, scimUserTable, show)
}

// scimUserNamed finds a user by user name.
func scimUserNamed(ctx context.Context, c *dockerhub.Client, userName string) (dockerhub.SCIMUser, error) {
	for u, err := range c.SCIM.ListUsers(ctx,
		dockerhub.SCIMUserListOptions{Filter: "userName eq " + string(cli.MustJSON(userName))}) {
		if err != nil || strings.EqualFold(u.UserName, userName) {
			return u, err
		}
	}
	return dockerhub.SCIMUser{}, fmt.Errorf("%w: no user %s", dockerhub.ErrNotFound, userName)
}

func scimUsersPatch(a *cli.App) *cobra.Command {
	cmd := scim(a, &cobra.Command{
		Use: "patch USER", Short: "Change, activate or deactivate a user", Args: cli.ExactArgs(1),
		Long: `Change, activate or deactivate a user. Fields that are not given keep their
values: hubctl reads the user, merges the file of -f and the flags, and sends it
back, unless someone else changed the user in between.`,
		Example: "  hubctl scim users patch ea299cb2-3263-4671-902a-35e1af0d16f2 --inactive\n" +
			"  hubctl scim users patch aferreira@example.com --family-name Byron",
		ValidArgsFunction: completeSCIMUsers(a),
	})
	name := scimNameFlags(cmd)
	userName := scimUserNameFlag(cmd)
	active := activeFlags(cmd)
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "user-name", "given-name", "family-name", "active", "inactive", "file")
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.SCIMUser, error) {
		id, err := scimUserNames.One(ctx, c, nil, args[0])
		if err != nil {
			return dockerhub.SCIMUser{}, err
		}
		return c.SCIM.UpdateUser(ctx, id, dockerhub.SCIMUserPatch{
			Body: file.Body, UserName: userName.Value, Name: name(), Active: active(),
		})
	}
	return verb.Show(a, cmd, scimUserTable, show)
}

func scimUserNameFlag(cmd *cobra.Command) *cli.Flag[string] {
	return cli.StringFlag(cmd, "user-name", "user name, an `email` address")
}

// scimNameFlags declares the flags for the parts of a name. The function that it
// returns gives the name, or nil if no part was given.
func scimNameFlags(cmd *cobra.Command) func() *dockerhub.SCIMName {
	given := cli.StringFlag(cmd, "given-name", "the user's first `name`")
	family := cli.StringFlag(cmd, "family-name", "the user's last `name`")
	return func() *dockerhub.SCIMName {
		if !given.Changed() && !family.Changed() {
			return nil
		}
		return &dockerhub.SCIMName{GivenName: given.OrNil(), FamilyName: family.OrNil()}
	}
}

func completeSCIMUsers(a *cli.App) cobra.CompletionFunc { return scimUserNames.Things().Complete(a) }
