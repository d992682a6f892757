package cmd

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// TestOneSession checks that 20 concurrent processes with an empty cache request
// only one session.
func TestOneSession(t *testing.T) {
	t.Parallel()
	var bought atomic.Int32
	hub := sandbox.New(sandbox.Options{Now: untilMidnight()})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/auth/token" {
			bought.Add(1)
		}
		hub.ServeHTTP(w, r)
	}))
	defer srv.Close()
	home := t.TempDir()
	run := func(stdin string, args ...string) error {
		cmd, _, stderr := hubctl(t, srv.URL, args...)
		cmd.Env = append(cmd.Env, "HOME="+home, "APPDATA="+home, "LOCALAPPDATA="+home, "HUBCTL_TOKEN=")
		cmd.Stdin = strings.NewReader(stdin)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("hubctl %q: %w: %s", args, err, stderr)
		}
		return nil
	}
	if err := run(sandbox.Accounts()[0].Tokens[0].Secret, "login", "-U", "demo", "--password-stdin"); err != nil {
		t.Fatal(err)
	}
	bought.Store(0) // login requested one to verify the token, and does not keep it
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := run("", "raw", "/v2/user"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := bought.Load(); n != 1 {
		t.Errorf("bought %d sessions, want 1", n)
	}
}

// TestOneSandbox checks that 20 concurrent processes lose nothing in one sandbox.
func TestOneSandbox(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	run := func(args ...string) string {
		cmd, stdout, stderr := hubctl(t, "", append(args, "--sandbox")...)
		cmd.Env = append(cmd.Env, "HOME="+home, "APPDATA="+home, "LOCALAPPDATA="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"))
		if err := cmd.Run(); err != nil {
			t.Errorf("hubctl %q: %v: %s", args, err, stderr)
		}
		return stdout.String()
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { run("tokens", "create", "--label", fmt.Sprintf("made-%d", i), "--scope", "repo:read") })
	}
	wg.Wait()
	labels := run("tokens", "list", "--columns", "label", "--no-headers")
	if n := strings.Count(labels, "made-"); n != 20 {
		t.Errorf("%d of 20 are there:\n%s", n, labels)
	}
}
