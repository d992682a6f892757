package orgfile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/resource"
)

// A made is a new token whose secret was delivered, or is about to be.
type made struct {
	ID        string `json:"id"`
	Delivered bool   `json:"delivered"`
}

// newToken creates a token and delivers its secret. If that fails, it deletes the token.
func (a Applier) newToken(ctx context.Context, j *job.Job[Step], s Step, past job.Progress) error {
	var was made
	if past.Data != nil {
		if err := json.Unmarshal(past.Data, &was); err != nil {
			return err
		}
	}
	switch {
	case was.Delivered:
		return a.deactivate(ctx, s, was.ID)
	case was.ID != "": // its secret is lost
		if err := a.Client.OrgTokens.Delete(ctx, s.Org, was.ID); err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return err
		}
	case past.Begun:
		if err := a.findLost(ctx, s); err != nil {
			return err
		}
	}
	r, err := s.tokenRequest()
	if err != nil {
		return err
	}
	t, err := a.Client.OrgTokens.Create(ctx, s.Org, r)
	if t.ID == "" && err != nil {
		return cmp.Or(a.findLost(ctx, s), err)
	}
	if err == nil {
		err = j.Keep(s, made{ID: t.ID})
	}
	if err == nil {
		err = a.Deliver(ctx, s, t)
	}
	if err != nil {
		if undo := a.Client.OrgTokens.Delete(ctx, s.Org, t.ID); undo != nil {
			a.Warn("the token %s of %s could not be deleted: %v", t.ID, s.Org, undo)
		}
		return err
	}
	if err := j.Keep(s, made{ID: t.ID, Delivered: true}); err != nil {
		return err
	}
	return a.deactivate(ctx, s, t.ID)
}

// findLost fails if there is a token with the label of a new one: a request without a
// known answer may have created it, and its secret is lost. It may also be somebody else's,
// so it is not deleted.
func (a Applier) findLost(ctx context.Context, s Step) error {
	for t, err := range a.Client.OrgTokens.List(ctx, s.Org) {
		if err != nil {
			return err
		}
		if t.Label == s.Name {
			return hub.ConflictError(fmt.Sprintf("the token %s may have been created, and its secret is lost: "+
				"delete it with hubctl org-tokens delete --org %s %s, and apply the file again", t.ID, s.Org, t.ID))
		}
	}
	return nil
}

// deactivate deactivates a new token that the file says is not active.
func (a Applier) deactivate(ctx context.Context, s Step, id string) error {
	active, isGiven := fieldsOf(s.New)["active"].(bool)
	if !isGiven || active {
		return nil
	}
	_, err := a.Client.OrgTokens.Update(ctx, s.Org, id, dockerhub.OrgTokenPatch{Active: &active})
	return err
}

// tokenRequest returns the request for a new token.
func (s Step) tokenRequest() (dockerhub.OrgTokenRequest, error) {
	fields := fieldsOf(s.New)
	r := dockerhub.OrgTokenRequest{Label: s.Name}
	for _, text := range stringsOf(fields["resources"]) {
		one, err := resource.Parse(text, s.Org)
		if err != nil {
			return r, err
		}
		r.Resources = append(r.Resources, one)
	}
	if len(r.Resources) == 0 {
		return r, hub.InputError(s.title() + ": a new token needs resources")
	}
	if expires, _ := fields["expires"].(string); expires != "" && expires != never {
		at, err := time.Parse(time.RFC3339, expires)
		if err != nil {
			return r, err
		}
		r.ExpiresAt = &dockerhub.Time{Time: at}
	}
	return r, nil
}
