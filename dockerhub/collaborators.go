package dockerhub

import (
	"context"
	"iter"
)

// A Collaborator is a user who may push to another user's repository.
type Collaborator struct {
	Raw
	User string `json:"user"`
}

// Collaborators lists the collaborators of a user's repository. Repositories of
// organizations have teams instead.
//
// Operation: GET /v2/repositories/{namespace}/{repository}/collaborators
func (s *ReposService) Collaborators(ctx context.Context, namespace, repo string) iter.Seq2[Collaborator, error] {
	return list[Collaborator](ctx, s.c, nil, legacy, "repositories", namespace, repo, "collaborators")
}

// AddCollaborator makes a user a collaborator of a user's repository.
//
// Operation: POST /v2/repositories/{namespace}/{repository}/collaborators
func (s *ReposService) AddCollaborator(ctx context.Context, namespace, repo, user string) error {
	return exec(ctx, s.c, "POST", map[string]string{"user": user}, legacy, "repositories",
		namespace, repo, "collaborators")
}

// RemoveCollaborator removes a collaborator. It fails with ErrNotFound if there is no
// such collaborator.
//
// Operation: DELETE /v2/repositories/{namespace}/{repository}/collaborators/{username}
func (s *ReposService) RemoveCollaborator(ctx context.Context, namespace, repo, user string) error {
	find := listed(s.Collaborators(ctx, namespace, repo), func(c Collaborator) bool { return c.User == user })
	return remove(ctx, s.c, find, legacy, "repositories", namespace, repo, "collaborators", user)
}
