package offboard

import (
	"encoding/json"
	"fmt"

	"github.com/hubctl/hubctl/internal/hub"
)

// The values of Step.Kind.
const (
	kindInvite     = "invite"
	kindTeam       = "team"
	kindRepository = "repository"
	kindMember     = "member"
	kindOrgToken   = "org-token"
)

// The values of Step.Action.
const (
	actionRemove = "remove"
	actionReview = "review"
)

// A Step is one grant that a user has, and what happens to it.
type Step struct {
	User    string `json:"user"`              // as given: a Docker ID or an email address
	Account string `json:"account,omitempty"` // the Docker ID; "" = unknown
	Org     string `json:"org,omitempty"`
	Kind    string `json:"kind"`
	Name    string `json:"name,omitempty"` // name of the team or repository, or ID of the invite or token
	Action  string `json:"action"`         // "remove", or "review" if it is only listed
	Detail  string `json:"detail,omitempty"`
}

// Key names the grant so that it can follow "removed".
func (s Step) Key() string {
	switch s.Kind {
	case kindInvite:
		return fmt.Sprintf("%s's invitation to %s (%s)", s.Detail, s.Org, s.Name)
	case kindTeam:
		return fmt.Sprintf("%s from team %s/%s", s.Account, s.Org, s.Name)
	case kindRepository:
		return fmt.Sprintf("%s from repository %s", s.Account, s.Name)
	case kindMember:
		return fmt.Sprintf("%s from %s", s.Account, s.Org)
	}
	return fmt.Sprintf("%s %s/%s", s.Kind, s.Org, s.Name)
}

// Group returns the user in an organization.
func (s Step) Group() string { return s.Org + " " + s.User }

// After makes the membership the last that is removed.
func (s Step) After() []string {
	if s.Kind == kindMember {
		return []string{s.Group()}
	}
	return nil
}

// Organization is the organization that the step is about, or "".
func (s Step) Organization() string { return s.Org }

// Acts reports whether the step removes the grant.
func (s Step) Acts() bool { return s.Action == actionRemove }

// JSON returns the step as a plan keeps it.
func (s Step) JSON() json.RawMessage { return encode(s) }

// Names returns the names that the step's request needs.
func (s Step) Names() []string {
	switch s.Kind {
	case kindInvite:
		return []string{s.Name}
	case kindTeam:
		return []string{s.Org, s.Name, s.Account}
	case kindRepository:
		return []string{s.Name, s.Account}
	case kindMember:
		return []string{s.Org, s.Account}
	}
	return nil
}

// encode encodes a value of this package, which cannot fail.
func encode(v any) json.RawMessage {
	b, err := hub.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}
