package cmd

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hubctl/hubctl/internal/sandbox"
)

var update = flag.Bool("update", false, "rewrite the scripts' expected output and docs/reference.md")

func TestMain(m *testing.M) {
	setUmask()
	_ = flag.Set("test.parallel", "8") // most tests wait for other programs; -parallel sets a different number
	testscript.Main(isolated{m}, map[string]func(){
		"hubctl":        func() { os.Exit(Main()) },
		"docker-hub":    func() { os.Exit(Main()) }, // as which Docker runs it
		"hubctl-worker": work,
		"hubctl-killed": func() { os.Exit(run(killAt(os.Getenv("KILL_AT")))) },
	})
}

// isolated runs the tests without the user's settings and home folder. For hubctl in
// the test's process, the environment logs in ada.
type isolated struct{ *testing.M }

func (m isolated) Run() int {
	debug.SetGCPercent(400) // the OpenAPI files stay in memory, and tests need little else
	programs.environ = os.Environ()
	home, err := os.MkdirTemp("", "hubctl-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(home)
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); isSetting(name) {
			_ = os.Unsetenv(name)
		}
	}
	for k, v := range map[string]string{
		"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home, "DOCKER_CONFIG": home,
		"HUBCTL_STORE": "file", "HUBCTL_USER": "ada", "HUBCTL_TOKEN": bearer, "HUBCTL_SCIM_TOKEN": bearer,
	} {
		_ = os.Setenv(k, v)
	}
	status := m.M.Run()
	if err := crew.dismiss(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// isSetting reports whether hubctl reads the variable, rather than only its tests.
func isSetting(name string) bool {
	return (strings.HasPrefix(name, "HUBCTL_") || strings.HasPrefix(name, "DOCKERHUB_") || strings.HasPrefix(name, "XDG_")) &&
		!slices.Contains([]string{"HUBCTL_OPENAPI", "HUBCTL_DVP_OPENAPI", "HUBCTL_USAGE_OPENAPI", "HUBCTL_API_SAMPLES", "HUBCTL_API_ERRORS", "HUBCTL_SEED", "HUBCTL_REQUIRE_HELPERS"}, name)
}

// killAt kills the process like kill -9 at the first point whose name contains a
// text. If the text is "list", it lists the points instead.
func killAt(text string) func(string) {
	return func(name string) {
		if text == "list" {
			fmt.Fprintln(os.Stderr, "point: "+name)
			return
		}
		if strings.Contains(name, text) {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}
}

// bearer is the bearer that the scripts' Hub accepts.
const bearer = "test.bearer.jwt"

// inherited are the variables that scripts get from the environment of go test, so
// that they run in its time zone and locale.
var inherited = []string{"GORACE", "TZ", "LANG", "LC_ALL"}

// TestScript runs every script against a Hub with the script's canned answers, which
// responds 501 to any other request.
func TestScript(t *testing.T) {
	t.Parallel()
	lookUp(t, "hubctl") // sets the PATH that scripts inherit
	seed := os.Getenv("HUBCTL_SEED")
	w := &world{published: readPublished(t), asked: map[string]bool{}}
	t.Cleanup(func() { w.compare(t) })
	dir := "testdata/script"
	if !*update { // which writes into the scripts
		dir = workerScripts(t, dir)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		ContinueOnError:     true,
		Setup: func(env *testscript.Env) error {
			h := &fakeHub{answers: map[string][]answer{}}
			srv := httptest.NewServer(h)
			env.Defer(srv.Close)
			home := filepath.Join(env.WorkDir, "home")
			for k, v := range map[string]string{
				"HUB": srv.URL, "HUBCTL_URL": srv.URL, "HUBCTL_TOKEN": bearer, "SEED": seed,
				"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home, "NO_COLOR": "1",
				"HUBCTL_STORE": "file", "DOCKER_CONFIG": filepath.Join(home, ".docker"),
				"HUBCTL_CONCURRENCY": "1", // scripts compare the order of requests
			} {
				env.Setenv(k, v)
			}
			for _, k := range inherited {
				if v, ok := os.LookupEnv(k); ok {
					env.Setenv(k, v)
				}
			}
			env.Values["hub"], env.Values["runner"] = h, newScriptRunner(env.Vars)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "seed" {
				return seed != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"hub":      func(ts *testscript.TestScript, _ bool, args []string) { hubOf(ts).prepare(ts, args) },
			"status":   status,
			"requests": func(ts *testscript.TestScript, _ bool, _ []string) { fmt.Fprint(ts.Stdout(), hubOf(ts).take()) },
			"sandbox":  w.startSandbox,
			"keep":     keep,
			"serve":    serveSandbox,
			"mode":     mode,
			"worker":   inWorker,
			"setenv":   setenvs,
		},
	})
}

// status runs a command that must exit with the given status: status N COMMAND...
func status(ts *testscript.TestScript, neg bool, args []string) {
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	expect(ts, neg, args[0], got)
}

// expect checks an exit status, which must differ if neg.
func expect(ts *testscript.TestScript, neg bool, want string, got int) {
	if (strconv.Itoa(got) == want) == neg {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

// mode checks a file's permissions: mode 0600 FILE.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%#o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// keep sets a variable to the output of the last command, without surrounding
// blanks: keep NAME.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	setenv(ts, args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// serveSandbox runs hubctl sandbox serve until the script ends, and sets the variables of
// its addresses: serve [FLAGS].
func serveSandbox(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("hubctl", append([]string{"sandbox", "serve"}, args...)...)
	for _, k := range append([]string{"HOME", "USERPROFILE", "LOCALAPPDATA", "PATH", "SYSTEMROOT", "GOCOVERDIR"}, inherited...) {
		if v := ts.Getenv(k); v != "" {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	url := strings.TrimSpace(strings.TrimPrefix(line, "export HUBCTL_URL="))
	setenv(ts, "HUBCTL_URL", url)
	for _, host := range sandbox.Hosts {
		setenv(ts, host.Variable, url+host.Path)
	}
}

func hubOf(ts *testscript.TestScript) *fakeHub { return ts.Value("hub").(*fakeHub) }

type answer struct {
	status int
	header http.Header
	body   string
	breaks bool
}

// fakeHub is a Docker Hub made of canned answers. A script sets them with
//
//	hub METHOD PATH STATUS [FILE] [Name:value]...
//
// Several answers for one request are used in turn, and the last one is repeated.
// "breaks" closes the connection in the middle of the body. "requests" prints the
// requests since the last time, for cmp.
type fakeHub struct {
	mu      sync.Mutex
	answers map[string][]answer
	asked   strings.Builder
}

func (h *fakeHub) prepare(ts *testscript.TestScript, args []string) {
	if len(args) == 1 && args[0] == "reset" {
		h.mu.Lock()
		defer h.mu.Unlock()
		clear(h.answers)
		return
	}
	if len(args) < 3 {
		ts.Fatalf("usage: hub METHOD PATH STATUS [FILE] [Name:value]...")
	}
	code, err := strconv.Atoi(args[2])
	ts.Check(err)
	a := answer{status: code, header: http.Header{}}
	for _, arg := range args[3:] {
		if name, value, ok := strings.Cut(arg, ":"); ok {
			a.header.Add(name, os.Expand(value, ts.Getenv))
			continue
		}
		if arg == "breaks" {
			a.breaks = true
			continue
		}
		a.body = os.Expand(ts.ReadFile(arg), func(k string) string {
			if v := ts.Getenv(k); v != "" {
				return v
			}
			return "$" + k
		})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := args[0] + " " + args[1]
	h.answers[key] = append(h.answers[key], a)
}

func (h *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := r.Method + " " + r.URL.RequestURI()
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintln(&h.asked, strings.TrimSpace(key+" "+string(body)))
	login := strings.HasPrefix(r.URL.Path, "/v2/users/") || r.URL.Path == "/v2/auth/token" || r.URL.Path == "/token"
	queue := h.answers[key]
	var a answer
	switch got := r.Header.Get("Authorization"); {
	case got != "Bearer "+bearer && !login && got != "":
		a = answer{status: http.StatusUnauthorized, body: `{"message":"unauthorized","errinfo":{}}`}
	case len(queue) == 0:
		a = answer{status: http.StatusNotImplemented, body: `{"message":"the script has no answer for this"}`}
	default:
		a = queue[0]
		if len(queue) > 1 {
			h.answers[key] = queue[1:]
		}
	}
	maps.Copy(w.Header(), a.header)
	if a.breaks {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)+100))
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

func (h *fakeHub) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.asked.Reset()
	return h.asked.String()
}
