package dockerhub_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/hubctl/hubctl/dockerhub"
)

// hub is a Hub with two tokens, a page each.
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
	return httptest.NewServer(mux)
}

func ExampleTokensService_List() {
	server := hub() // in its place: nothing, and the client is one of Docker Hub
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
