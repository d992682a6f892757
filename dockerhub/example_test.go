package dockerhub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/hubctl/hubctl/dockerhub"
)

// hub is a Hub with two tokens, one on each page.
func hub() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/auth/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"bearer"}`)
	})
	mux.HandleFunc("GET /v2/access-tokens", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer bearer" {
			http.Error(w, `{"message":"unauthorized"}`, http.StatusUnauthorized)
			return
		}
		page := `{"count":2,"next":"https://hub.docker.com/v2/access-tokens?page=2","results":[{"uuid":"a1","token_label":"ci"}]}`
		if r.URL.Query().Get("page") == "2" {
			page = `{"count":2,"next":null,"results":[{"uuid":"b2","token_label":"laptop","last_used":null,"new_field":1}]}`
		}
		_, _ = io.WriteString(w, page)
	})
	mux.HandleFunc("GET /v2/access-tokens/{uuid}", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"message":"object not found","errinfo":{}}`, http.StatusNotFound)
	})
	mux.HandleFunc("GET /v2/namespaces/library/repositories/{name}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"name":%q}`, r.PathValue("name"))
	})
	mux.HandleFunc("GET /v2/namespaces/library/repositories/nginx/tags", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"count":1000,"next":"https://hub.docker.com/v2/namespaces/library/repositories/nginx/tags?page=2",
			"results":[{"name":"latest","tag_last_pushed":"2026-11-20T01:02:03.000001Z","tag_last_pulled":null}]}`)
	})
	mux.HandleFunc("POST /v2/access-tokens", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"uuid":"c3","token_label":"ci","scopes":["repo:read"],"token":"dckr_pat_secret"}`)
	})
	mux.HandleFunc("POST /v2/users/login", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"detail":"Require secondary authentication on MFA enabled account","login_2fa_token":"challenge"}`, http.StatusUnauthorized)
	})
	mux.HandleFunc("POST /v2/users/2fa-login", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"token":"bearer"}`)
	})
	mux.HandleFunc("GET /v2/user/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer bearer" {
			http.Error(w, `{"message":"unauthorized"}`, http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"username":"ada"}`)
	})
	var busy atomic.Int32 // these settings change on every read
	mux.HandleFunc("GET /v2/orgs/acme/settings", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"restricted_images":{"enabled":%t,"allow_official_images":true}}`, busy.Add(1)%2 == 0)
	})
	return httptest.NewServer(mux)
}

// Examples talk to a local server. For Docker Hub, leave out Options.URL.
func ExampleTokensService_List() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL, User: "ada", Secret: "dckr_pat_…"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for token, err := range c.Tokens.List(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(token.UUID, token.Label, token.LastUsed.IsZero())
		fmt.Printf("%s\n", token.JSON())
	}
	// Output:
	// a1 ci true
	// {"uuid":"a1","token_label":"ci"}
	// b2 laptop true
	// {"uuid":"b2","token_label":"laptop","last_used":null,"new_field":1}
}

func ExampleError() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL, User: "ada", Secret: "dckr_pat_…"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Tokens.Get(context.Background(), "zz")
	fmt.Println(errors.Is(err, dockerhub.ErrNotFound))
	if answer, ok := errors.AsType[*dockerhub.Error](err); ok {
		fmt.Println(answer.Status, answer.Message)
	}
	fmt.Println(err)
	// Output:
	// true
	// 404 object not found
	// object not found (GET /v2/access-tokens/zz: 404)
}

func ExampleClient_Send() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := c.Resolve("https://elsewhere.example/v2/"); errors.Is(err, dockerhub.ErrInput) {
		fmt.Println("not there")
	}
	u, err := c.Resolve("v2/namespaces/library/repositories/nginx")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := c.Send(context.Background(), dockerhub.Request{Method: http.MethodGet, URL: u})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output:
	// not there
	// 200 {"name":"nginx"} <nil>
}

func ExampleTagsService_List() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	newest := dockerhub.WithMaxRows(context.Background(), 1) // do not prefetch
	for tag, err := range c.Tags.List(newest, "library", "nginx", dockerhub.TagListOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(tag, tag.LastPushed.Format("2006-01-02"), tag.LastPulled.IsZero())
		break
	}
	// Output:
	// library/nginx:latest 2026-11-20 true
}

// A resource that the API can only replace as a whole is read, merged and sent. If it
// changed in between, nothing is sent.
func ExampleOrgsService_UpdateSettings() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL, User: "ada", Secret: "a password"})
	if err != nil {
		fmt.Println(err)
		return
	}
	no := false
	_, err = c.Orgs.UpdateSettings(context.Background(), "acme", dockerhub.OrgSettingsPatch{
		RestrictedImages: dockerhub.RestrictedImages{AllowOfficialImages: &no},
	})
	fmt.Println(errors.Is(err, dockerhub.ErrConflict), err)
	// Output:
	// true /v2/orgs/acme/settings was changed by somebody else in the meantime; nothing was sent, so try again
}

func ExampleTokensService_Create() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL, User: "ada", Secret: "a password"})
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := c.Tokens.Create(context.Background(), dockerhub.TokenRequest{Label: "ci", Scopes: []string{"repo:read"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token.UUID, token.Secret)
	// Output:
	// c3 dckr_pat_secret
}

// An account with a second factor needs a code in addition to its password.
func ExampleAuthService_SecondFactor() {
	server := hub()
	defer server.Close()

	ctx := context.Background()
	anonymous, err := dockerhub.New(dockerhub.Options{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	bearer, err := anonymous.Auth.Login(ctx, "ada", "a password")
	if more, ok := errors.AsType[*dockerhub.SecondFactorError](err); ok {
		bearer, err = anonymous.Auth.SecondFactor(ctx, more.Challenge, "123456")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := dockerhub.New(dockerhub.Options{
		URL:   server.URL,
		Token: func(context.Context, string) (string, error) { return bearer, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	me, err := c.Users.Me(ctx)
	fmt.Println(me.Name, err)
	// Output:
	// ada <nil>
}

// Pages reads listings that this package has no method for.
func ExampleClient_Pages() {
	server := hub()
	defer server.Close()

	c, err := dockerhub.New(dockerhub.Options{URL: server.URL, User: "ada", Secret: "dckr_pat_…"})
	if err != nil {
		fmt.Println(err)
		return
	}
	u, err := c.Resolve("/v2/access-tokens")
	if err != nil {
		fmt.Println(err)
		return
	}
	for page, err := range c.Pages(context.Background(), dockerhub.Request{Method: http.MethodGet, URL: u}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, row := range page.Rows {
			fmt.Printf("%d %s\n", page.Count, row)
		}
	}
	// Output:
	// 2 {"uuid":"a1","token_label":"ci"}
	// 2 {"uuid":"b2","token_label":"laptop","last_used":null,"new_field":1}
}

// A dry run shows what a program would change.
func ExampleOptions() {
	c, err := dockerhub.New(dockerhub.Options{
		User: "ada", Secret: "a password",
		DryRun: func(r dockerhub.Request) { fmt.Printf("%s %s %s\n", r.Method, r.URL, r.Body) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Repos.Create(context.Background(), dockerhub.RepoRequest{
		Namespace: "acme", Name: "api", Description: "The API of Acme",
		Body: dockerhub.Body{Base: json.RawMessage(`{"logo":"blue"}`)}, // a field that RepoRequest does not have
	})
	fmt.Println(errors.Is(err, dockerhub.ErrDryRun))
	// Output:
	// POST https://hub.docker.com/v2/namespaces/acme/repositories {"description":"The API of Acme","logo":"blue","name":"api","namespace":"acme"}
	// true
}

func ExampleDecode() {
	token, err := dockerhub.Decode[dockerhub.Token](json.RawMessage(`{"uuid":"a1","last_used":null,"new_field":1.50}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token.UUID, token.Label == "", token.Sent("last_used"), token.Sent("expires_at"))
	fmt.Printf("%s\n", token.JSON())
	_, err = dockerhub.Decode[dockerhub.Token](json.RawMessage(`{"uuid":1}`))
	fmt.Println(errors.Is(err, dockerhub.ErrAnswer))
	// Output:
	// a1 true true false
	// {"uuid":"a1","last_used":null,"new_field":1.50}
	// true
}
