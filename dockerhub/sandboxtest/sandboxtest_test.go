package sandboxtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/dockerhub/sandboxtest"
)

// TestHub checks that each of the credentials logs in.
func TestHub(t *testing.T) {
	t.Parallel()
	hub := sandboxtest.New(t, sandboxtest.Options{})
	for _, who := range []struct{ user, secret string }{{hub.User, hub.Password}, {hub.User, hub.Token}, {hub.Org, hub.OrgToken}} {
		c, err := dockerhub.New(dockerhub.Options{URL: hub.URL, User: who.user, Secret: who.secret})
		if err != nil {
			t.Fatal(err)
		}
		repos := 0
		for _, err := range c.Repos.List(t.Context(), hub.Org, dockerhub.RepoListOptions{}) {
			if err != nil {
				t.Fatalf("%s: %v", who.user, err)
			}
			repos++
		}
		if repos == 0 {
			t.Errorf("%s sees no repository", who.user)
		}
	}
}

// TestTags is the recipe of docs/sandbox.md.
func TestTags(t *testing.T) {
	t.Parallel()
	hub := sandboxtest.New(t, sandboxtest.Options{})
	exists, err := hub.Client().Tags.Exists(t.Context(), "demo", "web", "latest")
	if err != nil || !exists {
		t.Error(exists, err)
	}
}

// TestOptions checks that a Hub can be empty, in another year and failing.
func TestOptions(t *testing.T) {
	t.Parallel()
	then := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	hub := sandboxtest.New(t, sandboxtest.Options{
		Empty: true, Now: func() time.Time { return then }, Latency: time.Nanosecond, RateLimit: 1000,
		Failures: []string{"GET /v2/access-tokens=404:1"},
	})
	if hub.Token != "" || hub.OrgToken != "" {
		t.Errorf("an empty Hub has tokens: %+v", hub)
	}
	c := hub.Client()
	for _, err := range c.Tokens.List(t.Context()) {
		if !errors.Is(err, dockerhub.ErrNotFound) {
			t.Errorf("it does not fail: %v", err)
		}
	}
	made, err := c.Tokens.Create(t.Context(), dockerhub.TokenRequest{Label: "x", Scopes: []string{"repo:read"}})
	if err != nil || !made.CreatedAt.Equal(then) {
		t.Errorf("created at %v: %v", made.CreatedAt, err)
	}
	for token, err := range c.Tokens.List(t.Context()) {
		if err != nil || token.UUID != made.UUID {
			t.Errorf("%v, %v", token, err)
		}
	}
}
