package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// A checker answers with a sandbox, and holds each request to the OpenAPI file:
// its path, its body, and that neither body nor query has a name that the file
// does not know.
type checker struct {
	router routers.Router
	hub    *sandbox.Hub

	mu   sync.Mutex
	bad  []string
	seen map[string]bool
}

func (c *checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.check(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.hub.ServeHTTP(w, r)
}

func (c *checker) check(r *http.Request, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	complain := func(format string, args ...any) {
		c.bad = append(c.bad, fmt.Sprintf("%s %s: ", r.Method, r.URL)+fmt.Sprintf(format, args...))
	}
	at := r.Clone(r.Context())
	at.URL.Scheme, at.URL.Host = "https", "hub.docker.com"
	route, params, err := c.router.FindRoute(at)
	if err != nil {
		complain("%v", err)
		return
	}
	c.seen[r.Method+" "+route.Path] = true
	if err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}); err != nil {
		complain("%v", err)
	}
	for name := range r.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil && route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			complain("the file knows no query %s", name)
		}
	}
	if len(body) == 0 {
		return
	}
	if route.Operation.RequestBody == nil {
		complain("the file knows no body")
		return
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		complain("%v", err)
	}
	schema := route.Operation.RequestBody.Value.Content.Get("application/json").Schema.Value
	for name := range fields {
		if !knows(schema, name) {
			complain("the file knows no field %s", name)
		}
	}
}

func knows(s *openapi3.Schema, field string) bool {
	for _, part := range s.AllOf {
		if knows(part.Value, field) {
			return true
		}
	}
	return s.Properties[field] != nil
}

// TestRequestsConform runs every command that calls the API, and compares its
// requests with the file that HUBCTL_OPENAPI names. Each published operation
// that the public package has must be among them.
func TestRequestsConform(t *testing.T) {
	t.Parallel()
	file := os.Getenv("HUBCTL_OPENAPI")
	if file == "" {
		t.Skip("HUBCTL_OPENAPI does not name the OpenAPI file")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{router: router, hub: sandbox.New(sandbox.Options{}), seen: map[string]bool{}}
	srv := httptest.NewServer(c)
	defer srv.Close()

	run := func(env, args string) string {
		cmd, stdout, stderr := hubctl(t, srv.URL, strings.Fields(args)...)
		cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=")
		cmd.Env = append(cmd.Env, strings.Fields(env)...)
		if err := cmd.Run(); err != nil {
			t.Errorf("hubctl %s: %v: %s", args, err, stderr)
		}
		return strings.TrimSpace(stdout.String())
	}
	user := "HUBCTL_USER=demo HUBCTL_PASSWORD=demo-password"
	accounts := sandbox.Accounts()
	uuid := strings.Fields(run(user, "tokens list -q"))[0]
	run(user, "tokens get "+uuid)
	run(user, "tokens create --label ci --scope repo:read --expires 90d")
	run(user, "tokens create --label ci --scope repo:read --scope repo:write --expires never")
	run(user, "tokens patch --label new --active=false "+uuid)
	run(user, "tokens delete --yes "+uuid)
	run("HUBCTL_USER=demo HUBCTL_TOKEN="+accounts[0].Tokens[0].Secret, "whoami")
	run("HUBCTL_USER=demo2fa HUBCTL_PASSWORD=demo2fa-password HUBCTL_OTP=123456", "auth token")

	for _, complaint := range c.bad {
		t.Error(complaint)
	}
	b, err := os.ReadFile("../docs/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	for operation := range strings.Lines(string(b)) {
		operation = strings.TrimSpace(operation)
		method, path, _ := strings.Cut(operation, " ")
		if item := doc.Paths.Find(path); item != nil && item.GetOperation(method) != nil && !c.seen[operation] {
			t.Errorf("%s was never called", operation)
		}
	}
}
