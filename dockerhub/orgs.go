package dockerhub

import (
	"context"
	"iter"
	"net/http"
)

// An Org is an organization, from a listing or on its own.
type Org struct {
	Raw
	ID         string   `json:"id"`
	Name       string   `json:"orgname"`
	FullName   string   `json:"full_name"`
	Company    string   `json:"company"`
	Location   string   `json:"location"`
	ProfileURL string   `json:"profile_url"`
	JoinedAt   Time     `json:"date_joined"`
	Badge      string   `json:"badge"`
	Active     *bool    `json:"is_active"`        // nil = not sent
	Role       string   `json:"user_role"`        // of the session's user; in listings only, like the next four
	Teams      []string `json:"user_groups"`      // of the session's user
	TeamCount  *int64   `json:"org_groups_count"` // of the organization
	Plan       string   `json:"plan_name"`
	Parent     string   `json:"parent_name"`
}

// OrgSettings are the settings of an organization.
type OrgSettings struct {
	Raw
	RestrictedImages RestrictedImages `json:"restricted_images"`
}

// RestrictedImages controls which images members may use. In a change, nil fields
// stay unchanged.
type RestrictedImages struct {
	Enabled                 *bool `json:"enabled,omitempty"`
	AllowOfficialImages     *bool `json:"allow_official_images,omitempty"`
	AllowVerifiedPublishers *bool `json:"allow_verified_publishers,omitempty"`
}

// An OrgSettingsPatch is the request of UpdateSettings.
type OrgSettingsPatch struct {
	Body
	RestrictedImages RestrictedImages `json:"restricted_images,omitzero"`
}

// OrgsService reads organizations and changes their settings. The Hub refuses most
// of this to sessions bought with a personal access token.
type OrgsService struct{ c *Client }

// List lists the organizations of the session's user.
//
// Operation: GET /v2/user/orgs
func (s *OrgsService) List(ctx context.Context) iter.Seq2[Org, error] {
	return list[Org](ctx, s.c, nil, legacy, "user", "orgs")
}

// Get returns one organization. A user is not found, although the Hub redirects to it.
//
// Operation: GET /v2/orgs/{org_name}
func (s *OrgsService) Get(ctx context.Context, org string) (Org, error) {
	var got Org
	q, err := s.c.request("GET", nil, legacy, "orgs", org)
	if err == nil {
		err = s.c.answer(ctx, q, &got)
	}
	if err == nil && got.Name == "" && got.Sent("username") {
		return Org{}, &Error{
			Method: q.Method, Path: q.URL.EscapedPath(), Status: http.StatusNotFound,
			Message: "no such organization",
		}
	}
	return got, err
}

// Settings returns an organization's settings.
//
// Operation: GET /v2/orgs/{name}/settings
func (s *OrgsService) Settings(ctx context.Context, org string) (OrgSettings, error) {
	return call[OrgSettings](ctx, s.c, "GET", nil, "v2", "orgs", org, "settings")
}

// UpdateSettings changes some of an organization's settings and returns all. The Hub
// only accepts all settings at once, so they are read first. It fails with ErrConflict
// if the settings changed in between.
//
// Operation: PUT /v2/orgs/{name}/settings
func (s *OrgsService) UpdateSettings(ctx context.Context, org string, p OrgSettingsPatch) (OrgSettings, error) {
	return replace[OrgSettings](ctx, s.c, p, "restricted_images", "v2", "orgs", org, "settings")
}
