//go:build unix

package cmd

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hubctl/hubctl/internal/plugin"
)

// TestDockerInterrupted checks that docker hub ends with docker, which does not pass
// signals on, and leaves nothing behind.
func TestDockerInterrupted(t *testing.T) {
	t.Parallel()
	docker, err := exec.LookPath("docker")
	if err != nil && os.Getenv("HUBCTL_REQUIRE_HELPERS") != "" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip("docker is not installed")
	}
	dir := t.TempDir()
	if _, err := plugin.Install(t.Context(), lookUp(t, "docker-hub"), filepath.Join(dir, "cli-plugins")); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), docker, "--config", dir, "hub", "sandbox", "serve", "--empty")
		cmd.Env = append(programs.environ, "HOME="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		address := strings.TrimSpace(strings.TrimPrefix(line, "export HUBCTL_URL=http://"))
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != 130 {
			t.Errorf("%s: exit status %d, want 130", sig, got)
		}
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("%s: it still listens on %s", sig, address)
		}
	}
}
