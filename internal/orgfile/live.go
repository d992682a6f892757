package orgfile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/markdown"
	"github.com/hubctl/hubctl/internal/resource"
	"github.com/hubctl/hubctl/internal/seq"
)

// A Live is the organization on the Hub.
type Live struct {
	Organization string
	// Forbidden are the sections that the session may not read, with the reasons.
	Forbidden map[string]error
	// Twice are the labels that several tokens have. Such tokens are not in the section.
	Twice []string

	sections map[string]tree
	pending  map[string]bool   // members who are only invited, and those of teams (teams.qa.members.ada)
	accounts map[string]string // Docker IDs by email address
}

// A Reader reads organizations.
type Reader struct {
	Client      *dockerhub.Client
	Concurrency int // maximum number of teams, and of repositories, read at a time
}

// Read reads sections of an organization, all at the same time.
func (r Reader) Read(ctx context.Context, org string, sections []string) (*Live, error) {
	l := &Live{
		Organization: org, Forbidden: map[string]error{}, sections: map[string]tree{},
		pending: map[string]bool{}, accounts: map[string]string{},
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	read := map[string]func(context.Context, string) (tree, error){
		settings: r.settings, registryAccess: r.registryAccess, repositories: r.repositories,
		members: l.members(r), teams: l.teams(r), orgTokens: l.tokens(r),
	}
	var mu sync.Mutex
	var tasks sync.WaitGroup
	for _, section := range sections {
		tasks.Go(func() {
			t, err := read[section](ctx, org)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, dockerhub.ErrForbidden), errors.Is(err, dockerhub.ErrPaymentRequired):
				l.Forbidden[section] = err
			case err != nil:
				cancel(err)
			default:
				l.sections[section] = t
			}
		})
	}
	tasks.Wait()
	return l, context.Cause(ctx)
}

func (r Reader) settings(ctx context.Context, org string) (tree, error) {
	s, err := r.Client.Orgs.Settings(ctx, org)
	images := tree{}
	for name, v := range map[string]*bool{
		"enabled": s.RestrictedImages.Enabled, "allow-official-images": s.RestrictedImages.AllowOfficialImages,
		"allow-verified-publishers": s.RestrictedImages.AllowVerifiedPublishers,
	} {
		if v != nil {
			images[name] = *v
		}
	}
	return tree{"restricted-images": images}, err
}

func (r Reader) registryAccess(ctx context.Context, org string) (tree, error) {
	a, err := r.Client.Orgs.RegistryAccess(ctx, org)
	registries := tree{}
	for _, allowed := range []bool{true, false} {
		for _, name := range a.Names(allowed) {
			registries[name] = allowed
		}
	}
	t := tree{"registries": registries}
	if a.Enabled != nil {
		t["enabled"] = *a.Enabled
	}
	return t, err
}

func (l *Live) members(r Reader) func(context.Context, string) (tree, error) {
	return func(ctx context.Context, org string) (tree, error) {
		t := tree{}
		for m, err := range r.Client.Members.List(ctx, org, dockerhub.MemberListOptions{}) {
			if err != nil {
				return nil, err
			}
			name := strings.ToLower(m.Username)
			if name == "" || strings.EqualFold(m.Role, "invitee") {
				continue // it is in the list of invitations
			}
			t[name] = strings.ToLower(m.Role)
			for _, address := range []string{m.Email, m.PrimaryEmail} {
				if address != "" {
					l.accounts[strings.ToLower(address)] = name
				}
			}
		}
		for i, err := range r.Client.Invites.List(ctx, org) {
			if err != nil {
				return nil, err
			}
			name := strings.ToLower(i.Invitee)
			if _, joined := t[l.account(name)]; joined || name == "" {
				continue
			}
			t[name] = invited
			l.pending[join(members, name)] = true
			if i.Team != "" {
				l.pending[join(join(join(teams, i.Team), members), name)] = true
			}
		}
		return t, nil
	}
}

// invited is the role of somebody who has not joined yet: the Hub does not say which one
// it will be.
const invited = "member"

// account returns the Docker ID of a member, given by Docker ID or email address.
func (l *Live) account(name string) string {
	name = strings.ToLower(name)
	if id := l.accounts[name]; id != "" {
		return id
	}
	return name
}

func (l *Live) teams(r Reader) func(context.Context, string) (tree, error) {
	type team struct {
		name string
		tree tree
	}
	return func(ctx context.Context, org string) (tree, error) {
		one := func(ctx context.Context, t dockerhub.Team) (team, error) {
			in, grants := tree{}, tree{}
			for m, err := range r.Client.Teams.Members(ctx, org, t.Name, dockerhub.TeamMemberListOptions{}) {
				if err != nil {
					return team{}, err
				}
				in[strings.ToLower(m.Username)] = true
			}
			for repo, err := range r.Client.Teams.Repositories(ctx, org, t.Name) {
				if err != nil {
					return team{}, err
				}
				name := repo.Name
				if repo.Namespace != "" && repo.Namespace != org {
					name = repo.Namespace + "/" + name
				}
				grants[name] = repo.Permission
			}
			return team{t.Name, tree{
				"description": t.Description, "role": strings.ToLower(t.Role), members: in, repositories: grants,
			}}, nil
		}
		all := tree{}
		list := r.Client.Teams.List(ctx, org, dockerhub.TeamListOptions{})
		for t, err := range seq.ParallelMap(ctx, r.Concurrency, list, one) {
			if err != nil {
				return nil, err
			}
			all[t.name] = t.tree
		}
		return all, nil
	}
}

func (r Reader) repositories(ctx context.Context, org string) (tree, error) {
	type repo struct {
		name string
		tree tree
	}
	one := func(ctx context.Context, listed dockerhub.Repo) (repo, error) {
		got, err := r.Client.Repos.Get(ctx, org, listed.Name)
		if err != nil {
			return repo{}, fmt.Errorf("%s: %w", listed.FullName(), err)
		}
		immutable := tree{"enabled": false, "rules": []string{}}
		if i := got.ImmutableTags; i != nil {
			immutable = tree{"enabled": i.Enabled, "rules": append([]string{}, i.Rules...)}
		}
		categories := []string{}
		for _, c := range got.Categories {
			categories = append(categories, c.Slug)
		}
		slices.Sort(categories)
		return repo{listed.Name, tree{
			"description": got.Description, "private": got.Private != nil && *got.Private, "categories": categories,
			"immutable-tags": immutable, "readme": markdown.Normalize(got.Readme),
		}}, nil
	}
	all := tree{}
	list := r.Client.Repos.List(ctx, org, dockerhub.RepoListOptions{})
	for got, err := range seq.ParallelMap(ctx, r.Concurrency, list, one) {
		if err != nil {
			return nil, err
		}
		all[got.name] = got.tree
	}
	return all, nil
}

func (l *Live) tokens(r Reader) func(context.Context, string) (tree, error) {
	type token struct {
		label string
		tree  tree
	}
	return func(ctx context.Context, org string) (tree, error) {
		one := func(ctx context.Context, listed dockerhub.OrgToken) (token, error) {
			got, err := r.Client.OrgTokens.Get(ctx, org, listed.ID)
			resources := []string{}
			for _, res := range got.Resources {
				resources = append(resources, formatResource(res))
			}
			slices.Sort(resources)
			expires := never
			if !got.ExpiresAt.IsZero() {
				expires = got.ExpiresAt.UTC().Truncate(time.Second).Format(time.RFC3339)
			}
			return token{listed.Label, tree{
				"resources": resources, "expires": expires, "active": got.Active == nil || *got.Active,
			}}, err
		}
		all := tree{}
		for t, err := range seq.ParallelMap(ctx, r.Concurrency, r.Client.OrgTokens.List(ctx, org), one) {
			if err != nil {
				return nil, err
			}
			if _, ok := all[t.label]; ok && !slices.Contains(l.Twice, t.label) {
				l.Twice = append(l.Twice, t.label)
			}
			all[t.label] = t.tree
		}
		slices.Sort(l.Twice)
		for _, label := range l.Twice {
			delete(all, label)
		}
		return all, nil
	}
}

// formatResource formats a resource with its scopes in alphabetical order.
func formatResource(r dockerhub.OrgTokenResource) string {
	r.Scopes = slices.Clone(r.Scopes)
	slices.Sort(r.Scopes)
	return resource.Format([]dockerhub.OrgTokenResource{r})
}
