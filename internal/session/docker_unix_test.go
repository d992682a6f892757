//go:build unix

// The fake credential helper is a shell script, which Windows does not run.

package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// fakeHelper acts according to FAKE_MODE. It writes its requests to log and its
// environment to env, and keeps the pipe alive open as long as it or one of its
// children lives.
const fakeHelper = `#!/bin/sh
server=$(cat)
echo "$* $server" >>"$FAKE/log"
env >"$FAKE/env"
[ /dev/fd/2 -ef /dev/null ] || echo shown >>"$FAKE/stderr"
exec 9>"$FAKE/alive"
printf alive >&9
secret=$FAKE_PAT
case $server in */access-token) secret=$FAKE_JWT ;; esac
answer() { printf '{"ServerURL":"%s","Username":"%s","Secret":"%s"}\n' "$1" "$2" "$3"; }
case $FAKE_MODE in
ok) answer "$server" alice "$secret" ;;
bare) answer index.docker.io/v1 alice "$secret" ;;
silent) printf '{"ServerURL":"","Username":"alice","Secret":"%s"}' "$secret" ;;
notfound) echo 'credentials not found in native keychain'; exit 1 ;;
empty) echo '{}' ;;
token) answer "$server" '<token>' "$secret" ;;
half) answer "$server" '' "$secret" ;;
lie) answer https://index.docker.io.example.org/v1/ alice "$secret" ;;
garbage) echo "$secret" ;;
type) printf '{"Username":"alice","Secret":["%s"]}' "$secret" ;;
nothing) ;;
fail) echo "$secret"; exit 3 ;;
stderr) echo "$secret" >&2; exit 1 ;;
noise) for i in 1 2 3 4 5 6 7 8; do printf '%050000d%s' 0 "$secret" >&2; done; answer "$server" alice "$secret" ;;
killed) echo "$secret"; kill -9 $$ ;;
hang) echo "$secret"; sleep 60 & wait ;;
flood) trap '' PIPE; sleep 60 & while :; do printf '%01000d%s' 0 "$secret"; done ;;
grandchild) answer "$server" alice "$secret"; sleep 60 & ;;
grandchildfail) echo "$secret"; sleep 60 & exit 4 ;;
webfail) case $server in */access-token) echo "$secret"; exit 5 ;; esac; answer "$server" alice "$secret" ;;
webnotfound) case $server in */access-token) echo 'credentials not found in native keychain'; exit 1 ;; esac; answer "$server" alice "$secret" ;;
hubnotfound) case $server in */access-token) answer "$server" alice "$secret"; exit ;; esac; echo 'credentials not found in native keychain'; exit 1 ;;
onlywebfail) case $server in */access-token) echo "$secret"; exit 6 ;; esac; echo 'credentials not found in native keychain'; exit 1 ;;
esac
`

// A fake is a folder with docker-credential-fake and the files that it wrote.
type fake struct {
	dir   string
	alive *os.File
}

// newFake installs a helper and a config.json that names it, and returns the Docker
// that uses it.
func newFake(t *testing.T, s dockerSecrets, mode, config string) (fake, Docker) {
	t.Helper()
	f := fake{dir: t.TempDir()}
	f.script(t, "docker-credential-fake", fakeHelper)
	if err := os.WriteFile(filepath.Join(f.dir, "config.json"), []byte(s.fill(config)), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(f.dir, "alive")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if f.alive, err = os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.alive.Close() })
	return f, Docker{Dir: f.dir, Timeout: 2 * generous, Env: []string{
		"PATH=" + f.dir + ":/usr/bin:/bin", "FAKE=" + f.dir, "FAKE_MODE=" + mode, "FAKE_PAT=" + s.pat, "FAKE_JWT=" + s.jwt,
	}}
}

// script writes a program. No other test may start a process at the same time: it
// would hold the file open, and the file could not be run.
func (f fake) script(t *testing.T, name, text string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// asked returns the helper's arguments and requests.
func (f fake) asked(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(f.dir, "log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// generous is longer than anything takes on a slow machine.
const generous = time.Minute

// gone checks that neither the helper nor a child of it is still running.
func (f fake) gone(t *testing.T) {
	t.Helper()
	if err := f.alive.SetReadDeadline(time.Now().Add(generous)); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f.alive)
	if err != nil || !strings.HasPrefix(string(b), "alive") {
		t.Errorf("a process of the helper is still running: %q, %v", b, err)
	}
}

const askedBoth = "get https://index.docker.io/v1/, get https://index.docker.io/v1/access-token"

func TestDockerHelper(t *testing.T) {
	t.Parallel()
	const store = `{"credsStore": "fake"}`
	source := "docker login (credential helper fake)"
	web := &DockerLogin{User: "alice", Secret: "<pat>", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: source}
	pat := &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: source}
	gone := &DockerLogin{Kind: dockerhub.Anonymous, Source: source}
	const hub, advice = "get https://index.docker.io/v1/", "; check that docker login works with it, or use hubctl login"
	for _, c := range []struct {
		dockerCase
		mode, asked string
		timeout     time.Duration
	}{
		{dockerCase{config: store, want: web}, "ok", askedBoth, 0},
		{dockerCase{name: "helper of the server", config: `{"credsStore": "missing", "credHelpers": {` + hubKey + `: "fake"}}`, want: web}, "ok", askedBoth, 0},
		{dockerCase{name: "helper of the host", config: `{"credHelpers": {"docker.io": "fake"}}`, want: web}, "ok", askedBoth, 0},
		{dockerCase{name: "helper before auths", config: `{"credsStore": "fake", "auths": {` + hubKey + `: {"auth": "<bob:password>"}, ` + webKey + `: {}, ` + freshKey + `: {}}}`, want: web}, "ok", askedBoth, 0},
		{dockerCase{name: "login without the web", config: `{"credsStore": "fake", "auths": {` + hubKey + `: {}}}`, want: pat}, "ok", hub, 0},
		{dockerCase{config: store, want: pat}, "webnotfound", askedBoth, 0},
		{dockerCase{config: store, want: pat, notes: []string{"docker-credential-fake failed (exit status 5)" + advice}}, "webfail", askedBoth, 0},
		{
			dockerCase{
				name: "only a web session", config: `{"credsStore": "fake", "auths": {` + webKey + `: {}}}`,
				want: &DockerLogin{User: "alice", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: source},
			}, "hubnotfound", askedBoth, 0,
		},
		{dockerCase{config: `{"credsStore": "fake", "auths": {` + webKey + `: {}}}`, err: "docker-credential-fake failed (exit status 6)" + advice}, "onlywebfail", askedBoth, 0},
		{dockerCase{config: store, want: gone, notes: []string{"identity token"}}, "token", askedBoth, 0},
		{dockerCase{config: store, want: pat, notes: []string{"access-token and responded for another server"}}, "bare", askedBoth, 0}, // a lie the second time
		{dockerCase{config: store, want: web}, "silent", askedBoth, 0},
		{dockerCase{config: store, want: web}, "noise", askedBoth, 0},
		{dockerCase{config: store}, "notfound", hub, 0},
		{dockerCase{name: "not found despite auths", config: `{"credsStore": "fake", "auths": {` + hubKey + `: {"auth": "<bob:password>"}}}`}, "notfound", hub, 0},
		{dockerCase{config: store}, "empty", hub, 0},
		{dockerCase{config: store, err: "returned a user without a secret"}, "half", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake was asked for https://index.docker.io/v1/ and responded for another server" + advice}, "lie", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake sent an invalid response" + advice}, "garbage", hub, 0},
		{dockerCase{config: store, err: "sent an invalid response" + advice}, "type", hub, 0},
		{dockerCase{config: store, err: "sent an invalid response" + advice}, "nothing", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake failed (exit status 3)" + advice}, "fail", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake failed (exit status 1)" + advice}, "stderr", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake was killed" + advice}, "killed", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake timed out after 1.5s" + advice}, "hang", hub, 1500 * time.Millisecond},
		{dockerCase{config: store, err: "docker-credential-fake sent more than 64 KB" + advice}, "flood", hub, 0},
		{dockerCase{config: `{"credsStore": "fake", "auths": {` + hubKey + `: {}}}`, want: pat}, "grandchild", hub, 0},
		{dockerCase{config: store, err: "docker-credential-fake failed (exit status 4)" + advice}, "grandchildfail", hub, 0},
	} {
		t.Run(strings.TrimSpace(c.mode+" "+c.name), func(t *testing.T) {
			t.Parallel()
			s := newDockerSecrets(t)
			f, d := newFake(t, s, c.mode, c.config)
			if c.timeout > 0 {
				d.Timeout = c.timeout
			}
			start := time.Now()
			var got *DockerLogin
			var err error
			pprof.Do(t.Context(), pprof.Labels("fake", f.dir), func(ctx context.Context) { got, err = d.Login(ctx) })
			if took := time.Since(start); took > generous {
				t.Errorf("took %s", took)
			}
			c.check(t, s, got, err)
			if asked := strings.Join(f.asked(t), ", "); asked != c.asked {
				t.Errorf("asked for %q, want %q", asked, c.asked)
			}
			f.gone(t)
			noGoroutines(t, f.dir)
			if _, err = os.Stat(filepath.Join(f.dir, "stderr")); err == nil && runtime.GOOS == "linux" {
				t.Error("the helper's standard error is not discarded")
			}
		})
	}
}

// TestPodmanHelper: podman's helper is asked for podman's name of the Hub, and then for
// Docker's.
func TestPodmanHelper(t *testing.T) {
	t.Parallel()
	for mode, asked := range map[string]string{
		"ok": "get docker.io", "notfound": "get docker.io, get https://index.docker.io/v1/",
	} {
		s := newDockerSecrets(t)
		f, d := newFake(t, s, mode, `{"credHelpers": {"docker.io": "fake"}}`)
		d.Dir, d.Podman = "", []string{filepath.Join(d.Dir, "config.json")}
		var want *DockerLogin
		if mode == "ok" {
			want = &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: "podman login (credential helper fake)"}
		}
		got, err := d.Login(t.Context())
		dockerCase{want: want}.check(t, s, got, err)
		if got := strings.Join(f.asked(t), ", "); got != asked {
			t.Errorf("%s: asked for %q, want %q", mode, got, asked)
		}
	}
}

// noGoroutines checks that no goroutine with a label remains.
func noGoroutines(t *testing.T, label string) {
	t.Helper()
	var b bytes.Buffer
	for range generous / (20 * time.Millisecond) {
		b.Reset()
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(b.Bytes(), []byte(label)) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("a goroutine remains:\n%s", b.String())
}

func TestDockerHelperEnvironment(t *testing.T) {
	t.Parallel()
	s := newDockerSecrets(t)
	f, d := newFake(t, s, "ok", `{"credsStore": "fake"}`)
	if _, err := d.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(f.dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		name, _, _ := strings.Cut(line, "=")
		if given := []string{"PATH", "FAKE", "FAKE_MODE", "FAKE_PAT", "FAKE_JWT"}; !slices.Contains(given, name) &&
			!slices.Contains([]string{"PWD", "OLDPWD", "SHLVL", "_"}, name) { // the shell's own
			t.Errorf("the helper was given %s", name)
		}
	}
	d.Env = nil // an empty environment
	if _, err = d.Login(t.Context()); err == nil || !strings.Contains(err.Error(), "is not on the PATH") {
		t.Errorf("without an environment: %v", err)
	}
	h := helper{program: "docker-credential-env", path: filepath.Join(f.dir, "docker-credential-env")}
	f.script(t, "docker-credential-env", "#!/bin/sh\n/usr/bin/env\n")
	out, err := h.run(t.Context(), strings.NewReader(""))
	if err != nil || strings.Contains(string(out), "HOME=") || strings.Contains(string(out), "GO") {
		t.Errorf("without an environment: %s, %v", out, err)
	}
}

func TestDockerHelperInterrupted(t *testing.T) {
	t.Parallel()
	s := newDockerSecrets(t)
	f, d := newFake(t, s, "hang", `{"credsStore": "fake"}`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil && !slices.Contains(f.asked(t), "get "+hubServer) {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	if _, err := d.Login(ctx); err == nil || err.Error() != context.Canceled.Error() { // the helper is not to blame
		t.Errorf("got %v", err)
	}
	_ = f.alive.SetReadDeadline(time.Now().Add(generous))
	if _, err := io.ReadAll(f.alive); err != nil { // it may not have written anything yet
		t.Errorf("a process of the helper is still running: %v", err)
	}
}

func TestDockerHelperPath(t *testing.T) {
	t.Parallel()
	s := newDockerSecrets(t)
	f, d := newFake(t, s, "ok", `{"credsStore": "other"}`)
	login := func(want string) {
		t.Helper()
		_, err := d.Login(t.Context())
		dockerCase{err: want}.check(t, s, nil, err)
	}
	path := filepath.Join(f.dir, "docker-credential-other")
	if err := os.WriteFile(path, []byte(fakeHelper), 0o600); err != nil {
		t.Fatal(err)
	}
	login("docker-credential-other is not on the PATH")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f.script(t, "docker-credential-other", "#!/nonexistent\n")
	login("docker-credential-other cannot start")
	if asked := f.asked(t); len(asked) != 1 || asked[0] != "" {
		t.Errorf("asked for %q", asked)
	}

	working, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(working, f.dir)
	if err != nil {
		t.Fatal(err)
	}
	f.script(t, "docker-credential-other", fakeHelper)
	d.Env[0] = "PATH=" + relative + "::/usr/bin:/bin"
	login("docker-credential-other is not on the PATH")
}

// TestDockerPipe has a config.json that never ends.
func TestDockerPipe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "config.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Docker{Dir: dir}).Login(t.Context()); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("got %v", err)
	}
}
