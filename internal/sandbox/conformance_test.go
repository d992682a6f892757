package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// unknown are the properties that answers have and the OpenAPI file lacks.
var unknown = map[string]string{
	"POST /v2/users/login 200 refresh_token":     "sent by Docker's tools with ?refresh_token=true, which answers it",
	"POST /v2/users/2fa-login 200 refresh_token": "the same",
	"PATCH /v2/access-tokens/{uuid} 400 file":    "the recorded database error",
	"PATCH /v2/access-tokens/{uuid} 400 func":    "the same",
	"PATCH /v2/access-tokens/{uuid} 400 line":    "the same",
	"* 401 errinfo": "recorded for a refused bearer: {message, errinfo}",
	"* 403 errinfo": "recorded for refused sessions: {message, errinfo}",
	"* 404 errinfo": "recorded for missing objects: {message, errinfo}",
}

// undocumented are statuses that the OpenAPI file lacks for an operation; their
// bodies are not compared.
var undocumented = map[string]string{
	"POST /v2/users/login 400":                                              "malformed request: EOF was reported",
	"* /v2/access-tokens 403":                                               "reported for sessions of access tokens",
	"* /v2/access-tokens 404":                                               "a page past the end",
	"* /v2/access-tokens/{uuid} 400":                                        "the recorded database error, whose status is a guess",
	"PATCH /v2/access-tokens/{uuid} 404":                                    "the file has it for GET and DELETE",
	"* /v2/namespaces/{namespace}/repositories/{repository}/tags 400":       "a page that is no number; the real answer is not known",
	"* /v2/namespaces/{namespace}/repositories/{repository}/tags 401":       "a refused bearer",
	"* /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag} 401": "a refused bearer",
}

type conformance struct {
	t      *testing.T
	hub    *Hub
	router routers.Router
	seen   map[string]bool // method and template
	needed map[string]bool // keys of the exceptions
}

// excused tells whether list has a reason, and notes that it was needed.
func (c conformance) excused(list map[string]string, method, template string, status int, rest string) bool {
	for _, key := range []string{
		fmt.Sprintf("%s %s %d%s", method, template, status, rest),
		fmt.Sprintf("* %s %d%s", template, status, rest),
		fmt.Sprintf("* %d%s", status, rest),
	} {
		if list[key] != "" {
			c.needed[key] = true
			return true
		}
	}
	return false
}

func (c conformance) check(bearer, method, path, body string, status int) {
	t := c.t
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, origin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		t.Errorf("%s %s: %v", method, path, err)
		return
	}
	resp, err := c.hub.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	c.seen[fmt.Sprintf("%s %s", method, route.Path)] = true
	if resp.StatusCode != status {
		t.Errorf("%s %s: %d %s, want %d", method, path, resp.StatusCode, data, status)
	}
	answer := route.Operation.Responses.Status(resp.StatusCode)
	if answer == nil {
		answer = route.Operation.Responses.Default()
	}
	if answer == nil {
		if !c.excused(undocumented, method, route.Path, resp.StatusCode, "") {
			t.Errorf("%s %s: the file has no status %d (%s)", method, route.Path, resp.StatusCode, data)
		}
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	in.SetBodyBytes(data)
	if err := openapi3filter.ValidateResponse(t.Context(), in); err != nil && len(data) > 0 {
		t.Errorf("%s %s: %v", method, path, err)
	}
	media := answer.Value.Content.Get("application/json")
	if len(data) == 0 || media == nil || media.Schema == nil {
		return
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
	for _, name := range unknownProperties(v, media.Schema.Value, "") {
		if !c.excused(unknown, method, route.Path, resp.StatusCode, " "+name) {
			t.Errorf("%s %s %d: the file does not know %s", method, route.Path, resp.StatusCode, name)
		}
	}
}

// unknownProperties returns what v has and the schema does not name. A schema
// that names no property at all takes any.
func unknownProperties(v any, schema *openapi3.Schema, at string) []string {
	var found []string
	switch v := v.(type) {
	case map[string]any:
		properties := propertiesOf(schema)
		for name, value := range v {
			switch property := properties[name]; {
			case property != nil:
				found = append(found, unknownProperties(value, property, at+name+".")...)
			case len(properties) > 0:
				found = append(found, at+name)
			}
		}
	case []any:
		if schema.Items != nil {
			for _, value := range v {
				found = append(found, unknownProperties(value, schema.Items.Value, at)...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func propertiesOf(schema *openapi3.Schema) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	for _, part := range schema.AllOf {
		maps.Copy(all, propertiesOf(part.Value))
	}
	for name, property := range schema.Properties {
		all[name] = property.Value
	}
	return all
}

// TestConformance compares the answers of every route that the OpenAPI file
// has with the file that HUBCTL_OPENAPI names.
func TestConformance(t *testing.T) {
	path := os.Getenv("HUBCTL_OPENAPI")
	if path == "" {
		t.Skip("HUBCTL_OPENAPI does not name the OpenAPI file")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{Now: at(noon)})
	c := conformance{t, h, router, map[string]bool{}, map[string]bool{}}
	demo, pat := h.Session("demo"), bearer(t, h, "demo", known(t, "demo", "argo-cd"))
	oat := bearer(t, h, "acme", known(t, "acme", "platform-automation"))

	c.check("", "POST", "/v2/users/login?refresh_token=true", `{"username":"demo","password":"demo-password"}`, 200)
	c.check("", "POST", "/v2/users/login", `{"username":"demo","password":"x"}`, 401)
	c.check("", "POST", "/v2/users/login", `{"username":"acme","password":"x"}`, 401)
	c.check("", "POST", "/v2/users/login", ``, 400)
	c.check("", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`, 401)
	half := read[map[string]string](t, ask(t, h, "", "POST", "/v2/users/login", `{"username":"demo2fa","password":"demo2fa-password"}`))["login_2fa_token"]
	c.check("", "POST", "/v2/users/2fa-login", fmt.Sprintf(`{"login_2fa_token":%q,"code":"1"}`, half), 401)
	c.check("", "POST", "/v2/users/2fa-login?refresh_token=true", fmt.Sprintf(`{"login_2fa_token":%q,"code":"123456"}`, half), 200)
	c.check("", "POST", "/v2/auth/token", `{"identifier":"demo","secret":"demo-password"}`, 200)
	c.check("", "POST", "/v2/auth/token", `{"identifier":"demo","secret":"x"}`, 401)

	tokens := "/v2/access-tokens"
	for _, query := range []string{"?page_size=100", "?page=2", "?page_size=1&page=23"} {
		c.check(demo, "GET", tokens+query, "", 200)
	}
	c.check("", "GET", tokens, "", 401)
	c.check("x", "GET", tokens, "", 401)
	c.check(pat, "GET", tokens, "", 403)
	c.check(oat, "GET", tokens, "", 403)
	c.check(demo, "GET", tokens+"?page=9", "", 404)
	c.check(demo, "GET", tokens+"?page=x", "", 400)
	c.check(demo, "POST", tokens, `{"token_label":"x","scopes":["repo:read"],"expires_at":"2027-01-01T00:00:00Z"}`, 201)
	c.check(demo, "POST", tokens, `{"token_label":"x"}`, 400)
	c.check(demo, "POST", tokens, ``, 400)
	for _, id := range []string{uuid("pat", "demo", "hubtool"), uuid("pat", "demo", "jenkins-prod")} {
		c.check(demo, "GET", tokens+"/"+id, "", 200)
		c.check(demo, "PATCH", tokens+"/"+id, `{"is_active":false}`, 200)
		c.check(demo, "PATCH", tokens+"/"+id, `{"token_label":""}`, 400)
		c.check(demo, "DELETE", tokens+"/"+id, "", 202)
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			c.check(demo, method, tokens+"/"+id, "{}", 404)
			c.check(demo, method, tokens+"/zz", "{}", 400)
			c.check("", method, tokens+"/"+id, "{}", 401)
		}
	}

	for _, namespace := range []string{"demo", "acme", "library"} {
		repos := "/v2/namespaces/" + namespace + "/repositories"
		c.check(demo, "GET", repos+"?page_size=100", "", 200)
		c.check(demo, "GET", repos+"?page=999", "", 404)
		c.check(demo, "GET", repos+"?ordering=x", "", 400)
		c.check("x", "GET", repos, "", 401)
		c.check("", "GET", repos+"?page=999", "", 403)
		for _, name := range append(repoNames(namespace)[:12], "none") {
			status := 200
			if name == "none" {
				status = 404
			}
			for _, method := range []string{"GET", "HEAD"} {
				c.check(demo, method, repos+"/"+name, "", status)
				c.check("x", method, repos+"/"+name, "", 401)
				c.check(demo, method, repos+"/"+name+"/tags?page_size=100", "", status)
			}
		}
	}
	c.check(demo, "GET", "/v2/namespaces/nobody/repositories", "", 404)
	tags := "/v2/namespaces/acme/repositories/monorepo/tags"
	for _, method := range []string{"GET", "HEAD"} {
		c.check("", method, tags+"?page=100&page_size=100", "", 403)
		c.check(demo, method, tags+"?page=100&page_size=100", "", 200)
		c.check(demo, method, tags+"?page=x", "", 400)
		c.check(demo, method, tags+"?page=999999", "", 404)
		c.check("x", method, tags, "", 401)
		c.check("", method, tags+"/latest", "", 200)
		c.check("", method, tags+"/none", "", 404)
		c.check("x", method, tags+"/none", "", 401)
	}

	c.check(demo, "GET", "/v2/auditlogs/acme?page_size=100", "", 200)
	c.check(demo, "GET", "/v2/auditlogs/acme?page=9", "", 200)
	c.check(demo, "GET", "/v2/auditlogs/acme?from=x", "", 400)
	c.check(demo, "GET", "/v2/auditlogs/nobody", "", 404)
	c.check(pat, "GET", "/v2/auditlogs/demo", "", 403)
	for _, path := range []string{"/v2/orgs/%s/members?page_size=100", "/v2/orgs/%s/invites", "/v2/orgs/%s/access-tokens"} {
		c.check(demo, "GET", fmt.Sprintf(path, "acme"), "", 200)
		c.check("", "GET", fmt.Sprintf(path, "acme"), "", 401)
		c.check(pat, "GET", fmt.Sprintf(path, "acme"), "", 403)
		c.check(demo, "GET", fmt.Sprintf(path, "nobody"), "", 404)
	}

	for _, rt := range routes() {
		methods := []string{rt.method}
		if rt.method == "GET" {
			methods = append(methods, "HEAD")
		}
		for _, method := range methods {
			item := doc.Paths.Value(rt.template)
			if item != nil && item.GetOperation(method) != nil && !c.seen[method+" "+rt.template] {
				t.Errorf("%s %s was not compared", method, rt.template)
			}
		}
	}
	for _, list := range []map[string]string{unknown, undocumented} {
		for key := range list {
			if !c.needed[key] {
				t.Errorf("the exception %q is not needed", key)
			}
		}
	}
}
