package sandbox

import "testing"

// TestRepoStatus: a locked repository becomes active when it is made public, and one
// without images cannot be.
func TestRepoStatus(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	repos := "/v2/namespaces/demo/repositories"
	ask(t, h, demo, "GET", repos+"/scratchpad", "").want(t, 200, `"status_description":"locked"`)
	ask(t, h, demo, "PATCH", repos+"/scratchpad", `{"status":1}`).want(t, 403, "locked")
	ask(t, h, demo, "POST", "/v2/repositories/demo/scratchpad/privacy", `{"is_private":false}`).want(t, 200, "")
	ask(t, h, demo, "GET", repos+"/scratchpad", "").want(t, 200, `"status":1,"status_description":"active"`)
	ask(t, h, demo, "PATCH", repos+"/scratchpad", `{"status":0}`).want(t, 200, `"status":0,"status_description":"inactive"`)
	ask(t, h, demo, "PATCH", repos+"/scratchpad", `{"status":1}`).want(t, 400, "without images")

	ask(t, h, demo, "GET", repos+"/old-site", "").want(t, 200, `"status":0,"status_description":"inactive"`)
	ask(t, h, demo, "PATCH", repos+"/old-site", `{"status":1}`).want(t, 200, `"status":1,"status_description":"active"`)
	ask(t, h, demo, "PATCH", repos+"/old-site", `{"status":7}`).want(t, 400, "Must be 0 or 1")
}

// TestOlderImmutable: both forms of immutable tags change the same rules.
func TestOlderImmutable(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	const older, newer = "/v2/repositories/demo/api", "/v2/namespaces/demo/repositories/api"
	ask(t, h, demo, "PATCH", older, `{"immutable_tags":true,"immutable_tags_rules":"lat.*,0\\.9"}`).
		want(t, 200, `"immutable_tags":true,"immutable_tags_rules":"lat.*,0\\.9"}`)
	ask(t, h, demo, "GET", newer, "").want(t, 200, `"immutable_tags_settings":{"enabled":true,"rules":["lat.*","0\\.9"]}`)
	ask(t, h, demo, "DELETE", newer+"/tags/latest", "").want(t, 403, "immutable")
	ask(t, h, demo, "PATCH", older, `{"immutable_tags_rules":"("}`).want(t, 400, "regular expression")
	ask(t, h, demo, "PATCH", older, `{"immutable_tags":false}`).want(t, 200, `"immutable_tags":false,"immutable_tags_rules":"lat.*,0\\.9"}`)
	ask(t, h, demo, "DELETE", newer+"/tags/latest", "").want(t, 204, "")
}
