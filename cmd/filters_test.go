package cmd

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
)

// filterValues are the values of filter flags; the default is true.
var filterValues = map[string]string{
	"os": "linux", "arch": "amd64", "digest": "sha256:ff", "pushed-before": "2020-01-01", "pulled-before": "2020-01-01",
	"expiring-within": "1d", "unused-for": "1d", "stale-for": "1d", "content-type": "image", "permission": "read",
	"role": "release-manager",
}

// filterArgs are the arguments of the commands with filters.
var filterArgs = map[string]string{
	"hubctl tags list": "acme/api", "hubctl tags layers": "acme/api:v1", "hubctl repos list": "acme", "hubctl manifests list": "acme/api", "hubctl repos access": "acme/api",
	"hubctl members list": "--org=acme", "hubctl members report": "--org=acme", "hubctl org-tokens list": "--org=acme",
}

const (
	// bareRow has only the fields that name things, and none that filters need.
	bareRow = `"name":"api","namespace":"acme","uuid":"a1","id":"a1","username":"ada","group_name":"qa","manifest_digest":"sha256:aa"`
	// wholeRow has every field that filters need, null where that is a valid value.
	wholeRow = bareRow + `,"images":[{"os":"linux","architecture":"arm64","digest":"sha256:aa","last_pulled":null}],"digest":"sha256:ee",
"tag_status":"active","content_type":"image","tag_last_pushed":"2026-01-01T00:00:00Z","tag_last_pulled":null,"is_active":true,"created_at":"2026-01-01T00:00:00Z",
"last_used":null,"last_used_at":null,"expires_at":null,"is_private":false,"last_updated":null,"date_registered":"2026-01-01T00:00:00Z",
"last_seen_at":null,"last_logged_in_at":null,"is_guest":false,"groups":null,"tags":null,"permission":"read","role":"Member",
"os":"linux","architecture":"amd64"`
)

// TestFiltersJudgeOnlyWhatWasSent gives every filter of every listing a row without
// the field that it needs, which must not count as "no match", and a row with it.
func TestFiltersJudgeOnlyWhatWasSent(t *testing.T) {
	t.Parallel()
	serve := func(row string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{%s,"count":1,"next":null,"results":[{%s}],"manifests":[{%s}]}`, row, row, row)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	bare, whole := serve(bareRow), serve(wholeRow)
	filters := 0
	for _, c := range tree(newRoot(emptyApp())) {
		for flag := range strings.FieldsSeq(c.Annotations[cli.FiltersKey]) {
			if flag == "match" {
				continue // the name is sent in any case
			}
			filters++
			value := filterValues[flag]
			switch {
			case flag == "inactive-for":
				value = "90d"
			case value == "":
				value = "true"
			}
			args := append(strings.Fields(c.CommandPath())[1:], "--"+flag+"="+value)
			if arg := filterArgs[c.CommandPath()]; arg != "" {
				args = append(args, arg)
			}
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				for _, login := range []string{"HUBCTL_TOKEN=" + bearer, "HUBCTL_TOKEN="} {
					cmd, stdout, stderr := hubctl(t, bare, args...)
					cmd.Env = append(cmd.Env, login)
					if status := crew.do(t, cmd); status != 1 {
						t.Errorf("exit status %d, want 1", status)
					}
					said := stderr.String()
					if !strings.Contains(said, "hubctl: cannot apply --"+flag+" to 1 of ") || !strings.Contains(said, ": the server did not send ") {
						t.Errorf("%s printed %q and %q", login, stdout, said)
					}
					if anonymous := login == "HUBCTL_TOKEN="; anonymous != strings.Contains(said, "log in with: hubctl login") {
						t.Errorf("%s hints %q", login, said)
					}
				}
				cmd, _, stderr := hubctl(t, whole, args...)
				if status := crew.do(t, cmd); status != 0 && status != 8 || strings.Contains(stderr.String(), "cannot apply") {
					t.Errorf("a complete row: exit status %d, %s", status, stderr)
				}
			})
		}
	}
	if filters < 20 {
		t.Errorf("expected at least 20 filters, got %d", filters)
	}
}
