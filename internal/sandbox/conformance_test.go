package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/hubctl/hubctl/internal/openapi"
)

type conformance struct {
	t      *testing.T
	hub    *Hub
	router routers.Router
	seen   map[string]bool // method and template
	byOAT  map[string]bool // the same, accepted from an organization access token
	needed map[string]bool // keys of the exceptions

	unknown      map[string]string // properties in answers that the file lacks, with the reason
	undocumented map[string]string // statuses that the file lacks for an operation; their bodies are not compared

	demo, pat, oat string // bearers of the demo user, by password and by access token, and of the demo organization
}

// An area is a group of routes to compare, with exceptions from the file. The keys are
// "METHOD TEMPLATE STATUS", followed by " NAME" for a property; the method, or both
// method and template, may be *.
type area struct {
	run                   func(conformance)
	unknown, undocumented map[string]string
}

// excused reports whether a list has a reason, and records that it was used.
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
	c.seen[method+" "+route.Path] = true
	if bearer == c.oat && resp.StatusCode/100 == 2 {
		c.byOAT[method+" "+route.Path] = true
	}
	if resp.StatusCode != status {
		t.Errorf("%s %s: %d %s, want %d", method, path, resp.StatusCode, data, status)
	}
	answer := route.Operation.Responses.Status(resp.StatusCode)
	if answer == nil {
		answer = route.Operation.Responses.Default()
	}
	if answer == nil {
		if !c.excused(c.undocumented, method, route.Path, resp.StatusCode, "") {
			t.Errorf("%s %s: the file has no status %d (%s)", method, route.Path, resp.StatusCode, data)
		}
		return
	}
	if text := answer.Value.Content["text/csv"]; text != nil { // which the library does not validate
		if err := text.Schema.Value.VisitJSON(string(data)); err != nil {
			t.Errorf("%s %s: %v", method, path, err)
		}
	}
	media := cmp.Or(answer.Value.Content.Get("application/json"), answer.Value.Content.Get("application/scim+json"))
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: media == nil}, // it does not validate CSV
	}
	in.SetBodyBytes(data)
	if err := openapi3filter.ValidateResponse(t.Context(), in); err != nil && len(data) > 0 {
		t.Errorf("%s %s: %v", method, path, err)
	}
	if len(data) == 0 || media == nil {
		return
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
	if media.Schema == nil {
		if got, want := shape(v), shape(media.Example); got != want {
			t.Errorf("%s %s: the answer has %s, and the file's example %s", method, path, got, want)
		}
		return
	}
	for _, name := range unknownProperties(v, media.Schema.Value, "") {
		if !c.excused(c.unknown, method, route.Path, resp.StatusCode, " "+name) {
			t.Errorf("%s %s %d: the file does not know %s", method, route.Path, resp.StatusCode, name)
		}
	}
}

// shape describes the names and types in a document.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var fields []string
		for name, value := range v {
			fields = append(fields, name+": "+shape(value))
		}
		slices.Sort(fields)
		return "{" + strings.Join(fields, ", ") + "}"
	case []any:
		if len(v) > 0 {
			return "[" + shape(v[0]) + "]"
		}
	}
	return fmt.Sprintf("%T", v)
}

// unknownProperties returns the properties of v that the schema does not name. A schema
// without properties allows any.
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

// TestConformance compares the answers of every route in the OpenAPI file with the
// file in HUBCTL_OPENAPI, as changed by the file next to it.
func TestConformance(t *testing.T) {
	conform(t, "HUBCTL_OPENAPI", "",
		authArea, tokenArea, repoArea, repoEditArea, repoShareArea, tagArea, orgArea, memberArea, inviteArea, teamArea, orgTokenArea, auditArea, scimArea)
}

// conform compares the answers under a path with the OpenAPI file in an environment
// variable. The answers must include every operation of the file.
func conform(t *testing.T, variable, at string, areas ...area) {
	t.Helper()
	openapi3filter.RegisterBodyDecoder("application/scim+json", openapi3filter.JSONBodyDecoder)
	doc, err := openapi.Load(variable, os.Getenv(variable))
	if errors.Is(err, openapi.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Components.Schemas { // their fields are not required, so an answer fits several
		s.Value.AnyOf, s.Value.OneOf = append(s.Value.AnyOf, s.Value.OneOf...), nil
	}
	if at != "" {
		doc.Servers = openapi3.Servers{{URL: origin + at}}
	}
	reported(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	h := New(Options{Now: func() time.Time { return noon }})
	c := conformance{
		t: t, hub: h, router: router, seen: map[string]bool{}, byOAT: map[string]bool{}, needed: map[string]bool{},
		unknown: map[string]string{}, undocumented: map[string]string{},
		demo: h.Session("demo"), pat: bearer(t, h, "demo", known(t, "demo", "argo-cd")),
		oat: bearer(t, h, "acme", known(t, "acme", "platform-automation")),
	}
	for _, a := range areas {
		maps.Copy(c.unknown, a.unknown)
		maps.Copy(c.undocumented, a.undocumented)
	}
	for _, a := range areas {
		if a.run != nil {
			a.run(c)
		}
	}
	for template, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Extensions[openapi.OrgTokens] != nil && !c.byOAT[method+" "+template] {
				t.Errorf("%s %s was not answered to an organization access token", method, template)
			}
			if c.seen[method+" "+template] || at != "" && strings.HasPrefix(template, "/v2/users/") {
				continue // the logins are the Hub's own
			}
			t.Errorf("%s %s was not compared", method, template)
		}
	}
	for _, list := range []map[string]string{c.unknown, c.undocumented} {
		for key := range list {
			if !c.needed[key] {
				t.Errorf("the exception %q is not needed", key)
			}
		}
	}
}
