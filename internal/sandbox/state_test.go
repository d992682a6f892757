package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const helper = "SANDBOX_TEST_HELPER" // the role of a re-executed test binary

func TestMain(m *testing.M) {
	mode, arg, _ := strings.Cut(os.Getenv(helper), " ")
	path := os.Getenv(helper + "_PATH")
	switch mode {
	case "":
		os.Exit(m.Run())
	case "create":
		h := New(Options{Path: path})
		for i := range 5 {
			create(h, fmt.Sprintf("%s-%d", arg, i))
		}
	case "kill":
		create(New(Options{Path: path, Step: func(name string) {
			if name == arg {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {}
			}
		}}), "killed")
	}
	os.Exit(0)
}

func create(h *Hub, label string) {
	body := fmt.Sprintf(`{"token_label":%q,"scopes":["repo:read"]}`, label)
	r, _ := http.NewRequestWithContext(context.Background(), "POST", origin+"/v2/access-tokens", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+h.Session("demo"))
	resp, err := h.RoundTrip(r)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 201 {
		fmt.Println(resp.Status)
		os.Exit(1)
	}
}

func child(t *testing.T, mode, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helper+"="+mode, helper+"_PATH="+path)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	return cmd
}

// count returns the number of demo's tokens.
func count(t *testing.T, h *Hub) int {
	t.Helper()
	return read[tokenPage](t, ask(t, h, h.Session("demo"), "GET", "/v2/access-tokens", "")).Count
}

func TestConcurrentChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	var running []*exec.Cmd
	for i := range 6 {
		cmd := child(t, fmt.Sprintf("create p%d", i), path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	h := New(Options{Path: path})
	inMemory := New(Options{})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { create(h, fmt.Sprintf("g%d", i)) })
		wg.Go(func() { create(inMemory, fmt.Sprintf("g%d", i)) })
	}
	wg.Wait()
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, New(Options{Path: path})); n != 23+20+30 {
		t.Errorf("%d tokens in the file", n)
	}
	if n := count(t, inMemory); n != 23+20 {
		t.Errorf("%d tokens in memory", n)
	}
}

func TestKilled(t *testing.T) {
	for _, step := range []string{"lock", "read", "create", "write", "sync", "rename", "unlock"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.json")
			h := New(Options{Path: path})
			create(h, "before")
			if err := child(t, "kill "+step, path).Run(); err == nil {
				t.Fatal("the process was not killed")
			}
			want := 24
			if step == "unlock" {
				want = 25
			}
			if n := count(t, h); n != want {
				t.Errorf("%d tokens, want %d", n, want)
			}
			create(h, "after")
			if n := count(t, h); n != want+1 {
				t.Errorf("%d tokens, want %d", n, want+1)
			}
		})
	}
}

func TestUnusableState(t *testing.T) {
	for name, content := range map[string]string{
		"empty":   "",
		"garbage": "\x00\x01",
		"cut":     `{"version":2,"tokens":{`,
		"version": `{"version":99}`,
		"foreign": `{"name":"not ours"}`,
		"newer":   `{"version":2,"planets":{}}`,
		"longer":  `{"version":2}{}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			h := New(Options{Path: path})
			for _, r := range []reply{
				ask(t, h, h.Session("demo"), "GET", "/v2/access-tokens", ""),
				ask(t, h, h.Session("demo"), "POST", "/v2/access-tokens", `{"token_label":"x","scopes":["repo:read"]}`),
				ask(t, h, "", "GET", "/v2/namespaces/demo/repositories", ""),
				ask(t, h, "", "POST", "/v2/users/login", `{"username":"demo","password":"x"}`),
			} {
				r.want(t, 501, path)
				r.want(t, 501, "hubctl sandbox reset")
				if r.header.Get("X-RateLimit-Limit") == "" {
					t.Error("no rate limit headers")
				}
			}
			if err := h.store.update(t.Context(), func(*state) error { return nil }); err == nil {
				t.Error("the file was updated")
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				t.Errorf("the file was overwritten: %q", got)
			}
			if err := h.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := count(t, h); n != 23 {
				t.Errorf("%d tokens after a reset", n)
			}
		})
	}
}

func TestStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "state.json")
	h := New(Options{Path: path, Now: at(noon)})
	ask(t, h, h.Session("demo"), "GET", "/v2/access-tokens", "").want(t, 200, "")
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("reading created a folder")
	}
	secret := read[map[string]any](t, ask(t, h, h.Session("demo"), "POST", "/v2/access-tokens", `{"token_label":"x","scopes":["repo:read"]}`))["token"].(string)
	ask(t, h, h.Session("demo"), "DELETE", "/v2/namespaces/demo/repositories/api/tags/latest", "").want(t, 204, "")
	content, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(content), `{"version":2,"tokens":{"`) || strings.Contains(string(content), secret) {
		t.Errorf("%s, %v", content, err)
	}
	if strings.Count(string(content), `"owner"`) != 1 || !strings.Contains(string(content), `"demo/api:latest":null`) {
		t.Errorf("the file holds something other than the changes: %s", content)
	}
	other := New(Options{Path: path, Now: at(noon)})
	bearer(t, other, "demo", secret)
	ask(t, other, "", "GET", "/v2/namespaces/demo/repositories/api/tags/latest", "").want(t, 404, "")
	if err := other.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a reset kept the file")
	}
}
