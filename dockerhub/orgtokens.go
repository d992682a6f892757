package dockerhub

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hubctl/hubctl/internal/hub"
)

// An OrgToken is an access token of an organization.
type OrgToken struct {
	Raw
	ID          string             `json:"id"`
	Label       string             `json:"label"`
	Description string             `json:"description"`
	CreatedBy   string             `json:"created_by"`
	Active      *bool              `json:"is_active"` // nil = not sent
	CreatedAt   Time               `json:"created_at"`
	LastUsed    Time               `json:"last_used_at"` // zero = never
	ExpiresAt   Time               `json:"expires_at"`   // zero = never
	Resources   []OrgTokenResource `json:"resources"`    // not in listings
	Secret      string             `json:"token"`        // only in the answer to Create
}

// UnmarshalJSON reads a masked secret as none.
func (t *OrgToken) UnmarshalJSON(b []byte) error {
	type plain OrgToken
	err := json.Unmarshal(b, (*plain)(t))
	t.Secret = unmasked(t.Secret)
	return err
}

// unmasked returns a secret, or "" for one that the Hub masked: in all answers but the
// one to Create.
func unmasked(secret string) string {
	if strings.Trim(secret, "*") == "" {
		return ""
	}
	return secret
}

// An OrgTokenResource gives a token scopes on a repository, on the repositories that
// match a pattern (ORG/*, or */*/public for all public ones), or on an
// organization.
type OrgTokenResource struct {
	Type   string   `json:"type"` // TypeRepo or TypeOrg
	Path   string   `json:"path"` // such as acme/api, acme/* or acme
	Scopes []string `json:"scopes"`
}

// Types of an OrgTokenResource.
const (
	TypeRepo = "TYPE_REPO"
	TypeOrg  = "TYPE_ORG"
)

// OrgTokenScopes are the known scopes of organization access tokens, by resource
// type.
var OrgTokenScopes = map[string][]string{
	TypeRepo: {
		"scope-image-pull", "scope-image-push", "scope-image-delete",
		"scope-repository-read", "scope-repository-edit", "scope-repository-admin", "scope-repository-settings-admin",
		"scope-tag-read", "scope-tag-admin",
		"scope-webhook-read", "scope-webhook-edit", "scope-webhook-admin",
		"scope-repo-group-read", "scope-repo-group-edit", "scope-repo-group-admin",
	},
	TypeOrg: {
		"scope-member-read", "scope-member-edit", "scope-invite-read", "scope-invite-edit",
		"scope-group-read", "scope-group-edit",
		"scope-activity-read", "scope-siem_credentials-read", "scope-ram-read", "scope-ram-write", "scope-report-read",
		"scope-repository-create", "scope-repository-list", "scope-registry-usage-read",
		"scope-cloud-connect", "scope-audit_events-read", "scope-governance-policy-read", "scope-governance-policy-write",
	},
}

// MaxOrgTokenDescription is the maximum number of characters of a description.
const MaxOrgTokenDescription = 200

// An OrgTokenRequest is the request of Create. It needs a label and at least one
// resource, and expires within a year, or never.
type OrgTokenRequest struct {
	Body
	Label       string             `json:"label,omitempty"`
	Description string             `json:"description,omitempty"`
	Resources   []OrgTokenResource `json:"resources,omitempty"`
	ExpiresAt   *Time              `json:"expires_at,omitempty"` // nil or zero = never
}

// An OrgTokenPatch is the request of Update; nil fields stay unchanged. Resources
// replace all previous ones.
type OrgTokenPatch struct {
	Body
	Label       *string            `json:"label,omitempty"`
	Description *string            `json:"description,omitempty"`
	Resources   []OrgTokenResource `json:"resources,omitempty"`
	Active      *bool              `json:"is_active,omitempty"`
}

// checkOrgToken refuses a request, including its base, that exceeds a published limit.
func checkOrgToken(in any) error {
	b, err := changeOf(in)
	if err != nil {
		return err
	}
	var t struct {
		Description string `json:"description"`
		ExpiresAt   Time   `json:"expires_at"`
	}
	_ = json.Unmarshal(b, &t) // the server refuses anything else
	if n := utf8.RuneCountInString(t.Description); n > MaxOrgTokenDescription {
		return hub.InputError(fmt.Sprintf("the description has %d characters, more than the limit of %d",
			n, MaxOrgTokenDescription))
	}
	if t.ExpiresAt.After(time.Now().AddDate(1, 0, 1)) { // a date means the end of the day
		return hub.InputError("an organization access token cannot expire more than a year from now, but it would on " +
			t.ExpiresAt.Format(time.DateOnly))
	}
	return nil
}

// OrgTokensService manages the access tokens of organizations, for owners and
// members with a custom role that permits it.
type OrgTokensService struct{ c *Client }

// List lists an organization's access tokens, including expired ones, without
// their secrets and resources.
//
// Operation: GET /v2/orgs/{name}/access-tokens
func (s *OrgTokensService) List(ctx context.Context, org string) iter.Seq2[OrgToken, error] {
	return list[OrgToken](ctx, s.c, nil, "v2", "orgs", org, "access-tokens")
}

// Get returns one token with its resources but not its secret.
//
// Operation: GET /v2/orgs/{org_name}/access-tokens/{access_token_id}
func (s *OrgTokensService) Get(ctx context.Context, org, id string) (OrgToken, error) {
	return call[OrgToken](ctx, s.c, "GET", nil, "v2", "orgs", org, "access-tokens", id)
}

// Create creates a token. The answer is the only place where its secret appears, so
// the token is returned with whatever could be read even if the error is an
// [*AnswerError].
//
// Operation: POST /v2/orgs/{name}/access-tokens
func (s *OrgTokensService) Create(ctx context.Context, org string, r OrgTokenRequest) (OrgToken, error) {
	if err := checkOrgToken(r); err != nil {
		return OrgToken{}, err
	}
	t, err := call[OrgToken](ctx, s.c, "POST", r, "v2", "orgs", org, "access-tokens")
	if t.Secret == "" {
		var salvage struct{ ID, Token string }
		_ = json.Unmarshal(t.raw, &salvage)
		t.ID, t.Secret = salvage.ID, unmasked(salvage.Token)
	}
	return t, err
}

// Update changes a token's label, description or resources, or activates or
// deactivates it. It returns the token without its secret.
//
// Operation: PATCH /v2/orgs/{org_name}/access-tokens/{access_token_id}
func (s *OrgTokensService) Update(ctx context.Context, org, id string, p OrgTokenPatch) (OrgToken, error) {
	if err := checkOrgToken(p); err != nil {
		return OrgToken{}, err
	}
	return set[OrgToken](ctx, s.c, always, "PATCH", p, "v2", "orgs", org, "access-tokens", id)
}

// Delete deletes a token permanently, and ends the sessions bought with it.
//
// Operation: DELETE /v2/orgs/{org_name}/access-tokens/{access_token_id}
func (s *OrgTokensService) Delete(ctx context.Context, org, id string) error {
	path := []string{"v2", "orgs", org, "access-tokens", id}
	return remove(ctx, s.c, found(s.c, path...), path...)
}
