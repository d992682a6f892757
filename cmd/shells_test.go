//go:build unix

package cmd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// bashCompletion is the package required by cobra's script for bash.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// interactive has the commands to start each shell without its configuration, load
// hubctl's completion, and set a prompt that the echo of the command does not
// contain.
var interactive = map[string]struct{ command, setup string }{
	"bash": {
		"bash --norc --noprofile -i",
		`. ` + bashCompletion + `; . <(hubctl completion bash); PS1="ready""> "`,
	},
	"zsh": {
		"zsh -f -i",
		`autoload -U compinit; compinit -u -D; . <(hubctl completion zsh); PS1="ready""> "`,
	},
	"fish": {
		"fish -i",
		`hubctl completion fish | source; set -g fish_autosuggestion_enabled 0; function fish_prompt; echo -n "ready""> "; end`,
	},
}

// TestShells types lines that end with a TAB into real shells.
func TestShells(t *testing.T) {
	t.Parallel()
	for shell := range interactive {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := startShell(t, shell)
			for _, test := range []struct{ typed, want string }{
				{"hubctl toke", "hubctl tokens "},
				{"hubctl tags list ac", "hubctl tags list acme/"},
				{"hubctl tags list acme/checkout-a", "hubctl tags list acme/checkout-api "},
				{"hubctl repos delete checkout", "hubctl repos delete checkout"}, // in the middle of acme/checkout-api
				{"hubctl repos delete gateway", "hubctl repos delete gateway"},   // in a description only
				{"hubctl repos delete no", "hubctl repos delete notes "},
				{"hubctl tags delete acme/checkout-api:v1.1", "hubctl tags delete acme/checkout-api:v1.10.0 "},
				{"hubctl tokens list --columns la,ex", "hubctl tokens list --columns la,expires "},
				{"hubctl tokens list --columns=la,ex", "hubctl tokens list --columns=la,expires "},
				{"hubctl tokens list --sort -las", "hubctl tokens list --sort -last_used "},
				{"hubctl tokens create --scope repo:read,repo:w", "hubctl tokens create --scope repo:read,repo:write "},
				{"hubctl tokens list -o nd", "hubctl tokens list -o ndjson "},
				{"hubctl --color=nev", "hubctl --color=never "},
				{"hubctl members list --org ac", "hubctl members list --org acme "},
				{"hubctl repos list --namespace a", "hubctl repos list --namespace a"}, // acme or ada
				{"hubctl tokens get ni", `hubctl tokens get night\ run `},
				{"hubctl repos list --namespace ad", "hubctl repos list --namespace ada "},
			} {
				if got := s.complete(test.typed); got != test.want {
					t.Errorf("%q became %q, want %q", test.typed, got, test.want)
				}
			}
		})
	}
}

// startShell starts a shell in an empty home folder, with a Hub that has the user
// ada, the organization acme and their repositories.
func startShell(t *testing.T, name string) *shellSession {
	t.Helper()
	words := strings.Fields(interactive[name].command)
	path, err := exec.LookPath(words[0])
	if _, missing := os.Stat(bashCompletion); err == nil && name == "bash" {
		err = missing
	}
	if err != nil {
		if os.Getenv("HUBCTL_REQUIRE_HELPERS") != "" {
			t.Fatal(err)
		}
		t.Skipf("cannot test completion in %s: %v", name, err)
	}
	answers := map[string]string{
		"/v2/user/orgs/":                  `{"results":[{"orgname":"acme"}]}`,
		"/v2/access-tokens":               `{"results":[{"uuid":"a1","token_label":"night run"}]}`,
		"/v2/namespaces/ada/repositories": `{"results":[{"namespace":"ada","name":"notes"}]}`,
		"/v2/namespaces/acme/repositories": `{"results":[{"namespace":"acme","name":"checkout-api","description":"gateway"},` +
			`{"namespace":"acme","name":"checkout-web"}]}`,
		"/v2/namespaces/acme/repositories/checkout-api/tags": `{"results":[{"name":"v1.9.0"},{"name":"v1.10.0"}]}`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[strings.TrimSuffix(r.URL.Path, "/")]
		if !ok {
			answer = answers[r.URL.Path]
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)

	hubctl := lookUp(t, "hubctl")
	home := t.TempDir()
	// Without this folder, fish makes completions of manual pages in the background.
	if err := os.MkdirAll(filepath.Join(home, ".local", "share", "fish", "generated_completions"), 0o700); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"HOME=" + home, "TERM=xterm", "LC_ALL=C", "PATH=" + filepath.Dir(hubctl) + ":" + os.Getenv("PATH"),
		"HUBCTL_URL=" + srv.URL, "HUBCTL_TOKEN=" + bearer, "HUBCTL_USER=ada", "HUBCTL_STORE=file",
		"GOCOVERDIR=" + os.Getenv("GOCOVERDIR"), "GORACE=" + os.Getenv("GORACE"),
	}
	for _, listing := range []string{"orgs list", "tokens list", "repos list", "repos list acme", "tags list acme/checkout-api"} {
		// From now on, completion has cached candidates and needs no request, which
		// could time out on a busy machine.
		cmd := exec.CommandContext(t.Context(), hubctl, strings.Fields(listing)...)
		cmd.Env = env
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("hubctl %s: %v\n%s", listing, err, said)
		}
	}

	cmd := exec.CommandContext(t.Context(), path, words[1:]...)
	cmd.Env = env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 200})
	if err != nil {
		t.Skipf("cannot open a terminal: %v", err)
	}
	s := &shellSession{console: &console{t, cmd, tty, &screen{more: make(chan struct{}, 1)}}}
	go s.screen.copyFrom(tty)
	t.Cleanup(func() { _ = tty.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.send(interactive[name].setup + "\r")
	s.until("ready> ")
	return s
}

// A shellSession is a shell on a terminal.
type shellSession struct {
	*console
	read int // length of the screen text read so far
}

// complete types a line that ends with a TAB and returns the completed line, with
// any space that follows. Shells handle keys in order, so complete does not wait: it
// types a letter after the TAB, since zsh would otherwise remove the space, and
// turns the line into the argument of a command that prints it, in brackets that the
// echo of the command does not contain.
func (s *shellSession) complete(line string) string {
	s.t.Helper()
	s.send(line + "\tX" + "\x01printf '\\074%s\\076\\n' '\x05'\r")
	s.until("<")
	completed := s.until("X>\r\n")
	s.until("ready> ")
	return completed
}

// until waits for text on the screen and returns the text before it.
func (s *shellSession) until(text string) string {
	s.t.Helper()
	late := time.After(time.Minute)
	for {
		unread := s.screen.String()[s.read:]
		if before, _, found := strings.Cut(unread, text); found {
			s.read += len(before) + len(text)
			return before
		}
		select {
		case _, open := <-s.screen.more:
			if open {
				continue
			}
		case <-late:
		}
		s.t.Fatalf("the terminal does not show %q, but:\n%q", text, s.screen.String()[s.read:])
	}
}
