package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAnonymous runs every example of every help page without a session. None of
// them sends a change, except for raw, which sends any request.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the examples need sh")
	}
	for _, c := range tree(newRoot(emptyApp())) {
		if c.Example == "" || strings.HasPrefix(c.CommandPath(), "hubctl login") {
			continue
		}
		t.Run(c.CommandPath(), func(t *testing.T) {
			t.Parallel()
			s := newWitness(t)
			for name, text := range exampleFiles {
				writeFile(t, filepath.Join(s.dir, name), text, 0o600)
			}
			cmd, _, _ := hubctl(t, s.url)
			env := append(cmd.Env, "HUBCTL_TOKEN=", "HUBCTL_RETRIES=0", "PATH="+nothingElse(t)+":"+os.Getenv("PATH"))
			for example := range strings.SplitSeq(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
				example = strings.TrimSpace(example)
				if cannotRun(example) || strings.Contains(example, "hubctl raw") || strings.Contains(example, "--sandbox") {
					continue
				}
				_, said := runExample(t, sh, example, s.dir, env) // it may fail in any way
				if len(s.seen()) > 0 {
					t.Fatalf("%s\nsent %q: %s", example, s.seen(), said)
				}
			}
		})
	}
}

// nothingElse is a folder with programs to which examples pass something.
func nothingElse(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"curl", "docker", "gh"} {
		writeFile(t, filepath.Join(dir, name), "#!/bin/sh\ncat >/dev/null\n", 0o700)
	}
	return dir
}

// TestAnonymousStatus checks that a command of each kind exits with 4 and says how
// to log in, and that raw sends its request and prints the response.
func TestAnonymousStatus(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"tokens create --label ci --scope repo:read",
		"tokens delete 3be9e965-284c-4a58-84e9-6da6efe39591 --yes",
		"tokens patch 3be9e965-284c-4a58-84e9-6da6efe39591 --label x",
		"tokens rotate 3be9e965-284c-4a58-84e9-6da6efe39591 --yes",
		"repos create demo/new",
		"repos delete demo/new --yes",
		"tags delete demo/new:v1 --yes",
		"teams create x --org acme",
		"teams members add qa bokafor --org acme",
		"invites create a@x.example --org acme",
		"members patch bokafor --role editor --org acme",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			s := newWitness(t)
			cmd, stdout, stderr := hubctl(t, s.url, strings.Fields(command)...)
			cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=")
			exits(t, cmd, 4)
			if len(s.seen()) > 0 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "not logged in") || !strings.Contains(stderr.String(), "hubctl login") {
				t.Errorf("sent %q, printed %q, said %q", s.seen(), stdout, stderr)
			}
		})
	}
	s := newWitness(t)
	cmd, _, _ := hubctl(t, s.url, "raw", "POST", "/v2/access-tokens", "--empty")
	cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=")
	exits(t, cmd, 4)
	if len(s.seen()) != 1 {
		t.Errorf("raw sent %q", s.seen())
	}
}

// TestCompletionWithPassword checks that completion never logs in with a password
// from the environment, but uses the cached session of another command.
func TestCompletionWithPassword(t *testing.T) {
	t.Parallel()
	s := newWitness(t)
	home := t.TempDir()
	run := func(args ...string) string {
		cmd, stdout, stderr := hubctl(t, s.url, args...)
		cmd.Env = append(cmd.Env, "HOME="+home, "APPDATA="+home, "LOCALAPPDATA="+home,
			"HUBCTL_TOKEN=", "HUBCTL_USER=demo", "HUBCTL_PASSWORD=demo-password")
		if status := crew.do(t, cmd); status != 0 {
			t.Fatalf("%q: exit status %d: %s", args, status, stderr)
		}
		return stdout.String()
	}
	logins := func() int {
		return len(slices.DeleteFunc(slices.Clone(s.seen()), func(c string) bool { return !strings.Contains(c, "/v2/users/login") }))
	}
	if got := run("__complete", "tokens", "get", ""); strings.Contains(got, "laptop") || logins() != 0 {
		t.Errorf("without a session: %q, %d logins", got, logins())
	}
	run("orgs", "list")
	if got := run("__complete", "tokens", "get", ""); !strings.Contains(got, "laptop") || logins() != 1 {
		t.Errorf("with a session: %q, %d logins", got, logins())
	}
}
