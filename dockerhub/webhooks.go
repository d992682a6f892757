package dockerhub

import (
	"cmp"
	"context"
	"iter"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Webhook is called after each push to a repository.
type Webhook struct {
	Raw
	Name        string `json:"name"`
	Active      *bool  `json:"active"` // nil = not sent
	CreatedAt   Time   `json:"created"`
	LastUpdated Time   `json:"last_updated"`
	Targets     []Hook `json:"webhooks"`
	OldTargets  []Hook `json:"hooks"`    // former name of Targets
	HookURL     string `json:"hook_url"` // of old webhooks with one target
}

// A Hook is a target of a Webhook. Its URL may hold a secret.
type Hook struct {
	Name string `json:"name"`
	URL  string `json:"hook_url"` // http or https
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
// Operation: GET /v2/repositories/{namespace}/{repository}/webhook_pipeline
func (s *ReposService) Webhooks(ctx context.Context, namespace, repo string) iter.Seq2[Webhook, error] {
	return list[Webhook](ctx, s.c, nil, legacy, "repositories", namespace, repo, "webhook_pipeline")
}

// CreateWebhook creates a webhook. It fails with ErrInput if a target is not an http
// or https URL, or if the webhook could not be deleted by its name.
//
// Operation: POST /v2/repositories/{namespace}/{repository}/webhook_pipeline
func (s *ReposService) CreateWebhook(ctx context.Context, namespace, repo string, r WebhookRequest) (Webhook, error) {
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
	return call[Webhook](ctx, s.c, "POST", r, legacy, "repositories", namespace, repo, "webhook_pipeline")
}

// DeleteWebhook deletes a webhook, given by its name.
//
// Operation: DELETE /v2/repositories/{namespace}/{repository}/webhook_pipeline/{name}
func (s *ReposService) DeleteWebhook(ctx context.Context, namespace, repo, webhook string) error {
	find := listed(s.Webhooks(ctx, namespace, repo), func(w Webhook) bool { return w.Name == webhook })
	return remove(ctx, s.c, find, legacy, "repositories", namespace, repo, "webhook_pipeline", webhook)
}
