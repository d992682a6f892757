package cmd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// hostile is a name that a server may send: with a color, a hyperlink, a cleared
// screen, a text direction override, a forged row, and invisible characters.
const hostile = "\x1b[31m\x1b]8;;http://evil.example\x07\x1b[2J\u202e\u2066\u009b\r\nforged-row  yes\ta\u200b\ufeff\u00ad\u2028\U000e0041"

var (
	structure = regexp.MustCompile(`^(next|previous|token|access_token|schemas)$`)
	unspoiled = regexp.MustCompile(`^\d{4}-\d\d-\d\d|^\d*$`) // times and numbers
)

// spoil adds hostile text to every text in a response.
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

// A spoiler is a sandbox that may spoil all its responses. It treats every request as
// demo's or, for SCIM, as an identity provider's.
type spoiler struct {
	hub     *sandbox.Hub
	spoiled bool
}

func newSpoiler(spoiled bool) *spoiler {
	return &spoiler{sandbox.New(sandbox.Options{Now: untilMidnight()}), spoiled}
}

func (s *spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Authorization", "Bearer "+s.hub.Session("demo"))
	if strings.HasPrefix(r.URL.Path, "/v2/scim/") {
		r.Header.Set("Authorization", "Bearer "+sandbox.SCIMToken)
	}
	rec := httptest.NewRecorder()
	s.hub.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	var v any
	if d := json.NewDecoder(bytes.NewReader(body)); s.spoiled && d.Decode(&v) == nil {
		body = cli.MustJSON(spoil(v))
	}
	w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

// RoundTrip responds to hubctl in the test's process.
func (s *spoiler) RoundTrip(r *http.Request) (*http.Response, error) {
	served := r.Clone(r.Context())
	if r.Body == nil {
		served.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, served)
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}

// run runs hubctl on it. Impossible requests, such as a tag with that name, may fail.
func (s *spoiler) run(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	_, stdout, stderr = inside{transport: s, dir: t.TempDir()}.run(t.Context(), t, append([]string{"--user", "demo"}, args...)...)
	return stdout, stderr
}

// readers are commands that print text from other users, one for each noun.
var readers = []string{
	"tokens list", "tokens report", "org-tokens list --org acme", "repos list acme", "repos get demo/api", "repos teams list acme/monorepo",
	"repos collaborators list demo/api", "tags list demo/api", "tags prune demo/api --keep-last 3 --dry-run", "manifests list demo/api",
	"orgs list", "orgs get acme", "members list --org acme", "members report --org acme", "teams list --org acme", "teams members list platform --org acme",
	"invites list --org acme", "audit list --org acme --limit 100", "audit actions --org acme", "scim users list", "users get demo", "search api", "analytics namespaces", "whoami",
	"raw /v2/orgs/acme/members --paginate",
}

// TestUntrusted checks that, whatever the Hub's texts contain, no format of any noun
// shows control characters or characters that hide or reorder text, no table gets an
// extra line, and JSON has the text unchanged.
func TestUntrusted(t *testing.T) {
	t.Parallel()
	evil, good := newSpoiler(true), newSpoiler(false)
	for _, command := range readers {
		args := strings.Fields(command)
		for _, format := range [][]string{{"-o", "table"}, {"-o", "csv"}, {"-o", "yaml"}, {"-o", "json"}, {"-o", "ndjson"}, {"-q"}} {
			if args[0] == "audit" && format[0] == "-q" { // it has no identifiers
				continue
			}
			if args[0] == "raw" && format[len(format)-1] != "json" {
				continue
			}
			t.Run(command+" "+strings.Join(format, " "), func(t *testing.T) {
				t.Parallel()
				args := slices.Concat(args, format)
				stdout, stderr := evil.run(t, args...)
				for _, said := range []string{stdout, stderr} {
					if bad := shows(said); bad != "" {
						t.Errorf("%s %q: shows %q:\n%s", command, format, bad, said)
					}
				}
				plain, _ := good.run(t, args...)
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
		t.Run("completing "+command, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"__complete"}, strings.Fields(command)...)
			if !strings.HasSuffix(command, ":") {
				args = append(args, "")
			}
			var stdout, plain string
			for range 5 { // completion gives up after a second, which may pass on a busy machine
				stdout, _ = evil.run(t, args...)
				plain, _ = good.run(t, args...)
				if n := strings.Count(plain, "\n"); n > 1 && n == strings.Count(stdout, "\n") {
					break
				}
			}
			if n := strings.Count(plain, "\n"); n < 2 || strings.Count(stdout, "\n") != n || shows(strings.ReplaceAll(stdout, "\t", "")) != "" || strings.Contains(stdout, "\nforged") {
				t.Errorf("completing %s offers\n%s\ninstead of\n%s", command, stdout, plain)
			}
		})
	}
}

// shows returns the first special character of hostile that a text contains, or "".
func shows(text string) string {
	if i := strings.IndexAny(text, "\x1b\x07\r\t\u202e\u2066\u009b\u200b\ufeff\u00ad\u2028\U000e0041"); i >= 0 {
		return text[i:min(len(text), i+4)]
	}
	return ""
}
