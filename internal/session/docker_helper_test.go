package session

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

// TestDockerPass reads what the real docker-credential-pass keeps, with a key
// and a store of its own. CI sets HUBCTL_REQUIRE_HELPERS, so that it is run
// there.
func TestDockerPass(t *testing.T) {
	t.Parallel()
	var missing []string
	for _, name := range []string{"docker-credential-pass", "pass", "gpg", "gpgconf"} {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		if os.Getenv("HUBCTL_REQUIRE_HELPERS") != "" {
			t.Fatalf("not on the PATH: %s", strings.Join(missing, ", "))
		}
		t.Skipf("not on the PATH: %s", strings.Join(missing, ", "))
	}
	dir, s := t.TempDir(), newDockerSecrets(t)
	for _, name := range []string{"gnupg", "store", "docker"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir,
		"GNUPGHOME=" + filepath.Join(dir, "gnupg"), "PASSWORD_STORE_DIR=" + filepath.Join(dir, "store"),
	}
	run := func(ctx context.Context, input string, command ...string) {
		t.Helper()
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Env, cmd.Stdin = env, strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	t.Cleanup(func() { run(context.WithoutCancel(t.Context()), "", "gpgconf", "--kill", "all") })
	run(t.Context(), "", "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "hubctl-test", "future-default", "default", "never")
	run(t.Context(), "", "pass", "init", "hubctl-test")
	store := func(server, secret string) {
		t.Helper()
		b, err := json.Marshal(map[string]string{"ServerURL": server, "Username": "alice", "Secret": secret})
		if err != nil {
			t.Fatal(err)
		}
		run(t.Context(), string(b), "docker-credential-pass", "store")
	}
	if err := os.WriteFile(filepath.Join(dir, "docker", "config.json"), []byte(`{"credsStore": "pass"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	d := Docker{Dir: filepath.Join(dir, "docker"), Env: env}
	source := "docker login (credential helper pass)"
	login := func(c dockerCase) {
		t.Helper()
		got, err := d.Login(t.Context())
		c.check(t, s, got, err)
	}
	login(dockerCase{})
	store(hubServer, s.pat)
	login(dockerCase{want: &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: source}})
	store(webServer, s.jwt)
	store(hubServer+"refresh-token", s.refresh)
	login(dockerCase{want: &DockerLogin{User: "alice", Secret: "<pat>", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: source}})
	store(webServer, s.ended)
	login(dockerCase{
		want:  &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: source},
		notes: []string{"cannot manage tokens or organizations"},
	})

	kept := exec.CommandContext(t.Context(), "docker-credential-pass", "get")
	kept.Env, kept.Stdin = env, strings.NewReader(hubServer+"refresh-token")
	if out, err := kept.Output(); err != nil || !bytes.Contains(out, []byte(s.refresh)) {
		t.Errorf("the refresh token is not what it was: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "gnupg", "private-keys-v1.d")); err != nil {
		t.Fatal(err)
	}
	run(t.Context(), "", "gpgconf", "--kill", "all")
	login(dockerCase{err: "docker-credential-pass failed (exit status 1); see that docker login works with it"})
}
