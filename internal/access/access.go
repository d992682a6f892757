// Package access determines who can access repositories.
package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/seq"
)

// A Grant is the access of a team, role, user or everyone to a repository.
type Grant struct {
	Repository string   `json:"repository"`
	Who        string   `json:"who"`
	Kind       string   `json:"kind"`       // team, role, user or everyone
	Permission string   `json:"permission"` // usually one of dockerhub.Permissions
	Through    []string `json:"through"`    // teams and roles that grant it to a user, or public
}

// JSON returns the fields of the grant.
func (g Grant) JSON() json.RawMessage {
	b, err := json.Marshal(g)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return b
}

// A Finder finds the grants of repositories.
type Finder struct {
	Client *dockerhub.Client
	Notice func(format string, args ...any)
	Own    func(namespace string) bool // reports whether the namespace is the session user's
	ByUser bool                        // list users instead of teams and roles
	User   string                      // only this one; "" = all

	Members func(org string) ([]dockerhub.Member, error) // usually a cached MembersOf
}

// MembersOf returns the members of an organization, or only x.User.
func (x Finder) MembersOf(ctx context.Context, org string) ([]dockerhub.Member, error) {
	all, err := seq.Collect(x.Client.Members.List(ctx, org, dockerhub.MemberListOptions{}))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(m dockerhub.Member) bool { return !m.Sent("groups") }) {
		return nil, fmt.Errorf("%w: the server did not send the teams of members of %s",
			dockerhub.ErrAnswer, org)
	}
	if x.User == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(m dockerhub.Member) bool { return strings.EqualFold(m.Username, x.User) })
	if i < 0 {
		x.Notice("%s is not a member of %s", x.User, org)
		return nil, nil
	}
	return all[i : i+1], nil
}

// Grants returns all grants of a repository.
func (x Finder) Grants(ctx context.Context, r dockerhub.Repo) ([]Grant, error) {
	var all []Grant
	add := func(who, kind, permission string, through ...string) {
		all = append(all, Grant{r.FullName(), who, kind, permission, append([]string{}, through...)})
	}
	switch {
	case x.Own(r.Namespace):
		add(r.Namespace, "user", "admin", "owner")
		for u, err := range x.Client.Repos.Collaborators(ctx, r.Namespace, r.Name) {
			if err != nil {
				return nil, err
			}
			add(u.User, "user", "write", "collaborator")
		}
	default:
		teams, err := seq.Collect(x.Client.Repos.Teams(ctx, r.Namespace, r.Name))
		if err != nil {
			return nil, err
		}
		if !x.ByUser {
			add("owners", "role", "admin")
			add("editors", "role", "admin")
			for _, t := range teams {
				add(t.Name, "team", t.Permission)
			}
			break
		}
		members, err := x.Members(r.Namespace)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if permission, through := highest(m, teams); permission != "" {
				add(m.Username, "user", permission, through...)
			}
		}
	}
	if x.User != "" {
		all = slices.DeleteFunc(all, func(g Grant) bool { return !strings.EqualFold(g.Who, x.User) })
	}
	switch public := r.Private != nil && !*r.Private; {
	case public && x.User == "":
		add("everyone", "everyone", "read", "public")
	case public && len(all) == 0:
		add(x.User, "user", "read", "public")
	}
	return all, nil
}

// highest returns the highest permission of a member on a repository with these
// teams, or "", and the teams and role that grant it.
func highest(m dockerhub.Member, teams []dockerhub.RepoTeam) (permission string, through []string) {
	level := -2 // below unknown permissions
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
