package sandbox

import (
	"strings"
	"testing"
)

func TestCategories(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	all := read[[]category](t, ask(t, h, "", "GET", "/v2/categories/", ""))
	if len(all) != 16 || all[0] != (category{"Networking", "networking"}) {
		t.Errorf("%d categories, first %v", len(all), all[0])
	}
	const path = "/v2/repositories/demo/api/categories/"
	two := `[{"slug":"web-servers","name":"ignored"},{"slug":"networking"}]`
	const chosen = `[{"name":"Web servers","slug":"web-servers"},{"name":"Networking","slug":"networking"}]`
	if r := ask(t, h, demo, "PATCH", path, two); r.status != 200 || r.body != chosen {
		t.Errorf("%d %s", r.status, r.body)
	}
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/api", "").want(t, 200, `"categories":`+chosen)
	ask(t, h, "", "GET", "/api/search/v4?categories=networking&query=demo/api", "").want(t, 200, `{"total":1,`)
	ask(t, h, demo, "GET", "/v2/auditlogs/demo?action=repo.category.updated&page_size=1", "").want(t, 200, `"web-servers,networking"`)
	ask(t, h, demo, "PATCH", path, `[]`).want(t, 200, `[]`)
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/api", "").want(t, 200, `"categories":[]`)

	four := strings.Repeat(`{"slug":"networking"},`, 3) + `{"slug":"security"}`
	for body, part := range map[string]string{
		`[` + four + `]`: "at most 3", `[{"slug":"games"}]`: "Unknown category: games", `null`: "Must be a list", `{}`: "malformed", ``: "malformed",
	} {
		ask(t, h, demo, "PATCH", path, body).want(t, 400, part)
	}
	ask(t, h, demo, "PATCH", "/v2/repositories/demo/old-site/categories", two).want(t, 403, "archived")
	ask(t, h, "", "PATCH", path, two).want(t, 401, "")
	ask(t, h, bearer(t, h, "demo", known(t, "demo", "laptop")), "PATCH", path, two).want(t, 403, "insufficient scope")
	ask(t, h, demo, "PATCH", "/v2/repositories/demo/none/categories", two).want(t, 404, "")
	oat := bearer(t, h, "acme", known(t, "acme", "platform-automation"))
	ask(t, h, oat, "PATCH", "/v2/repositories/acme/monorepo/categories", two).want(t, 403, "organization access token")
	ask(t, h, oat, "PATCH", "/v2/namespaces/acme/repositories/monorepo/categories", two).want(t, 200, chosen)
}
