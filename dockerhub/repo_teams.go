package dockerhub

import (
	"context"
	"iter"
	"strconv"
)

// Permissions are the permissions that a team may have on a repository, each
// including those before it.
var Permissions = []string{"read", "write", "admin"}

// A RepoTeam is a team with a permission on a repository.
type RepoTeam struct {
	Raw
	ID         int64  `json:"group_id"`
	Name       string `json:"group_name"`
	Permission string `json:"permission"` // one of Permissions
}

// A RepoTeamRequest gives a team, by its ID, a permission on a repository.
type RepoTeamRequest struct {
	Body
	ID         int64  `json:"group_id,omitempty"`   // Team.ID
	Permission string `json:"permission,omitempty"` // one of Permissions
}

// Teams lists the teams that have a permission on an organization's repository.
//
// Operation: GET /v2/repositories/{namespace}/{repository}/groups
func (s *ReposService) Teams(ctx context.Context, namespace, repo string) iter.Seq2[RepoTeam, error] {
	return list[RepoTeam](ctx, s.c, nil, legacy, "repositories", namespace, repo, "groups")
}

// Team returns the permission that a team, given by its ID, has on a repository. It
// fails with ErrNotFound if it has none.
//
// Operation: GET /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) Team(ctx context.Context, namespace, repo string, id int64) (RepoTeam, error) {
	return call[RepoTeam](ctx, s.c, "GET", nil, legacy, "repositories", namespace, repo,
		"groups", strconv.FormatInt(id, 10))
}

// AddTeam gives a team a permission on a repository. If the team already has one,
// it fails with ErrInvalid or ErrConflict.
//
// Operation: POST /v2/repositories/{namespace}/{repository}/groups
func (s *ReposService) AddTeam(ctx context.Context, namespace, repo string, r RepoTeamRequest) (RepoTeam, error) {
	return call[RepoTeam](ctx, s.c, "POST", r, legacy, "repositories", namespace, repo, "groups")
}

// UpdateTeam changes a team's permission on a repository.
//
// Operation: PATCH /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) UpdateTeam(
	ctx context.Context, namespace, repo string, id int64, r RepoTeamRequest,
) (RepoTeam, error) {
	return set[RepoTeam](ctx, s.c, always, "PATCH", r, legacy, "repositories", namespace, repo,
		"groups", strconv.FormatInt(id, 10))
}

// RemoveTeam removes a team's permission on a repository.
//
// Operation: DELETE /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) RemoveTeam(ctx context.Context, namespace, repo string, id int64) error {
	path := []string{legacy, "repositories", namespace, repo, "groups", strconv.FormatInt(id, 10)}
	return remove(ctx, s.c, found(s.c, path...), path...)
}
