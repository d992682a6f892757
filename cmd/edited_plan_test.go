package cmd

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// TestEditedPlan checks that a saved plan is only data. Whatever is edited into it,
// hubctl runs no command, reads and writes no file, and only makes changes that the
// plan shows and its command could have planned.
func TestEditedPlan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		command string // without --plan-out or --plan
		stdin   string
		edit    func(plan, step map[string]any) // step is the last one
		status  int
		says    string
		sends   []string // parts of the paths and bodies of its changes, in order; nil = it sends none
	}{
		{
			name: "rotate: nothing", command: "tokens rotate TOKEN", status: 0,
			sends: []string{"POST /v2/access-tokens", "PATCH ", "PATCH ", "DELETE "},
		},
		{
			name: "rotate: a command", command: "tokens rotate TOKEN", status: 2, says: "must not say where a secret goes",
			edit: func(_, step map[string]any) { step["to"] = map[string]any{"by": "command", "command": "cat > ran"} },
		},
		{
			name: "rotate: a file", command: "tokens rotate TOKEN", status: 2, says: "must not say where a secret goes",
			edit: func(_, step map[string]any) { step["to"] = map[string]any{"by": "file", "path": "ran"} },
		},
		{
			name: "rotate: an unknown field", command: "tokens rotate TOKEN", status: 2, says: "unknown field",
			edit: func(_, step map[string]any) { step["exec"] = "cat > ran" },
		},
		{
			name: "rotate: another user", command: "tokens rotate TOKEN", status: 2, says: `expected user "demo", got "eve"`,
			edit: func(_, step map[string]any) { step["user"] = "eve" },
		},
		{
			name: "rotate: another label", command: "tokens rotate TOKEN", status: 5, says: "is stale",
			edit: func(_, step map[string]any) { step["label"] = "harmless" },
		},
		{
			name: "rotate: another state", command: "tokens rotate TOKEN", status: 5, says: "is stale",
			edit: func(_, step map[string]any) { step["is_active"] = false },
		},
		{
			name: "rotate: a path", command: "tokens rotate TOKEN", status: 2, says: "..",
			edit: func(_, step map[string]any) { step["id"] = "../v2/orgs/acme" },
		},
		{
			name: "prune: another server", command: prunes, status: 2, says: "it is for https://evil.example",
			edit: func(plan, _ map[string]any) { plan["origin"] = "https://evil.example" },
		},
		{
			name: "prune: another user", command: prunes, status: 2, says: "it is for the user eve",
			edit: func(plan, _ map[string]any) { plan["user"] = "eve" },
		},
		{
			name: "prune: no fingerprint", command: prunes, status: 5, says: "is stale",
			edit: func(plan, _ map[string]any) { plan["fingerprint"] = "" },
		},
		{
			name: "prune: a repository", command: prunes, status: 2, says: "expected NAMESPACE/REPO:TAG",
			edit: func(_, step map[string]any) { step["tag"] = "acme/checkout-api" },
		},
		{
			name: "prune: another repository", command: prunes, status: 3, says: "acme/web",
			edit: func(_, step map[string]any) { step["tag"] = "acme/web:latest" },
		},
		{
			name: "prune: another verb", command: prunes, status: 2, says: "must be one of keep, delete",
			edit: func(_, step map[string]any) { step["action"] = "push" },
		},
		{
			name: "prune: another plan", command: prunes, status: 2, says: "got one of",
			edit: func(plan, _ map[string]any) { plan["kind"] = "members offboard" },
		},
		{
			name: "offboard: a different account than shown", command: "members offboard bokafor --org acme", status: 5, says: "is stale",
			edit: func(_, step map[string]any) { step["account"] = "crossi" },
		},
		{
			name: "offboard: a team that the user is not in", command: "members offboard bokafor --org acme", status: 5, says: "is stale",
			edit: func(_, step map[string]any) { step["kind"], step["name"], step["action"] = "team", "nowhere", "remove" },
		},
		{
			name: "repos: a local file", command: "repos create -", stdin: "name,description\ndemo/new,text\n", status: 0,
			edit:  func(_, step map[string]any) { step["fields"].(map[string]any)["readme"] = "secret.txt" },
			sends: []string{`POST /v2/namespaces/demo/repositories {"name":"new","namespace":"demo","description":"text","registry":"docker.io"}`},
		},
		{
			name: "repos: a different one than shown", command: "repos create -", stdin: "demo/new\n", status: 2, says: "its fields describe demo/other",
			edit: func(_, step map[string]any) { step["fields"].(map[string]any)["name"] = "other" },
		},
		{
			name: "repos: an unknown field", command: "repos create -", stdin: "demo/new\n", status: 2, says: `unknown field "path"`,
			edit: func(_, step map[string]any) { step["fields"].(map[string]any)["path"] = "/v2/orgs" },
		},
		{
			name: "repos: no fields", command: "repos create -", stdin: "demo/new\n", status: 2,
			edit: func(_, step map[string]any) { delete(step, "fields") },
		},
		{
			name: "teams: a path", command: "teams create - --org acme", stdin: "new\n", status: 2,
			edit: func(_, step map[string]any) {
				step["id"], step["fields"].(map[string]any)["org"] = "../x/new", "../x"
			},
		},
		{
			name: "invites: together with others", command: "invites create - --org acme", stdin: "invitee,role\na@x.example,member\nb@x.example,owner\n", status: 0,
			edit:  func(_, step map[string]any) { step["group"] = 1 },
			sends: []string{`"role":"member"`, `"role":"owner"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newWitness(t)
			file := filepath.Join(s.dir, "plan.json")
			if status, said := s.run(tt.stdin, s.words(tt.command+" --plan-out")+" "+file); status != 0 || len(s.seen()) > 0 {
				t.Fatalf("exit status %d, %q: %s", status, s.seen(), said)
			}
			editPlan(t, file, tt.edit)
			kind := strings.Join(strings.Fields(tt.command)[:2], " ")
			status, said := s.run("", kind+" --yes --plan "+file)
			if status != tt.status || !strings.Contains(said, tt.says) {
				t.Errorf("exit status %d, want %d: %s", status, tt.status, said)
			}
			sent := s.seen()
			if len(sent) != len(tt.sends) {
				t.Fatalf("sent %q", sent)
			}
			for i, want := range tt.sends {
				if !strings.Contains(sent[i], want) {
					t.Errorf("sent %q, want %q", sent[i], want)
				}
			}
			if _, err := os.Stat(filepath.Join(s.dir, "ran")); err == nil {
				t.Error("the file was made")
			}
		})
	}
}

const prunes = "tags prune acme/checkout-api --drop ^pr-"

// editPlan changes a plan file.
func editPlan(t *testing.T, file string, edit func(plan, step map[string]any)) {
	t.Helper()
	if edit == nil {
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var plan map[string]any
	if err := json.Unmarshal(b, &plan); err != nil {
		t.Fatal(err)
	}
	steps := plan["steps"].([]any)
	edit(plan, steps[len(steps)-1].(map[string]any))
	if err := os.WriteFile(file, cli.MustJSON(plan), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A witness is a sandbox that records changes, and a folder to run in.
type witness struct {
	t   *testing.T
	hub *sandbox.Hub
	url string
	dir string

	mu      sync.Mutex
	changes []string // method, path and body
}

func newWitness(t *testing.T) *witness {
	t.Helper()
	s := &witness{t: t, hub: sandbox.New(sandbox.Options{}), dir: t.TempDir()}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	if err := os.WriteFile(filepath.Join(s.dir, "secret.txt"), []byte("a secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *witness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.URL.Path != "/v2/auth/token" {
		s.mu.Lock()
		s.changes = append(s.changes, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
		s.mu.Unlock()
	}
	s.hub.ServeHTTP(w, r)
}

// seen returns the changes so far.
func (s *witness) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes)
}

// words returns a command with the identifier of one of demo's tokens.
func (s *witness) words(command string) string {
	r := rotating{t: s.t, hub: s.hub, path: "/v2/access-tokens"}
	for _, token := range r.tokens() {
		if token["token_label"] == "laptop" {
			command = strings.ReplaceAll(command, "TOKEN", token["uuid"].(string))
		}
	}
	return command
}

func (s *witness) run(stdin, command string) (status int, said string) {
	s.t.Helper()
	cmd, _, stderr := hubctl(s.t, s.url, strings.Fields(command)...)
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(stdin)
	cmd.Env = append(cmd.Env, "HUBCTL_TOKEN="+s.hub.Session("demo"))
	return crew.do(s.t, cmd), stderr.String()
}
