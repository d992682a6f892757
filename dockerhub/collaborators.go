package dockerhub

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"strconv"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Collaborator is a user who may push to another user's repository.
type Collaborator struct {
	Raw
	User string `json:"user"`
}

// Collaborators lists the collaborators of a user's repository. Repositories of
// organizations have teams instead.
//
//hub:operation GET /v2/repositories/{namespace}/{repository}/collaborators
func (s *ReposService) Collaborators(ctx context.Context, namespace, name string) iter.Seq2[Collaborator, error] {
	return list[Collaborator](ctx, s.c, nil, legacy, "repositories", namespace, name, "collaborators")
}

// AddCollaborator makes a user a collaborator.
//
//hub:operation POST /v2/repositories/{namespace}/{repository}/collaborators
func (s *ReposService) AddCollaborator(ctx context.Context, namespace, name, user string) error {
	return exec(ctx, s.c, "POST", map[string]string{"user": user}, legacy, "repositories",
		namespace, name, "collaborators")
}

// RemoveCollaborator removes a collaborator.
//
//hub:operation DELETE /v2/repositories/{namespace}/{repository}/collaborators/{username}
func (s *ReposService) RemoveCollaborator(ctx context.Context, namespace, name, user string) error {
	find := listed(s.Collaborators(ctx, namespace, name), func(c Collaborator) bool { return c.User == user })
	return remove(ctx, s.c, find, legacy, "repositories", namespace, name, "collaborators", user)
}

// A Webhook is called after each push to a repository.
type Webhook struct {
	Raw
	Name        string `json:"name"`
	Active      *bool  `json:"active"` // nil = not sent
	CreatedAt   Time   `json:"created"`
	LastUpdated Time   `json:"last_updated"`
	Targets     []Hook `json:"webhooks"`
	OldTargets  []Hook `json:"hooks"` // former name of Targets
	HookURL     string `json:"hook_url"`
}

// A Hook is a target of a Webhook. Its URL may hold a secret.
type Hook struct {
	Name string `json:"name"`
	URL  string `json:"hook_url"`
}

// URLs returns the URLs of all targets.
func (w Webhook) URLs() []string {
	var urls []string
	for _, hooks := range [][]Hook{{{URL: w.HookURL}}, w.Targets, w.OldTargets} {
		for _, h := range hooks {
			if h.URL != "" {
				urls = append(urls, h.URL)
			}
		}
	}
	return urls
}

// A WebhookRequest is the request of CreateWebhook: a name and at least one target.
type WebhookRequest struct {
	Body
	Name                string `json:"name,omitempty"`
	ExpectFinalCallback *bool  `json:"expect_final_callback,omitempty"` // nil = false, unless Base is set
	Targets             []Hook `json:"webhooks,omitempty"`
	Registry            string `json:"registry,omitempty"` // "" = Docker Hub's, unless Base is set
}

// Webhooks lists the webhooks of a repository.
//
//hub:operation GET /v2/repositories/{namespace}/{repository}/webhook_pipeline
func (s *ReposService) Webhooks(ctx context.Context, namespace, name string) iter.Seq2[Webhook, error] {
	return list[Webhook](ctx, s.c, nil, legacy, "repositories", namespace, name, "webhook_pipeline")
}

// CreateWebhook creates a webhook. It returns ErrInput, without sending anything, if
// a target is not an http or https URL or if the webhook could not be deleted by
// its name.
//
//hub:operation POST /v2/repositories/{namespace}/{repository}/webhook_pipeline
func (s *ReposService) CreateWebhook(ctx context.Context, namespace, name string, r WebhookRequest) (Webhook, error) {
	if r.Base == nil {
		if _, err := hub.Segment(r.Name); err != nil {
			return Webhook{}, err
		}
		r.ExpectFinalCallback = cmp.Or(r.ExpectFinalCallback, new(bool))
		r.Registry = cmp.Or(r.Registry, "registry-1.docker.io")
	}
	for _, h := range r.Targets {
		u, err := url.Parse(h.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
			// omits the URL, which may be a secret
			return Webhook{}, hub.InputError("invalid webhook URL: expected https://HOST/… or http://HOST/…")
		}
	}
	return call[Webhook](ctx, s.c, "POST", r, legacy, "repositories", namespace, name, "webhook_pipeline")
}

// DeleteWebhook deletes a webhook.
//
//hub:operation DELETE /v2/repositories/{namespace}/{repository}/webhook_pipeline/{name}
func (s *ReposService) DeleteWebhook(ctx context.Context, namespace, name, webhook string) error {
	find := listed(s.Webhooks(ctx, namespace, name), func(w Webhook) bool { return w.Name == webhook })
	return remove(ctx, s.c, find, legacy, "repositories", namespace, name, "webhook_pipeline", webhook)
}

// Permissions are the permissions that a team may have on a repository, each
// including those before it.
var Permissions = []string{"read", "write", "admin"}

// A RepoTeam is a team with a permission on a repository.
type RepoTeam struct {
	Raw
	ID         int64  `json:"group_id"`
	Name       string `json:"group_name"`
	Permission string `json:"permission"`
}

// A RepoTeamRequest gives a team, by its ID, a permission on a repository.
type RepoTeamRequest struct {
	Body
	ID         int64  `json:"group_id,omitempty"`
	Permission string `json:"permission,omitempty"`
}

// Teams lists the teams that have a permission on an organization's repository.
//
//hub:operation GET /v2/repositories/{namespace}/{repository}/groups
func (s *ReposService) Teams(ctx context.Context, namespace, name string) iter.Seq2[RepoTeam, error] {
	return list[RepoTeam](ctx, s.c, nil, legacy, "repositories", namespace, name, "groups")
}

// Team returns the permission that a team has on a repository.
//
//hub:operation GET /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) Team(ctx context.Context, namespace, name string, id int64) (RepoTeam, error) {
	return call[RepoTeam](ctx, s.c, "GET", nil, legacy, "repositories", namespace, name,
		"groups", strconv.FormatInt(id, 10))
}

// AddTeam gives a team a permission on a repository. If the team already has one,
// the Hub answers with ErrInvalid or ErrConflict.
//
//hub:operation POST /v2/repositories/{namespace}/{repository}/groups
func (s *ReposService) AddTeam(ctx context.Context, namespace, name string, r RepoTeamRequest) (RepoTeam, error) {
	return call[RepoTeam](ctx, s.c, "POST", r, legacy, "repositories", namespace, name, "groups")
}

// UpdateTeam changes a team's permission on a repository.
//
//hub:operation PATCH /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) UpdateTeam(
	ctx context.Context, namespace, name string, id int64, r RepoTeamRequest,
) (RepoTeam, error) {
	return set[RepoTeam](ctx, s.c, always, "PATCH", r, legacy, "repositories", namespace, name,
		"groups", strconv.FormatInt(id, 10))
}

// RemoveTeam removes a team's permission on a repository.
//
//hub:operation DELETE /v2/repositories/{namespace}/{repository}/groups/{group_id}
func (s *ReposService) RemoveTeam(ctx context.Context, namespace, name string, id int64) error {
	path := []string{legacy, "repositories", namespace, name, "groups", strconv.FormatInt(id, 10)}
	return remove(ctx, s.c, found(s.c, path...), path...)
}
