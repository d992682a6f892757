// Package offboard finds the grants that users have in organizations, and removes
// them.
package offboard

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
)

// Env holds the program's services for offboarding.
type Env struct {
	Client      *dockerhub.Client
	Me          string // the session's user, who cannot be offboarded
	OwnRepos    bool   // the session can read the user's own repositories
	Concurrency int    // maximum number of lists read at a time
	Notice      func(format string, args ...any)
	Warn        func(format string, args ...any)
}

// Find returns the grants that users have in an organization. If org is "", it
// searches every organization that the session's user owns, and the user's own
// repositories. The fingerprint identifies the grants and where they were found. If
// a list could not be read or a user has no grants, Find returns the other grants
// with a *job.BatchError.
func (e Env) Find(ctx context.Context, org string, users []string) (steps []Step, fingerprint string, err error) {
	orgs := []string{org}
	if org == "" {
		if orgs, err = e.ownedOrgs(ctx); err != nil {
			return nil, "", err
		}
	}
	var inv inventory
	e.readOrgs(ctx, &inv, orgs)
	if org == "" && e.OwnRepos {
		e.readOwnRepos(ctx, &inv)
	}
	if ctx.Err() != nil {
		return nil, "", context.Cause(ctx)
	}
	people, err := inv.people(users, e.Me)
	if err != nil {
		return nil, "", err
	}
	if err := inv.checkOwners(people); err != nil {
		return nil, "", err
	}
	where := cmp.Or(strings.Join(orgs, ", "), "any organization (you own none)")
	failed := inv.failed
	if len(failed) > 0 {
		where += " (some of it could not be read)"
	}
	for _, p := range people {
		grants := inv.steps(p)
		if len(grants) == 0 {
			failed = append(failed, job.ItemError{ID: p.user, Err: fmt.Errorf("%w in %s", dockerhub.ErrNotFound, where)})
		}
		for _, s := range grants {
			sameGrant := func(other Step) bool { return other.Key() == s.Key() }
			if !slices.ContainsFunc(steps, sameGrant) { // two users may share an address
				steps = append(steps, s)
			}
		}
	}
	fingerprint = fmt.Sprintf("%s:%x", org, sha256.Sum256(encode([]any{orgs, steps})))
	if len(failed) > 0 {
		return steps, fingerprint, &job.BatchError{Failed: failed}
	}
	return steps, fingerprint, nil
}

// Fingerprint returns the fingerprint that Find gives now for the users of a
// saved plan, or "" if the plan has a step that Find does not return.
func (e Env) Fingerprint(ctx context.Context, p job.Plan[Step]) (string, error) {
	var users []string
	for _, s := range p.Steps {
		if !slices.Contains(users, s.User) {
			users = append(users, s.User)
		}
	}
	org, _, _ := strings.Cut(p.Fingerprint, ":")
	found, fingerprint, err := e.Find(ctx, org, users)
	if errors.Is(err, dockerhub.ErrNotFound) { // the plan was applied before
		err = nil
	}
	if slices.ContainsFunc(p.Steps, func(s Step) bool { return !slices.Contains(found, s) }) {
		fingerprint = ""
	}
	return fingerprint, err
}

// NoticeTokens lists the access tokens that the users created, which are kept.
func (e Env) NoticeTokens(steps []Step) {
	for _, s := range steps {
		if s.Kind == kindOrgToken {
			e.Notice("%s created access token %s of %s (%s), which keeps working; review it with: "+
				"hubctl org-tokens get --org %s %s", s.Account, s.Name, s.Org, s.Detail, s.Org, s.Name)
		}
	}
}

// Remove removes one grant. A grant that no longer exists is not an error.
func Remove(ctx context.Context, c *dockerhub.Client, s Step) error {
	var err error
	switch s.Kind {
	case kindInvite:
		err = c.Invites.Delete(ctx, s.Name)
	case kindTeam:
		err = c.Teams.RemoveMember(ctx, s.Org, s.Name, s.Account)
	case kindRepository:
		var r hub.Reference
		if r, err = hub.ParseReference(s.Name); err == nil {
			err = c.Repos.RemoveCollaborator(ctx, r.Namespace, r.Name, s.Account)
		}
	case kindMember:
		err = c.Members.Delete(ctx, s.Org, s.Account)
	default:
		err = hub.InputError(fmt.Sprintf("the plan has a step of unknown kind %q", s.Kind))
	}
	if errors.Is(err, dockerhub.ErrNotFound) {
		return nil
	}
	return err
}
