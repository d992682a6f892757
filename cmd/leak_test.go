package cmd

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
)

// An echo is a Hub that accepts every secret, records the requests, and repeats
// everything in its messages, as no server should.
type echo struct {
	bearer, challenge string

	mu   sync.Mutex
	seen bytes.Buffer
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	fmt.Fprintln(&e.seen, r.URL, r.Header, string(body))
	e.mu.Unlock()
	said := cli.MustJSON(map[string]any{"message": fmt.Sprintf("you sent %s and %s", r.Header.Get("Authorization"), body), "login_2fa_token": e.challenge})
	switch {
	case r.URL.Path == "/v2/users/login" && bytes.Contains(body, []byte("second-factor")):
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write(said)
	case r.URL.Path == "/v2/users/login", r.URL.Path == "/v2/users/2fa-login", r.URL.Path == "/v2/auth/token":
		_, _ = w.Write(cli.MustJSON(map[string]any{"token": e.bearer, "access_token": e.bearer}))
	default:
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(cli.MustJSON(map[string]any{"message": fmt.Sprintf("you sent %s and %s", r.Header.Get("Authorization"), body)}))
	}
}

func (e *echo) received(secret string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Contains(e.seen.String(), secret)
}

func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// forms returns the encodings in which a secret could appear.
func forms(secret string) []string {
	raw := base64.RawStdEncoding.EncodeToString([]byte(secret))
	return []string{secret, raw[:len(raw)-2], url.QueryEscape(secret), hex.EncodeToString([]byte(secret))}
}

// TestNothingLeaks checks that each kind of secret reaches the server and appears
// nowhere else: not on standard output or error, even if the server sends it back,
// with -v -v, in a dry run or in an error; and in no file except its own.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	unit := func(kind string) string { return kind + "/" + randomText(16) + "+=" }
	for _, test := range []struct {
		name   string
		secret string
		env    func(secret string) []string
		args   []string // {} stands for the secret
		stdin  bool
		kept   bool // login stores it in its file
	}{
		{"password in the environment", unit("pw"), func(s string) []string { return []string{"HUBCTL_USER=ada", "HUBCTL_PASSWORD=" + s} }, nil, false, false},
		{"password of the other family", unit("pw"), func(s string) []string { return []string{"DOCKERHUB_USER=ada", "DOCKERHUB_PASSWORD=" + s} }, nil, false, false},
		{"PAT in the environment", "dckr_pat_" + randomText(12), func(s string) []string { return []string{"HUBCTL_USER=ada", "HUBCTL_TOKEN=" + s} }, nil, false, false},
		{"token of unknown form in the environment", unit("tok"), func(s string) []string { return []string{"HUBCTL_USER=ada", "HUBCTL_TOKEN=" + s} }, nil, false, false},
		{"JWT in the environment", "eyJ" + randomText(8) + "." + randomText(12) + "." + randomText(8), func(s string) []string { return []string{"HUBCTL_TOKEN=" + s} }, nil, false, false},
		{"JWT as a flag", "abc." + randomText(12) + "." + randomText(8), nil, []string{"-t", "{}"}, false, false},
		{"two-factor code", randomText(5), func(s string) []string {
			return []string{"HUBCTL_USER=ada", "HUBCTL_PASSWORD=second-factor", "HUBCTL_OTP=" + s}
		}, nil, false, false},
		{"password of a login", unit("pw"), nil, []string{"login", "-U", "ada", "--password-stdin"}, true, false},
		{"PAT of a login", "dckr_pat_" + randomText(12), nil, []string{"login", "-U", "ada", "--password-stdin"}, true, true},
		{"SCIM token", unit("scim"), func(s string) []string { return []string{"HUBCTL_SCIM_TOKEN=" + s} }, []string{"scim", "users", "list"}, false, false},
		{"header", unit("header"), nil, []string{"-H", "X-Secret-Token: {}"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hub := &echo{bearer: "eyJ" + randomText(8) + "." + randomText(8) + "." + randomText(8), challenge: "eyJ" + randomText(8) + ".c." + randomText(8)}
			srv := httptest.NewServer(hub)
			defer srv.Close()
			home := t.TempDir()
			run := func(args ...string) string {
				cmd, stdout, stderr := hubctl(t, srv.URL, args...)
				cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=", "HOME="+home, "APPDATA="+home, "LOCALAPPDATA="+home)
				if test.env != nil {
					cmd.Env = append(cmd.Env, test.env(test.secret)...)
				}
				if test.stdin {
					cmd.Stdin = strings.NewReader(test.secret + "\n")
				}
				crew.do(t, cmd) // most commands fail, like the server
				return stdout.String() + stderr.String()
			}
			given := make([]string, len(test.args))
			for i, a := range test.args {
				given[i] = strings.ReplaceAll(a, "{}", test.secret)
			}
			var said strings.Builder
			login := len(given) > 0 && given[0] == "login"
			header := len(given) > 0 && given[0] == "-H"
			for _, more := range [][]string{{}, {"-v", "-v"}, {"-o", "json"}, {"--dry-run", "-v"}} {
				switch {
				case login:
					said.WriteString(run(append(more, given...)...) + run(append(more, "tokens", "list")...))
				case len(given) > 0 && given[0] == "scim":
					said.WriteString(run(append(more, given...)...) + run(append(more, "scim", "users", "patch", "a", "--active")...))
				case header:
					said.WriteString(run(append(append(more, "raw", "/v2/x", "--silent"), given...)...))
				default:
					said.WriteString(run(append(append(more, given...), "tokens", "list")...))
					said.WriteString(run(append(append(more, given...), "tokens", "patch", "a", "--label", "x")...))
					said.WriteString(run(append(append(more, given...), "whoami")...))
					said.WriteString(run(append(append(more, given...), "tokens", "get", "..")...))
					said.WriteString(run(append(append(more, given...), "config", "list")...))
				}
			}
			if !hub.received(test.secret) && !hub.received(strings.Trim(fmt.Sprintf("%q", test.secret), `"`)) {
				t.Fatalf("the server never got the secret; hubctl said:\n%s", said.String())
			}
			for _, secret := range []string{test.secret, hub.bearer, hub.challenge} {
				for _, form := range forms(secret) {
					if i := strings.Index(said.String(), form); i >= 0 {
						t.Errorf("shown as %q: …%s", form, said.String()[max(0, i-200):min(len(said.String()), i+80)])
					}
				}
			}
			for _, form := range forms(test.secret) {
				if file := holds(t, home, form); file != "" && (!test.kept || filepath.Base(file) != "credentials.json") {
					t.Errorf("%s holds it as %q", file, form)
				}
			}
		})
	}
}

// TestHelperSeesNothing checks that a Docker credential helper gets none of hubctl's
// secrets, neither as arguments nor in its environment.
func TestHelperSeesNothing(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to write a credential helper in")
	}
	dir := t.TempDir()
	secret := randomText(16)
	helper := fmt.Sprintf("#!/bin/sh\n{ echo \"$0 $*\"; env; cat; } >> %s/log\necho 'credentials not found in native keychain'; exit 1\n", dir)
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-spy"), []byte(helper), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"credsStore":"spy"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, _, stderr := hubctl(t, "", "raw", "/v2/x", "--retries", "0")
	cmd.Env = append(cmd.Env, "HUBCTL_URL=http://127.0.0.1:1", "HUBCTL_TOKEN=", "HUBCTL_OTP="+secret, "AWS_SECRET_ACCESS_KEY="+secret,
		"DOCKER_CONFIG="+dir, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	_ = cmd.Run() // nothing listens here
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatalf("the helper was not asked: %v; %s", err, stderr)
	}
	if bytes.Contains(log, []byte(secret)) || !bytes.Contains(log, []byte(" get\n")) {
		t.Errorf("the helper got:\n%s", log)
	}
}
