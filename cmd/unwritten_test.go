package cmd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestUnwritten checks that every command that prints fails if its output cannot be
// written.
func TestUnwritten(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := `{"results":[{"uuid":"b2","token_label":"ci"}]}`
		if strings.Contains(r.URL.Path, "b2") {
			body = `{"uuid":"b2","token_label":"ci"}`
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	for _, command := range []string{
		"--help", "-h tokens list", "", "tokens", "help", "help tokens list", "--version", "version", "version -o json",
		"completion", "completion bash", "completion zsh", "completion fish", "completion powershell", "__complete tok",
		"config list", "config path", "config get output", "sandbox path", "--sandbox sandbox serve --addr 127.0.0.1:0",
		"auth token", "whoami", "whoami -o json", "tokens list", "tokens list -o json", "tokens list -o yaml",
		"tokens list -o ndjson", "tokens list -o csv", "tokens list -q", "tokens list --jq .", "tokens list --template {{.}}",
		"tokens get b2", "tokens patch b2 --label c --dry-run", "raw", "raw -o json", "raw --paginate", "raw -i /v2/access-tokens/b2",
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skipf("there is no full device here: %v", err)
		}
		cmd, _, stderr := hubctl(t, srv.URL, strings.Fields(command)...)
		cmd.Stdout = full
		start(t, cmd)
		_ = cmd.Wait() // the status is enough
		_ = full.Close()
		if got := cmd.ProcessState.ExitCode(); got != 1 || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q: exit status %d, and said %q", command, got, stderr)
		}
	}
}
