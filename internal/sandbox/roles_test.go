package sandbox

import (
	"fmt"
	"testing"
)

func TestTeamRoles(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	const teams = "/v2/orgs/acme/groups"
	ask(t, h, demo, "GET", teams+"/release", "").want(t, 200, `"role":"release-manager"`)
	ask(t, h, demo, "GET", teams+"/qa", "").want(t, 200, `"role":null`)
	ask(t, h, demo, "PATCH", teams+"/qa", `{"role":"editor"}`).want(t, 200, `"role":"editor"`)
	ask(t, h, demo, "PATCH", teams+"/qa", `{"role":"auditor"}`).want(t, 200, `"role":"auditor"`)
	ask(t, h, demo, "PATCH", teams+"/qa", `{"role":"Auditor"}`).want(t, 400, "invalid role") // the label
	// POST and PUT do not take a role.
	ask(t, h, demo, "PUT", teams+"/qa", `{"name":"qa","role":"owner"}`).want(t, 200, `"role":"auditor"`)
	ask(t, h, demo, "POST", teams, `{"name":"docs","role":"owner"}`).want(t, 201, `"role":null`)
	ask(t, h, demo, "GET", "/v2/auditlogs/acme?action=org.team.update&page_size=1", "").want(t, 200, `updated the team qa`)
}

// TestMemberRoles: answers have the name of a custom role, the export has its label.
func TestMemberRoles(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	const all = "/v2/orgs/acme/members"
	ask(t, h, demo, "GET", all+"?role=auditor", "").want(t, 200, `"username":"jweber"`)
	ask(t, h, demo, "PUT", all+"/bokafor", `{"role":"release-manager"}`).want(t, 200, `"role":"release-manager"`)
	ask(t, h, demo, "GET", all+"/export", "").want(t, 200, "Ben Okafor,bokafor,bokafor@example.com,User,Release manager,")
	ask(t, h, demo, "GET", "/v2/auditlogs/acme?action=org.member.role.change", "").want(t, 200, `changed the role of bokafor to Release manager`)
}

// TestAuditCatalog: the actions that the sandbox logs are in its catalog.
func TestAuditCatalog(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	ask(t, h, demo, "GET", "/v2/auditlogs/demo/actions", "").want(t, 200, `{"actions":{"repo":{"actions":[{"name":"create",`)
	got := read[struct{ Actions map[string]auditGroup }](t, ask(t, h, demo, "GET", "/v2/auditlogs/acme/actions", ""))
	known := map[string]bool{}
	for name, group := range got.Actions {
		for _, a := range group.Actions {
			known[name+"."+a.Name] = true
		}
	}
	for _, action := range []string{"org.customrole.delete", "org.securepolicyprofile.update", "org.registry_access.registry_added"} {
		if !known[action] {
			t.Errorf("no %s", action)
		}
	}
	for page := 1; page <= auditDays*40/100; page++ {
		for _, e := range read[struct{ Logs []event }](t, ask(t, h, demo, "GET", fmt.Sprintf("/v2/auditlogs/acme?page_size=100&page=%d", page), "")).Logs {
			if !known[e.Action] {
				t.Fatalf("%s is not in the catalog", e.Action)
			}
		}
	}
}
