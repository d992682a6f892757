package dockerhub

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// An Invite is an invitation to an organization.
type Invite struct {
	Raw
	ID        string `json:"id"`
	Inviter   string `json:"inviter_username"`
	Invitee   string `json:"invitee"` // a Docker ID, or the email address of somebody without one
	Org       string `json:"org"`
	Team      string `json:"team"`
	CreatedAt Time   `json:"created_at"`
}

// An Invitation is the result of inviting one person with Create.
type Invitation struct {
	Raw
	Invitee string    `json:"invitee"`
	Status  string    `json:"status"` // Invited, or the reason for refusal, such as existing_org_member
	Invite  InviteRef `json:"invite"` // zero if refused
}

// An InviteRef identifies the Invite that an Invitation led to.
type InviteRef struct {
	ID   string `json:"id"`
	Team string `json:"team"`
}

// Invited is the status of an Invitation that was sent.
const Invited = "invited"

// An InviteRequest is the request of Create: an organization and at least one
// invitee.
type InviteRequest struct {
	Body
	Org      string   `json:"org,omitempty"`
	Team     string   `json:"team,omitempty"`     // "" = none
	Role     string   `json:"role,omitempty"`     // one of Roles
	Invitees []string `json:"invitees,omitempty"` // email addresses and Docker IDs
	DryRun   bool     `json:"dry_run,omitempty"`  // check everything but send no invitations
}

// InvitesService manages the invitations of organizations.
type InvitesService struct{ c *Client }

// List lists the pending invitations of an organization.
//
// Operation: GET /v2/orgs/{org_name}/invites
func (s *InvitesService) List(ctx context.Context, org string) iter.Seq2[Invite, error] {
	return list[Invite](ctx, s.c, url.Values{"page_size": nil}, "v2", "orgs", org, "invites")
}

// Create invites people and returns a result for each: some may be refused and
// others invited. Nil means success without details.
//
// Operation: POST /v2/invites/bulk
func (s *InvitesService) Create(ctx context.Context, r InviteRequest) ([]Invitation, error) {
	q, err := s.c.request("POST", r, "v2", "invites", "bulk")
	if err != nil {
		return nil, err
	}
	raw, err := s.c.hub.JSON(ctx, q)
	if err != nil || raw == nil {
		return nil, err
	}
	var nested struct{ Invitees json.RawMessage }
	if json.Unmarshal(raw, &nested) == nil && bytes.HasPrefix(nested.Invitees, []byte("{")) {
		raw = nested.Invitees // documented, but may be absent
	}
	page, err := hub.ReadPage(raw)
	if err != nil {
		return nil, &AnswerError{Method: http.MethodPost, Path: q.URL.EscapedPath(), Problem: s.c.hub.Hide(err.Error())}
	}
	all := make([]Invitation, len(page.Rows))
	for i, row := range page.Rows {
		if all[i], err = decode[Invitation](row, http.MethodPost, q.URL); err != nil {
			return all[:i], err
		}
	}
	return all, nil
}

// Resend sends the email of an invitation, given by its ID, again. The Hub has refused
// this to sessions of organization access tokens, although they may use Create.
//
// Operation: PATCH /v2/invites/{id}/resend
func (s *InvitesService) Resend(ctx context.Context, id string) error {
	return exec(ctx, s.c, "PATCH", nil, "v2", "invites", id, "resend")
}

// Delete revokes an invitation, given by its ID.
//
// Operation: DELETE /v2/invites/{id}
func (s *InvitesService) Delete(ctx context.Context, id string) error {
	return exec(ctx, s.c, "DELETE", nil, "v2", "invites", id)
}
