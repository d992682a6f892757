package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hubctl/hubctl/internal/openapi"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// The sandboxes of scripts run in the test's process, where they record requests, so
// TestScript knows which API operations the scripts called, and checks each request
// against the OpenAPI files.

// A world gives each script its own sandbox, and collects the requests of all of
// them.
type world struct {
	published []published

	mu    sync.Mutex
	asked map[string]bool // "METHOD TEMPLATE" with a 2xx response
	bad   []string
}

// untilMidnight is the clock of a sandbox whose day does not end: the data depends
// on the date, and a test may run past midnight.
func untilMidnight() func() time.Time {
	midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return func() time.Time {
		if now := time.Now(); now.Before(midnight) {
			return now
		}
		return midnight.Add(-time.Microsecond)
	}
}

// startSandbox starts a sandbox in memory and points the script at it:
//
//	sandbox [ACCOUNT [LABEL]]
//
// The session is demo's or ACCOUNT's, from its password or, with the LABEL of one of
// its access tokens, from that token.
func (w *world) startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	hub := sandbox.New(sandbox.Options{Record: w.record, Now: untilMidnight()})
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		seen := &statusWriter{ResponseWriter: rw}
		hub.ServeHTTP(seen, r)
		if seen.status/100 == 2 {
			r.Body = io.NopCloser(bytes.NewReader(body))
			w.check(r, body)
		}
	}))
	ts.Defer(srv.Close)
	setenv(ts, "HUBCTL_URL", srv.URL)
	for _, host := range sandbox.Hosts {
		setenv(ts, host.Variable, srv.URL+host.Path)
	}
	setenv(ts, "HUBCTL_USER", "")
	setenv(ts, "HUBCTL_PASSWORD", "")
	setenv(ts, "HUBCTL_SCIM_TOKEN", sandbox.SCIMToken)
	switch len(args) {
	case 0:
		setenv(ts, "HUBCTL_TOKEN", hub.Session("demo"))
	case 1:
		setenv(ts, "HUBCTL_TOKEN", hub.Session(args[0]))
	default:
		setenv(ts, "HUBCTL_USER", args[0])
		setenv(ts, "HUBCTL_TOKEN", secretOf(ts, args[0], args[1]))
	}
}

func secretOf(ts *testscript.TestScript, user, label string) string {
	for _, a := range sandbox.Accounts() {
		for _, t := range a.Tokens {
			if a.User == user && t.Label == label {
				return t.Secret
			}
		}
	}
	ts.Fatalf("%s has no access token %s whose secret is known", user, label)
	return ""
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *world) record(method, template string, status int) {
	if status >= 400 { // a redirect is an answer
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[method+" "+template] = true
}

// compare compares the operations called by the scripts with docs/operations.txt, if
// all scripts ran.
func (w *world) compare(t *testing.T) {
	t.Helper()
	for _, complaint := range w.bad {
		t.Error(complaint)
	}
	if t.Failed() || flag.Lookup("test.run").Value.String() != "" || flag.Lookup("test.skip").Value.String() != "" {
		return
	}
	listed := operations(t)
	for _, o := range listed {
		if !w.asked[o] {
			t.Errorf("no script calls %s on the sandbox", o)
		}
	}
	for o := range w.asked {
		if !slices.Contains(listed, o) {
			t.Errorf("docs/operations.txt lacks %s, which a script calls", o)
		}
	}
}

// A published is an OpenAPI file.
type published struct {
	base   string // the path that its paths begin with
	router routers.Router
}

// readPublished reads the OpenAPI files named by the environment.
func readPublished(t *testing.T) []published {
	t.Helper()
	openapi3filter.RegisterBodyDecoder("application/scim+json", openapi3filter.JSONBodyDecoder)
	var all []published
	for _, of := range []struct{ variable, base string }{
		{"HUBCTL_OPENAPI", ""}, {"HUBCTL_DVP_OPENAPI", "/api/publisher/analytics/v1"}, {"HUBCTL_USAGE_OPENAPI", "/enterprise-data/v1"},
	} {
		doc, err := openapi.Load(of.variable, os.Getenv(of.variable))
		if errors.Is(err, openapi.ErrAbsent) {
			t.Log(err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		doc.Servers = nil // so that a path is enough to find its route
		router, err := gorillamux.NewRouter(doc)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, published{of.base, router})
	}
	return all
}

// observed are the queries and fields of requests that the OpenAPI files lack, as
// "METHOD TEMPLATE NAME" with the reason.
var observed = map[string]string{
	"GET /v2/namespaces/{namespace}/repositories/{repository}/tags name": "recorded as a filter of tags",
	"PUT /v2/scim/2.0/Users/{id} displayName":                            scimWhole,
	"PUT /v2/scim/2.0/Users/{id} enabled":                                "the name of active until 2026-09",
	"PUT /v2/scim/2.0/Users/{id} emails":                                 scimWhole,
}

const scimWhole = "RFC 7644 3.5.1: a PUT without it may reset it; identity providers send it"

// check compares a successful request with the OpenAPI file that has its operation:
// the path, the body, and the names in the query and body. Operations that no file
// has are only in docs/operations.txt.
func (w *world) check(r *http.Request, body []byte) {
	for _, p := range w.published {
		at := r.Clone(r.Context())
		path, ok := strings.CutPrefix(r.URL.Path, p.base)
		if !ok {
			continue
		}
		at.URL.Path = path
		route, params, err := p.router.FindRoute(at)
		if err != nil {
			continue
		}
		complain := func(format string, args ...any) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.bad = append(w.bad, fmt.Sprintf("%s %s: ", r.Method, r.URL)+fmt.Sprintf(format, args...))
		}
		operation := r.Method + " " + route.Path + " "
		at.Body = io.NopCloser(bytes.NewReader(body))
		if err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
			Request: at, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		}); err != nil {
			complain("%v", err)
		}
		for name := range r.URL.Query() {
			known := route.Operation.Parameters.GetByInAndName("query", name) != nil || route.PathItem.Parameters.GetByInAndName("query", name) != nil
			if !known && observed[operation+name] == "" {
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
		var sent any
		if err := json.Unmarshal(body, &sent); err != nil {
			complain("%v", err)
		}
		for media, content := range route.Operation.RequestBody.Value.Content {
			if !strings.HasSuffix(media, "json") {
				continue
			}
			for _, name := range unknownFields(sent, content.Schema.Value, "") {
				if observed[operation+name] == "" {
					complain("the file knows no field %s", name)
				}
			}
		}
		return
	}
}

// unknownFields returns the fields of v that are not in the schema. A schema without
// fields allows any.
func unknownFields(v any, s *openapi3.Schema, at string) []string {
	var found []string
	switch v := v.(type) {
	case map[string]any:
		known := fieldsOf(s)
		for name, value := range v {
			switch field := known[name]; {
			case field != nil:
				found = append(found, unknownFields(value, field, at+name+".")...)
			case len(known) > 0:
				found = append(found, at+name)
			}
		}
	case []any:
		if s.Items != nil {
			for _, value := range v {
				found = append(found, unknownFields(value, s.Items.Value, at)...)
			}
		}
	}
	return found
}

func fieldsOf(s *openapi3.Schema) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	for _, parts := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range parts {
			maps.Copy(all, fieldsOf(part.Value))
		}
	}
	for name, field := range s.Properties {
		all[name] = field.Value
	}
	return all
}
