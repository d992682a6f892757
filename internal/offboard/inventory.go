package offboard

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/seq"
)

// An inventory holds all grants of organizations and repositories.
type inventory struct {
	orgs   []orgInventory
	repos  []repoCollaborators
	failed []job.ItemError // the lists that could not be read
}

type orgInventory struct {
	org     string
	members []dockerhub.Member
	invites []dockerhub.Invite
	tokens  []dockerhub.OrgToken
}

type repoCollaborators struct {
	repo  string // NAMESPACE/REPOSITORY
	users []dockerhub.Collaborator
	err   error // why they could not be read
}

// fail records that something could not be read, if err is not nil.
func (inv *inventory) fail(what string, err error) {
	if err != nil {
		inv.failed = append(inv.failed, job.ItemError{ID: what, Err: err})
	}
}

// ownedOrgs returns the organizations that the session's user is an owner of.
func (e Env) ownedOrgs(ctx context.Context) ([]string, error) {
	var owned []string
	for org, err := range e.Client.Orgs.List(ctx) {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(org.Role, "owner") {
			owned = append(owned, org.Name)
		}
	}
	slices.Sort(owned)
	return owned, nil
}

// readOrgs adds the grants of organizations.
func (e Env) readOrgs(ctx context.Context, inv *inventory, orgs []string) {
	type list struct {
		what string
		read func(context.Context) error
		err  error
	}
	var lists []list
	inv.orgs = make([]orgInventory, len(orgs))
	for i, org := range orgs {
		o := &inv.orgs[i]
		o.org = org
		lists = append(lists, list{what: org + " members", read: func(ctx context.Context) (err error) {
			o.members, err = seq.Collect(e.Client.Members.List(ctx, org, dockerhub.MemberListOptions{}))
			if err == nil && slices.ContainsFunc(o.members, func(m dockerhub.Member) bool { return m.Username == "" }) {
				err = fmt.Errorf("%w: a member has no username", dockerhub.ErrAnswer)
			}
			return err
		}}, list{what: org + " invitations", read: func(ctx context.Context) (err error) {
			o.invites, err = seq.Collect(e.Client.Invites.List(ctx, org))
			return err
		}}, list{what: org + " access tokens", read: func(ctx context.Context) (err error) {
			o.tokens, err = seq.Collect(e.Client.OrgTokens.List(ctx, org))
			return err
		}})
	}
	try := func(ctx context.Context, l list) (list, error) {
		l.err = l.read(ctx)
		return l, nil
	}
	tried := seq.ParallelMap(ctx, e.Concurrency, seq.Of(lists), try)
	for l := range tried { //nolint:errcheck // try returns no errors
		inv.fail(l.what, l.err)
	}
}

// readOwnRepos adds the collaborators of the user's own repositories.
func (e Env) readOwnRepos(ctx context.Context, inv *inventory) {
	collaborators := func(ctx context.Context, r dockerhub.Repo) (repoCollaborators, error) {
		users, err := seq.Collect(e.Client.Repos.Collaborators(ctx, r.Namespace, r.Name))
		name := hub.Reference{Namespace: r.Namespace, Name: r.Name}.String()
		return repoCollaborators{name, users, err}, nil
	}
	unknown := 0
	repos := e.Client.Repos.List(ctx, e.Me, dockerhub.RepoListOptions{})
	for r, err := range seq.ParallelMap(ctx, e.Concurrency, repos, collaborators) {
		switch {
		case err != nil:
			inv.fail("your repositories", err)
		case errors.Is(r.err, dockerhub.ErrNotFound):
			unknown++
		default:
			inv.fail(r.repo, r.err)
			inv.repos = append(inv.repos, r)
		}
	}
	if unknown > 0 {
		e.Warn("could not list the collaborators of %d of your repositories", unknown)
	}
}

// members yields the members of all organizations.
func (inv inventory) members() iter.Seq[dockerhub.Member] {
	return func(yield func(dockerhub.Member) bool) {
		for _, o := range inv.orgs {
			for _, m := range o.members {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// checkOwners returns an error if an organization would be left without an owner.
func (inv inventory) checkOwners(people []person) error {
	for _, o := range inv.orgs {
		leaving := ""
		remains := slices.ContainsFunc(o.members, func(m dockerhub.Member) bool {
			if !strings.EqualFold(m.Role, "owner") {
				return false
			}
			leaves := slices.ContainsFunc(people, func(p person) bool { return p.is(m.Username) })
			if leaves {
				leaving = m.Username
			}
			return !leaves
		})
		if leaving != "" && !remains {
			return hub.ConflictError(fmt.Sprintf("%s would have no owner without %s: nothing was changed; make somebody else "+
				"an owner first (hubctl members patch USER --role owner --org %s)", o.org, leaving, o.org))
		}
	}
	return nil
}

// steps returns a step for every grant of a person, in the order of removal. The
// membership comes after the teams, so that a failed step never leaves more access
// than there was.
func (inv inventory) steps(p person) []Step {
	var all []Step
	add := func(org, kind, action, name, detail string) {
		all = append(all, Step{
			User: p.user, Account: p.account, Org: org, Kind: kind, Name: name, Action: action, Detail: detail,
		})
	}
	for _, r := range inv.repos {
		if slices.ContainsFunc(r.users, func(u dockerhub.Collaborator) bool { return p.is(u.User) }) {
			add("", kindRepository, actionRemove, r.repo, "collaborator")
		}
	}
	for _, o := range inv.orgs {
		for _, i := range o.invites {
			if slices.Contains(p.names, strings.ToLower(i.Invitee)) {
				add(o.org, kindInvite, actionRemove, i.ID, i.Invitee)
			}
		}
		for _, m := range o.members {
			if p.is(m.Username) {
				for _, team := range m.Teams {
					add(o.org, kindTeam, actionRemove, team, "")
				}
				add(o.org, kindMember, actionRemove, "", m.Role)
			}
		}
		for _, t := range o.tokens {
			if p.is(t.CreatedBy) {
				add(o.org, kindOrgToken, actionReview, t.ID, t.Label)
			}
		}
	}
	return all
}
