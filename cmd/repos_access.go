package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

// A grant is what somebody may do with a repository.
type grant struct {
	Repository string   `json:"repository"`
	Who        string   `json:"who"`
	Kind       string   `json:"kind"`       // team, role, user or everyone
	Permission string   `json:"permission"` // such as those of dockerhub.Permissions
	Through    []string `json:"through"`    // teams and roles that a user has it by; public
}

func (g grant) JSON() json.RawMessage { return cli.MustJSON(g) }

var grantTable = output.Table[grant]{
	{Name: "repository", Key: true, Cell: func(g grant) output.Value { return output.Text(g.Repository) }},
	{Name: "who", Key: true, Cell: func(g grant) output.Value { return output.Text(g.Who) }},
	{Name: "kind", Cell: func(g grant) output.Value { return output.Text(g.Kind) }},
	{Name: "permission", Cell: func(g grant) output.Value { return output.Text(g.Permission) }},
	{Name: "through", Cell: func(g grant) output.Value { return output.List(g.Through) }},
}

func reposAccess(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "access [REPO...]", Short: "Show who may read, write and administer repositories, and why",
		Long: "Show who may read, write and administer repositories: those that are named, or all of\n" +
			"the namespace.\n\n" +
			"For an organization's repository these are teams, and the owners and editors, who\n" +
			"administer all. --members shows the users instead, each with the highest permission\n" +
			"and the teams or the role that give it. A user's own repository has collaborators. A\n" +
			"public one can be read by everyone. What a role that the organization has made\n" +
			"itself allows is not known.\n\n" +
			"- reads the repositories from standard input, one a line. -q prints each repository that\n" +
			"has anything to show, once.",
		Example: "  hubctl repos access acme/checkout-api\n" +
			"  hubctl repos access --org acme --members --permission admin\n" +
			"  hubctl repos access --org acme --member bokafor -o csv",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
	}
	f := cmd.Flags()
	members := f.Bool("members", false, "show users instead of teams and roles")
	user := f.String("member", "", "only what this `user` may do")
	permission := f.String("permission", "",
		"only who has at least this `permission`: "+strings.Join(dockerhub.Permissions, ", "))
	cli.CompleteFlagWith(cmd, "member", completeMembers(a))
	cli.CompleteFlag(cmd, "permission", dockerhub.Permissions...)
	keep := &cli.Filter[grant]{A: a, Cmd: cmd, Things: "grants"}
	keep.By("permission", "permissions", func(g grant) cli.Ruling {
		level := slices.Index(dockerhub.Permissions, g.Permission)
		wanted := slices.Index(dockerhub.Permissions, *permission)
		return cli.Rule(g.Permission != "", level < 0 || level >= wanted) // a new one may be any
	})
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[grant, error] {
		if f.Changed("permission") && !slices.Contains(dockerhub.Permissions, *permission) {
			return seq.Fail[grant](cli.NewUsageError(fmt.Errorf("--permission: want one of %s",
				strings.Join(dockerhub.Permissions, ", "))))
		}
		repos, err := reposOf(ctx, a, c, args)
		if err != nil {
			return seq.Fail[grant](err)
		}
		x := access{a: a, c: c, byUser: *members || *user != "", user: strings.ToLower(*user)}
		x.members = seq.Memoize(func(org string) ([]dockerhub.Member, error) { return x.membersOf(ctx, org) })
		oneRow := dockerhub.WithMaxRows(ctx, 1) // repositories are read in parallel, so their pages need not be
		grants := seq.Concat(seq.ParallelMap(oneRow, a.Settings.Concurrency, repos, x.grants))
		printed := ""
		return seq.Filter(func(g grant) bool {
			if a.Flags.Quiet && g.Repository == printed {
				return false // the next command wants it once
			}
			printed = g.Repository
			return true
		}, keep.Of(grants))
	}
	return verb.List(a, cmd, grantTable, rows)
}

// reposOf are the repositories that are named, or those of the namespace.
func reposOf(ctx context.Context, a *cli.App, c *dockerhub.Client, args []string) (
	iter.Seq2[dockerhub.Repo, error], error,
) {
	if len(args) > 0 {
		named, err := verb.Identifiers(ctx, a, args, a.Repository)
		return func(yield func(dockerhub.Repo, error) bool) {
			for _, n := range named {
				if !yield(c.Repos.Get(ctx, n.Value.Namespace, n.Value.Name)) {
					return
				}
			}
		}, err
	}
	namespace, err := cli.NamespaceOf(a, nil)
	return c.Repos.List(ctx, namespace, ""), err
}

// An access finds out who may do what.
type access struct {
	a      *cli.App
	c      *dockerhub.Client
	byUser bool
	user   string // the only one to look at; "" = all

	members func(org string) ([]dockerhub.Member, error) // those to look at
}

func (x access) membersOf(ctx context.Context, org string) ([]dockerhub.Member, error) {
	all, err := seq.Collect(x.c.Members.List(ctx, org, dockerhub.MemberListOptions{}))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(m dockerhub.Member) bool { return !m.Sent("groups") }) {
		return nil, fmt.Errorf("%w: the list of the members of %s does not say who is in which team",
			dockerhub.ErrAnswer, org)
	}
	if x.user == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(m dockerhub.Member) bool { return strings.EqualFold(m.Username, x.user) })
	if i < 0 {
		x.a.Notice("%s is not a member of %s", x.user, org)
		return nil, nil
	}
	return all[i : i+1], nil
}

// grants are all of a repository.
func (x access) grants(ctx context.Context, r dockerhub.Repo) ([]grant, error) {
	var all []grant
	add := func(who, kind, permission string, through ...string) {
		all = append(all, grant{fullName(r), who, kind, permission, append([]string{}, through...)})
	}
	session := x.a.Current.Session
	switch own := strings.EqualFold(r.Namespace, session.User) && session.Kind != dockerhub.OrganizationAccessToken; {
	case own:
		add(r.Namespace, "user", "admin", "owner")
		for u, err := range x.c.Repos.Collaborators(ctx, r.Namespace, r.Name) {
			if err != nil {
				return nil, err
			}
			add(u.User, "user", "write", "collaborator")
		}
	default:
		teams, err := seq.Collect(x.c.Repos.Teams(ctx, r.Namespace, r.Name))
		if err != nil {
			return nil, err
		}
		if !x.byUser {
			add("owners", "role", "admin")
			add("editors", "role", "admin")
			for _, t := range teams {
				add(t.Name, "team", t.Permission)
			}
			break
		}
		members, err := x.members(r.Namespace)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if permission, through := highest(m, teams); permission != "" {
				add(m.Username, "user", permission, through...)
			}
		}
	}
	if x.user != "" {
		all = slices.DeleteFunc(all, func(g grant) bool { return !strings.EqualFold(g.Who, x.user) })
	}
	switch public := r.Private != nil && !*r.Private; {
	case public && x.user == "":
		add("everyone", "everyone", "read", "public")
	case public && len(all) == 0:
		add(x.user, "user", "read", "public")
	}
	return all, nil
}

// highest is the highest permission that a member has on a repository of these
// teams, "" = none, and all that give it.
func highest(m dockerhub.Member, teams []dockerhub.RepoTeam) (permission string, through []string) {
	level := -2 // below what is not known
	by := func(p, what string) {
		switch l := slices.Index(dockerhub.Permissions, p); {
		case l > level:
			level, permission, through = l, p, []string{what}
		case l == level && p == permission:
			through = append(through, what)
		}
	}
	for _, role := range []string{"owner", "editor"} {
		if strings.EqualFold(m.Role, role) {
			by("admin", "role "+role)
		}
	}
	for _, t := range teams {
		if slices.ContainsFunc(m.Teams, func(name string) bool { return strings.EqualFold(name, t.Name) }) {
			by(t.Permission, t.Name)
		}
	}
	return permission, through
}
