package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A step is one request of a client and what it relies on in the answer.
type step struct {
	as     string // "" = anonymous, "demo" = the user's password session, or a whole Authorization header
	method string
	path   string // like the body and the header, with {NAME} for what an earlier step kept
	body   string
	header map[string]string

	status int
	has    []string // parts of the body, or "Header: value"
	lacks  []string
	keep   []string // names of fields at the top of the body
}

// replay sends the steps to a new sandbox.
func replay(t *testing.T, steps []step) {
	t.Helper()
	h := New(Options{Now: at(noon)})
	kept := []string{"{demo}", "Bearer " + h.Session("demo"), "{acme-id}", mustAccount(t, "acme").id()}
	for _, s := range steps {
		fill := strings.NewReplacer(kept...)
		as := s.as
		if as == "demo" {
			as = "{demo}"
		}
		r := send(t, h, s.method, fill.Replace(s.path), fill.Replace(s.body), func(head http.Header) {
			if as != "" {
				head.Set("Authorization", fill.Replace(as))
			}
			for name, value := range s.header {
				head.Set(name, fill.Replace(value))
			}
		})
		if r.status != s.status {
			t.Errorf("%s %s %s: %d %s, want %d", s.method, s.path, s.body, r.status, r.body, s.status)
		}
		for _, part := range s.has {
			name, value, _ := strings.Cut(part, ": ")
			if !strings.Contains(r.body, fill.Replace(part)) && (value == "" || !slices.Contains(r.header.Values(name), value)) {
				t.Errorf("%s %s: %v %s\nlacks %s", s.method, s.path, r.header, r.body, part)
			}
		}
		for _, part := range s.lacks {
			if strings.Contains(r.body, part) {
				t.Errorf("%s %s: %s\nhas %s", s.method, s.path, r.body, part)
			}
		}
		var top map[string]any
		_ = json.Unmarshal([]byte(r.body), &top)
		for _, name := range s.keep {
			value, ok := top[name]
			if !ok {
				t.Fatalf("%s %s: %s has no %s", s.method, s.path, r.body, name)
			}
			text := fmt.Sprint(value)
			if n, ok := value.(float64); ok {
				text = fmt.Sprintf("%.0f", n)
			}
			kept = append([]string{"{" + name + "}", text}, kept...)
		}
	}
}

func mustAccount(t *testing.T, name string) account {
	t.Helper()
	a, ok := findAccount(name)
	if !ok {
		t.Fatalf("no account %s", name)
	}
	return a
}
