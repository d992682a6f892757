package cmd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// hostile is what a server may put into a name: a colour, a hyperlink, a cleared
// screen, an override of direction, a forged row, and characters that hide.
const hostile = "\x1b[31m\x1b]8;;http://evil.example\x07\x1b[2J\u202e\u2066\u009b\r\nforged-row  yes\ta\u200b\ufeff\u00ad\u2028\U000e0041"

var (
	structure = regexp.MustCompile(`^(next|previous|token|access_token|schemas)$`)
	unspoiled = regexp.MustCompile(`^\d{4}-\d\d-\d\d|^\d*$`) // times and numbers
)

// spoil adds hostile text to every string of an answer that is text.
func spoil(v any) any {
	switch v := v.(type) {
	case string:
		if unspoiled.MatchString(v) {
			return v
		}
		return v + hostile
	case []any:
		for i := range v {
			v[i] = spoil(v[i])
		}
	case map[string]any:
		for k := range v {
			if !structure.MatchString(k) {
				v[k] = spoil(v[k])
			}
		}
	}
	return v
}

// newSpoiled is a sandbox whose answers are all spoiled, or not.
func newSpoiled(t *testing.T, spoiled bool) (url, session string) {
	t.Helper()
	hub := sandbox.New(sandbox.Options{Now: untilMidnight()})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		hub.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		var v any
		if d := json.NewDecoder(bytes.NewReader(body)); spoiled && d.Decode(&v) == nil {
			body = cli.MustJSON(spoil(v))
		}
		w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, hub.Session("demo")
}

// readers are commands that print what others have written, one of each noun.
var readers = []string{
	"tokens list", "tokens report", "org-tokens list --org acme", "repos list acme", "repos get demo/api", "repos teams list acme/monorepo",
	"repos collaborators list demo/api", "tags list demo/api", "tags prune demo/api --keep-last 3 --dry-run", "manifests list demo/api",
	"orgs list", "orgs get acme", "members list --org acme", "members report --org acme", "teams list --org acme", "teams members list platform --org acme",
	"invites list --org acme", "audit list acme", "audit actions", "scim users list", "users get demo", "search api", "analytics namespaces", "whoami",
	"raw /v2/orgs/acme/members --paginate",
}

// TestUntrusted: whatever the Hub's texts are made of, no format of any noun
// shows a control character or one that hides or reorders text, no table gets
// a line more, and JSON still holds the text as it was sent.
func TestUntrusted(t *testing.T) {
	t.Parallel()
	evil, session := newSpoiled(t, true)
	good, goodSession := newSpoiled(t, false)
	run := func(url, session string, args ...string) (stdout, stderr string) {
		cmd, out, err := hubctl(t, url, args...)
		cmd.Env = append(cmd.Env, "HUBCTL_TOKEN="+session, "HUBCTL_SCIM_TOKEN="+sandbox.SCIMToken)
		_ = cmd.Run() // what cannot be, such as a tag of that name, may fail
		return out.String(), err.String()
	}
	sem := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for _, command := range readers {
		args := strings.Fields(command)
		for _, format := range [][]string{{"-o", "table"}, {"-o", "csv"}, {"-o", "yaml"}, {"-o", "json"}, {"-o", "ndjson"}, {"-q"}} {
			if args[0] == "audit" && format[0] == "-q" { // it has no identifiers
				continue
			}
			if args[0] == "raw" && format[len(format)-1] != "json" {
				continue
			}
			wg.Go(func() {
				sem <- struct{}{}
				defer func() { <-sem }()
				stdout, stderr := run(evil, session, append(args, format...)...)
				for _, said := range []string{stdout, stderr} {
					if bad := shows(said); bad != "" {
						t.Errorf("%s %q: shows %q:\n%s", command, format, bad, said)
					}
				}
				plain, _ := run(good, goodSession, append(args, format...)...)
				switch lines := strings.Count(stdout, "\n"); {
				case format[len(format)-1] == "yaml": // it folds long texts
				case lines != strings.Count(plain, "\n"):
					t.Errorf("%s %q: %d lines instead of %d: %s\n%s", command, format, lines, strings.Count(plain, "\n"), stderr, stdout)
				case strings.Contains(stdout, "\nforged-row"):
					t.Errorf("%s %q: a row is forged:\n%s", command, format, stdout)
				case plain == "":
					t.Errorf("%s %q: prints nothing", command, format)
				}
				if format[len(format)-1] != "json" || args[0] == "whoami" || args[0] == "audit" && args[1] == "actions" {
					return
				}
				var v, w any
				if err := json.Unmarshal([]byte(stdout), &v); err != nil {
					t.Errorf("%s: %v", command, err)
				}
				if err := json.Unmarshal([]byte(plain), &w); err != nil {
					t.Errorf("%s: %v", command, err)
				}
				if got, want := string(cli.MustJSON(v)), string(cli.MustJSON(spoil(w))); strings.Contains(command, "report") || strings.Contains(command, "prune") {
					if !strings.Contains(got, string(cli.MustJSON(hostile))[1:20]) {
						t.Errorf("%s: the text is not in the JSON", command)
					}
				} else if got != want {
					t.Errorf("%s: the JSON is\n%s, want\n%s", command, got, want)
				}
			})
		}
	}
	for _, command := range []string{"tokens get", "org-tokens get --org acme", "repos get", "tags get demo/api:", "members delete --org acme", "teams get --org acme", "orgs get"} {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			args := append([]string{"__complete"}, strings.Fields(command)...)
			if !strings.HasSuffix(command, ":") {
				args = append(args, "")
			}
			var stdout, plain string
			for range 5 { // completion gives up after a second, which a busy machine may need
				stdout, _ = run(evil, session, args...)
				plain, _ = run(good, goodSession, args...)
				if n := strings.Count(plain, "\n"); n > 1 && n == strings.Count(stdout, "\n") {
					break
				}
			}
			if n := strings.Count(plain, "\n"); n < 2 || strings.Count(stdout, "\n") != n || shows(strings.ReplaceAll(stdout, "\t", "")) != "" || strings.Contains(stdout, "\nforged") {
				t.Errorf("completing %s offers\n%s\ninstead of\n%s", command, stdout, plain)
			}
		})
	}
	wg.Wait()
}

// shows is the first character of hostile's that a text shows as it is; "" if
// none.
func shows(text string) string {
	if i := strings.IndexAny(text, "\x1b\x07\r\t\u202e\u2066\u009b\u200b\ufeff\u00ad\u2028\U000e0041"); i >= 0 {
		return text[i:min(len(text), i+4)]
	}
	return ""
}
