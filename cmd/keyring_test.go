//go:build linux

package cmd

import (
	"bufio"
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// secretService starts a separate D-Bus session with a Secret Service, and returns
// the variables to reach it. Without dbus-daemon, gnome-keyring-daemon and gdbus,
// the test is skipped, or fails if HUBCTL_REQUIRE_HELPERS is set.
func secretService(t *testing.T) []string {
	t.Helper()
	for _, name := range []string{"dbus-daemon", "gnome-keyring-daemon", "gdbus"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("HUBCTL_REQUIRE_HELPERS") != "" {
				t.Fatal(err)
			}
			t.Skipf("cannot start a Secret Service: %v", err)
		}
	}
	home := t.TempDir()
	bus := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
	address, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, bus)
	t.Cleanup(func() { _ = bus.Process.Kill(); _ = bus.Wait() })
	line, err := bufio.NewReader(address).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "DBUS_SESSION_BUS_ADDRESS=" + strings.TrimSpace(line), "PATH=" + os.Getenv("PATH")}
	daemon := exec.CommandContext(t.Context(), "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	daemon.Env = env
	daemon.Stdin = strings.NewReader("unlock")
	start(t, daemon)
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	wait := exec.CommandContext(t.Context(), "gdbus", "wait", "--session", "--timeout", "30", "org.freedesktop.secrets")
	wait.Env = env
	if err := wait.Run(); err != nil {
		t.Fatal(err)
	}
	return env
}

// TestKeyring checks that, with a real Secret Service, secrets are in the keyring
// and in no file, that a saved password renews the session, and that logging out
// removes them.
func TestKeyring(t *testing.T) {
	t.Parallel()
	env := secretService(t)
	srv := httptest.NewServer(sandbox.New(sandbox.Options{Now: untilMidnight()}))
	defer srv.Close()
	home := t.TempDir()
	run := func(stdin string, status int, args ...string) (stdout, stderr string) {
		t.Helper()
		cmd, out, err := hubctl(t, srv.URL, args...)
		cmd.Env = append(cmd.Env, env...)
		cmd.Env = append(cmd.Env, "HOME="+home, "HUBCTL_TOKEN=", "HUBCTL_STORE=keyring")
		cmd.Stdin = strings.NewReader(stdin)
		start(t, cmd)
		ends(t, cmd, status)
		if t.Failed() {
			t.Fatalf("hubctl %q: %s", args, err)
		}
		return out.String(), err.String()
	}
	pat := sandbox.Accounts()[0].Tokens[0].Secret

	_, said := run(pat, 0, "login", "-U", "demo", "--password-stdin")
	if !strings.Contains(said, "stored in the keyring") {
		t.Errorf("said %q", said)
	}
	if out, _ := run("", 0, "whoami", "-q"); out != "demo\n" {
		t.Errorf("printed %q", out)
	}
	if file := holds(t, home, pat); file != "" {
		t.Errorf("%s holds the access token", file)
	}
	if out, _ := run("", 0, "profiles", "list", "--columns", "store", "--no-headers"); out != "keyring\n" {
		t.Errorf("printed %q", out)
	}
	run("", 0, "logout")
	run("", 4, "whoami")
	if out := keyringItems(t, env); out != "" {
		t.Errorf("the keyring still holds %s", out)
	}

	run("demo-password", 0, "login", "-U", "demo", "--password-stdin", "--save-password", "--profile", "work")
	run("", 0, "--profile", "work", "tokens", "list", "-q", "--limit", "1")
	if out, _ := run("", 0, "--profile", "work", "whoami", "--jq", ".renewed"); out != "true\n" {
		t.Errorf("a saved password does not renew the session: %s", out)
	}
	if file := holds(t, home, "demo-password"); file != "" {
		t.Errorf("%s holds the password", file)
	}
	run(pat, 0, "login", "-U", "demo", "--password-stdin", "--profile", "work", "--store", "file")
	if out := keyringItems(t, env); out != "" {
		t.Errorf("the keyring still holds %s", out)
	}
	run("", 0, "profiles", "delete", "work", "--yes")
	run("", 2, "--profile", "work", "whoami")
	if file := holds(t, home, pat); file != "" {
		t.Errorf("%s holds the access token", file)
	}
}

// TestKeyringGone checks that a keyring without the login, or out of reach, is a
// clear error, and never silently leads to another session.
func TestKeyringGone(t *testing.T) {
	t.Parallel()
	env := secretService(t)
	srv := httptest.NewServer(sandbox.New(sandbox.Options{Now: untilMidnight()}))
	defer srv.Close()
	cmd, _, stderr := hubctl(t, srv.URL, "login", "-U", "demo", "--password-stdin")
	cmd.Env = append(append(cmd.Env, env...), "HUBCTL_TOKEN=", "HUBCTL_STORE=keyring")
	cmd.Stdin = strings.NewReader("demo-password")
	if err := cmd.Run(); err != nil {
		t.Fatal(err, stderr)
	}
	again, _, stderr := hubctl(t, srv.URL, "whoami")
	again.Env = append(slices.Clone(cmd.Env), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	start(t, again)
	ends(t, again, 1)
	if !strings.Contains(stderr.String(), "the login of profile default: ") {
		t.Errorf("said %q", stderr)
	}
}

// keyringItems returns hubctl's items in the keyring.
func keyringItems(t *testing.T, env []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "gdbus", "call", "--session", "--dest", "org.freedesktop.secrets", "--object-path", "/org/freedesktop/secrets",
		"--method", "org.freedesktop.Secret.Service.SearchItems", "{'service': 'hubctl'}")
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("/item")) || bytes.Contains(out, []byte("/collection/")) {
		return string(out)
	}
	return ""
}
