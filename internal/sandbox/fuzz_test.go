package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// FuzzRequest: no request makes the sandbox panic or fail with status 500.
func FuzzRequest(f *testing.F) {
	h := New(Options{Now: at(noon)})
	sessions := map[string]string{"demo": "Bearer " + h.Session("demo"), "scim": "Bearer " + SCIMToken}
	names := strings.NewReplacer(
		"{namespace}", "demo", "{repository}", "api", "{tag}", "latest", "{name}", "acme", "{org_name}", "acme",
		"{group_name}", "developers", "{username}", "demo", "{account}", "acme", "{group_id}", "104217",
		"{uuid}", seed.UUID("pat", "demo", "hubtool"), "{access_token_id}", seed.UUID("oat", "acme", "siem-export"),
	)
	bodies := []string{"null", "[{}]", `{"name":"` + strings.Repeat("x", 300) + `","org":"acme","invitees":["",null,"\u0000"],` +
		`"label":"x","resources":[{}],"expires_at":"9999-12-31T23:59:59.9999999Z","username":"demo","status":-1,` +
		`"immutable_tags":true,"immutable_tags_rules":"(,[","regex":"(","schemas":["` + scimUserSchema + `"],` +
		`"userName":"@","group_id":-1,"permission":"read","member":"","user":"","webhooks":[],"is_private":null}`}
	for _, rt := range routes() {
		path := names.Replace(rt.template)
		as := "demo"
		if strings.Contains(path, "/scim/") {
			as = "scim"
		}
		for _, body := range bodies {
			if rt.method != http.MethodGet {
				f.Add(rt.method, path, as, "application/json", body)
			}
		}
		f.Add(rt.method, path+"?page=-1&page_size=0&ordering=%00&count=0&startIndex=99999999999&filter=%22&last_evaluated_key=-5&from=x&to=%FF&period=", as, "", "")
	}
	f.Add("BREW", "/v2/../%2e%2e//x", "Bearer ", "x", "")
	f.Add("GET", "/v2/user", "JWT a.b.c", "x", "")
	f.Fuzz(func(t *testing.T, method, target, as, kind, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, origin+"/"+strings.TrimPrefix(target, "/"), strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		if known := sessions[as]; known != "" {
			as = known
		}
		r.Header.Set("Authorization", as)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %s as %s with %s: %s", method, target, as, body, w.Body)
		}
		if err := h.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
