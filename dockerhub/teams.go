package dockerhub

import (
	"context"
	"iter"
)

// A Team is a group of members of an organization; the API calls it a group.
type Team struct {
	Raw
	ID          int64  `json:"id"`
	UUID        string `json:"uuid"`
	Name        string `json:"name"`
	Description string `json:"description"`
	MemberCount *int64 `json:"member_count"` // nil = not sent
	Role        string `json:"role"`         // one of Roles, or the name of a custom role; "" = none, or not sent
}

// A TeamMember is a member of a team.
type TeamMember struct {
	Raw
	ID       string `json:"id"`
	Username string `json:"username"`
	FullName string `json:"full_name"`
	Email    string `json:"email"`
	Company  string `json:"company"`
	Location string `json:"location"`
	Joined   Time   `json:"date_joined"` // in Docker Hub, not in the team
}

// A TeamRepository is a repository on which a team has a permission.
type TeamRepository struct {
	Raw
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	Permission  string `json:"permission"` // one of Permissions
	Description string `json:"description"`
	Private     *bool  `json:"is_private"` // nil = not sent
}

// TeamListOptions filters a listing of teams; "" does not filter.
type TeamListOptions struct {
	Username string // teams with this member
	Search   string
}

// TeamMemberListOptions filters a listing of a team's members; "" does not filter.
type TeamMemberListOptions struct {
	Search string // part of the name or of the email address
}

// A TeamRequest is the request of Create and Replace; a name is required.
type TeamRequest struct {
	Body
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

// A TeamPatch is the request of Update; nil fields stay unchanged.
type TeamPatch struct {
	Body
	Name        *string `json:"name,omitempty"`
	Description *string `json:"description,omitempty"`
	Role        *string `json:"role,omitempty"` // one of Roles, or the name of a custom role
}

// TeamsService manages the teams of organizations. Teams are identified by name,
// which Update can change.
type TeamsService struct{ c *Client }

// List lists the teams of an organization.
//
// Operation: GET /v2/orgs/{org_name}/groups
func (s *TeamsService) List(ctx context.Context, org string, o TeamListOptions) iter.Seq2[Team, error] {
	return list[Team](ctx, s.c, given("username", o.Username, "search", o.Search), "v2", "orgs", org, "groups")
}

// Get returns one team.
//
// Operation: GET /v2/orgs/{org_name}/groups/{group_name}
func (s *TeamsService) Get(ctx context.Context, org, team string) (Team, error) {
	return call[Team](ctx, s.c, "GET", nil, "v2", "orgs", org, "groups", team)
}

// Create creates a team without members, and returns it.
//
// Operation: POST /v2/orgs/{org_name}/groups
func (s *TeamsService) Create(ctx context.Context, org string, r TeamRequest) (Team, error) {
	return call[Team](ctx, s.c, "POST", r, "v2", "orgs", org, "groups")
}

// Update changes a team's name, description or role, and returns the team.
//
// Operation: PATCH /v2/orgs/{org_name}/groups/{group_name}
func (s *TeamsService) Update(ctx context.Context, org, team string, p TeamPatch) (Team, error) {
	path := []string{"v2", "orgs", org, "groups", team}
	return set[Team](ctx, s.c, found(s.c, path...), "PATCH", p, path...) // found: p may rename the team
}

// Replace sets a team's name and description, and returns the team: fields that are not
// in r are cleared. Members and role stay.
//
// Operation: PUT /v2/orgs/{org_name}/groups/{group_name}
func (s *TeamsService) Replace(ctx context.Context, org, team string, r TeamRequest) (Team, error) {
	path := []string{"v2", "orgs", org, "groups", team}
	return set[Team](ctx, s.c, found(s.c, path...), "PUT", r, path...)
}

// Delete deletes a team. Its members stay in the organization.
//
// Operation: DELETE /v2/orgs/{org_name}/groups/{group_name}
func (s *TeamsService) Delete(ctx context.Context, org, team string) error {
	path := []string{"v2", "orgs", org, "groups", team}
	return remove(ctx, s.c, found(s.c, path...), path...)
}

// Members lists the members of a team.
//
// Operation: GET /v2/orgs/{org_name}/groups/{group_name}/members
func (s *TeamsService) Members(
	ctx context.Context, org, team string, o TeamMemberListOptions,
) iter.Seq2[TeamMember, error] {
	return list[TeamMember](ctx, s.c, given("search", o.Search), "v2", "orgs", org, "groups", team, "members")
}

// AddMember adds a member of the organization to a team.
//
// Operation: POST /v2/orgs/{org_name}/groups/{group_name}/members
func (s *TeamsService) AddMember(ctx context.Context, org, team, user string) error {
	return exec(ctx, s.c, "POST", map[string]string{"member": user}, "v2", "orgs", org, "groups", team, "members")
}

// RemoveMember removes a member from a team.
//
// Operation: DELETE /v2/orgs/{org_name}/groups/{group_name}/members/{username}
func (s *TeamsService) RemoveMember(ctx context.Context, org, team, user string) error {
	members := s.Members(ctx, org, team, TeamMemberListOptions{Search: user})
	find := listed(members, func(m TeamMember) bool { return m.Username == user })
	return remove(ctx, s.c, find, "v2", "orgs", org, "groups", team, "members", user)
}

// Repositories lists the repositories on which a team has a permission. Docker does
// not document this operation, and its answers have not been observed: only its path
// is known, from another client.
//
// Operation: GET /v2/orgs/{org_name}/groups/{group_name}/repositories
func (s *TeamsService) Repositories(ctx context.Context, org, team string) iter.Seq2[TeamRepository, error] {
	return list[TeamRepository](ctx, s.c, nil, "v2", "orgs", org, "groups", team, "repositories")
}
