package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// A rotating is a sandbox, a home folder, and a token to rotate with one of the
// destinations for its secret.
type rotating struct {
	t     *testing.T
	hub   *sandbox.Hub
	home  string
	file  string   // destination of the secret; "" = standard output
	noun  []string // such as tokens
	path  string   // of its listing
	user  string   // owner of the tokens
	field string   // field of the listing with the identifier
	label string
	name  string // of the field with the label
	old   string
	args  []string

	mu      sync.Mutex
	writes  int                                                          // seen
	fault   func(n int, w http.ResponseWriter, serve func()) (done bool) // for the nth writing request; nil = none
	met     atomic.Bool                                                  // whether the fault occurred
	secrets []string                                                     // that were sent
	url     string
}

const before = "A=1\nexport DOCKERHUB_TOKEN=old\nB=2\n"

// handovers are the destinations of a secret. Each returns the arguments that write
// the secret to a file.
var handovers = map[string]func(file string) []string{
	"stdout": func(string) []string { return []string{"-q"} },
	"env":    func(file string) []string { return []string{"--write-env", file} },
	"file":   func(file string) []string { return []string{"--write-file", file} },
	"exec":   func(file string) []string { return []string{"--exec", "cat > '" + file + "'"} },
}

func newRotating(t *testing.T, org bool, by string) *rotating {
	t.Helper()
	r := &rotating{t: t, hub: sandbox.New(sandbox.Options{Now: untilMidnight()}), home: t.TempDir()}
	r.noun, r.path, r.user, r.field, r.name, r.label = []string{"tokens"}, "/v2/access-tokens", "demo", "uuid", "token_label", "laptop"
	if org {
		r.noun, r.path, r.user, r.field, r.name, r.label = []string{"org-tokens", "--org", "acme"}, "/v2/orgs/acme/access-tokens", "acme", "id", "label", "ci-pull"
	}
	srv := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(srv.Close)
	r.url = srv.URL
	if by != "stdout" {
		r.file = filepath.Join(r.home, "secret.env")
		if err := os.WriteFile(r.file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range r.tokens() {
		if token[r.name] == r.label {
			r.old = token[r.field].(string)
		}
	}
	r.args = handovers[by](r.file)
	return r
}

// faulty sets the fault from now on; nil = none.
func (r *rotating) faulty(fault func(at int, w http.ResponseWriter, serve func()) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = fault
}

func (r *rotating) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if req.Method != http.MethodGet {
		r.writes++
		if r.fault != nil && r.fault(r.writes, w, func() { r.hub.ServeHTTP(httptest.NewRecorder(), req) }) {
			return
		}
	}
	answer := httptest.NewRecorder()
	r.hub.ServeHTTP(answer, req)
	var sent struct{ Token, AccessToken string }
	_ = json.Unmarshal(bytes.ReplaceAll(answer.Body.Bytes(), []byte("access_token"), []byte("AccessToken")), &sent)
	r.secrets = slices.DeleteFunc(append(r.secrets, sent.Token, sent.AccessToken), func(s string) bool { return s == "" || s == "***" })
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// leaks checks that no secret is in the messages, or in a file other than its own.
func (r *rotating) leaks(said string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.secrets) == 0 {
		return
	}
	for _, secret := range r.secrets {
		for _, form := range forms(secret) {
			if strings.Contains(said, form) {
				r.t.Errorf("said %q: %s", form, said)
			}
			for _, file := range allHold(r.t, r.home, form) {
				if file != r.file {
					r.t.Errorf("%s holds the secret", file)
				}
			}
		}
	}
}

func allHold(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// tokens lists the existing tokens without hubctl.
func (r *rotating) tokens() []map[string]any {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), http.MethodGet, r.path+"?page_size=100", nil)
	req.Header.Set("Authorization", "Bearer "+r.hub.Session("demo"))
	w := httptest.NewRecorder()
	r.hub.ServeHTTP(w, req)
	var page struct{ Results []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page.Results) == 0 {
		r.t.Fatalf("no tokens: %v: %s", err, w.Body)
	}
	return page.Results
}

// works reports whether a secret can log in.
func (r *rotating) works(secret string) bool {
	w := httptest.NewRecorder()
	r.hub.ServeHTTP(w, httptest.NewRequestWithContext(r.t.Context(), http.MethodPost, "/v2/auth/token",
		bytes.NewReader(cli.MustJSON(map[string]any{"identifier": r.user, "secret": secret}))))
	return w.Code == http.StatusOK
}

func (r *rotating) command(program string, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	cmd, stdout, stderr = hubctl(r.t, r.url, append(slices.Clone(r.noun), append([]string{"rotate"}, args...)...)...)
	cmd.Path = lookUp(r.t, program)
	cmd.Args[0] = cmd.Path
	cmd.Env = append(cmd.Env, "HUBCTL_TOKEN="+r.hub.Session("demo"), "HUBCTL_RETRIES=0", "HOME="+r.home, "APPDATA="+r.home, "LOCALAPPDATA="+r.home)
	return cmd, stdout, stderr
}

func (r *rotating) run(args ...string) (status int, stdout, stderr string) {
	cmd, out, err := r.command("hubctl", args...)
	status = crew.do(r.t, cmd)
	r.leaks(err.String())
	return status, out.String(), err.String()
}

// again returns the command to run after an interrupted one.
func (r *rotating) again(resume bool) []string {
	if resume {
		if slices.Contains(r.args, "-q") {
			return []string{"--resume", "-q", "--yes"}
		}
		return []string{"--resume", "--yes"}
	}
	return append([]string{r.old, "--yes"}, r.args...)
}

var secretInText = regexp.MustCompile(`dckr_[po]at_[\w-]+`)

// done checks that the old token was replaced with a single one that works, whose
// secret is only at its destination. said is the standard output.
func (r *rotating) done(said string) {
	r.t.Helper()
	found := 0
	for _, token := range r.tokens() {
		label := token[r.name].(string)
		if token[r.field] == r.old || strings.Contains(label, "(rotating") {
			r.t.Errorf("still there: %v", token)
		}
		if label == r.label {
			found++
			if token["is_active"] != true {
				r.t.Errorf("inactive: %v", token)
			}
		}
	}
	if found != 1 {
		r.t.Errorf("%d tokens have the label", found)
	}
	secrets := secretInText.FindAllString(said, -1)
	if r.file != "" {
		b, err := os.ReadFile(r.file)
		if err != nil {
			r.t.Fatal(err)
		}
		secrets = secretInText.FindAllString(string(b), -1)
	}
	if len(secrets) == 0 || !r.works(secrets[len(secrets)-1]) {
		r.t.Fatalf("the secret does not work: %q", secrets)
	}
	r.clean()
}

// undone checks that the state before the rotation was restored.
func (r *rotating) undone() {
	r.t.Helper()
	old := false
	for _, token := range r.tokens() {
		label := token[r.name].(string)
		if token[r.field] == r.old {
			old = token["is_active"] == true
		} else if strings.Contains(label, "(rotating") || label == r.label {
			r.t.Errorf("still there: %v", token)
		}
	}
	if !old {
		r.t.Error("the old token does not work")
	}
	if r.file != "" && !slices.Contains(r.args, "--exec") {
		if b, err := os.ReadFile(r.file); err != nil || string(b) != before {
			r.t.Errorf("%v; the file holds %q", err, b)
		}
	}
	r.clean()
}

// clean checks that no unfinished job remains.
func (r *rotating) clean() {
	r.t.Helper()
	_ = filepath.WalkDir(r.home, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".job") || strings.Contains(path, ".before-") {
			r.t.Errorf("%s still exists", path)
		}
		return err
	})
}

// everyRotation runs a test for both kinds of tokens and every destination.
func everyRotation(t *testing.T, test func(t *testing.T, start func(*testing.T) *rotating)) {
	t.Helper()
	for _, org := range []bool{false, true} {
		for by := range handovers {
			if org && by != "env" || by == "exec" && os.PathSeparator != '/' {
				continue
			}
			t.Run(fmt.Sprintf("org=%t,%s", org, by), func(t *testing.T) {
				t.Parallel()
				test(t, func(t *testing.T) *rotating { t.Helper(); return newRotating(t, org, by) })
			})
		}
	}
}

// waysBack returns whether to continue an interrupted rotation with --resume (true)
// or to repeat the command (false). Rotations of a personal token into a .env file
// try both; the others, which differ only in the destination or kind of token, take
// turns.
func waysBack(t *testing.T, turn int) []bool {
	t.Helper()
	if strings.Contains(t.Name(), "/org=false,env") {
		return []bool{true, false}
	}
	return []bool{turn%2 == 0}
}

// TestRotateKilled kills a rotation at each point, and checks that a second run
// finishes it, or undoes and repeats it.
func TestRotateKilled(t *testing.T) {
	t.Parallel()
	everyRotation(t, func(t *testing.T, start func(*testing.T) *rotating) {
		r := start(t)
		cmd, stdout, stderr := r.command("hubctl-killed", r.again(false)...)
		cmd.Env = append(cmd.Env, "KILL_AT=list")
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %s", err, stderr)
		}
		r.done(stdout.String())
		var points []string
		for _, m := range regexp.MustCompile(`(?m)^point: (.*?"stage":"\w+"|all ended|\w+)`).FindAllStringSubmatch(stderr.String(), -1) {
			points = append(points, m[1][max(0, strings.Index(m[1], `"stage"`)):])
		}
		if len(points) != 12 {
			t.Fatalf("points: %q", points)
		}
		for i, point := range points {
			for _, resume := range waysBack(t, i) {
				t.Run(fmt.Sprintf("%s,resume=%t", point, resume), func(t *testing.T) {
					r := start(t)
					cmd, stdout, stderr := r.command("hubctl-killed", r.again(false)...)
					cmd.Env = append(cmd.Env, "KILL_AT="+point, "HUBCTL_DEBUG=2")
					if err := cmd.Run(); err == nil {
						t.Fatalf("not killed: %s", stderr)
					}
					r.leaks(stderr.String())
					status, more, said := r.run(r.again(resume)...)
					if gone := point == "all ended" || point == "ended"; status != 0 && (!gone || resume || status != 3) {
						t.Fatalf("exit status %d: %s", status, said)
					}
					r.done(stdout.String() + more)
				})
			}
		}
	})
}

// TestRotateCutOff kills a rotation between a request and its response, also while it
// undoes a failed rotation, and checks that a second run finishes the rotation, or
// undoes and repeats it.
func TestRotateCutOff(t *testing.T) {
	t.Parallel()
	everyRotation(t, func(t *testing.T, start func(*testing.T) *rotating) {
		most := 1
		if strings.HasSuffix(t.Name(), "env") { // the other destinations make no difference
			most = 6
		}
		for fails := range most { // 0 = none
			for n, more := fails+1, true; more; n++ {
				for _, resume := range waysBack(t, n) {
					t.Run(fmt.Sprintf("fails %d,cut off %d,resume=%t", fails, n, resume), func(t *testing.T) {
						more = start(t).cutOff(fails, n, resume)
					})
				}
			}
		}
	})
}

// cutOff reports whether the request was sent.
func (r *rotating) cutOff(fails, n int, resume bool) (more bool) {
	cmd, stdout, stderr := r.command("hubctl", r.again(false)...)
	r.faulty(func(at int, w http.ResponseWriter, serve func()) bool {
		switch at {
		case fails:
			w.WriteHeader(http.StatusInternalServerError)
			return true
		case n:
			serve()
			r.met.Store(true)
			_ = cmd.Process.Kill()
			return true
		}
		return false
	})
	r.mu.Lock() // no request is answered before there is a process to kill
	err := cmd.Start()
	r.mu.Unlock()
	if err == nil {
		err = cmd.Wait()
	}
	r.faulty(nil)
	more = r.met.Load()
	switch {
	case !more && fails > 0:
		r.undone()
		return false
	case !more && err != nil:
		r.t.Fatalf("%v: %s", err, stderr)
	case !more:
		r.done(stdout.String())
		return false
	}
	status, out, said := r.run(r.again(resume)...)
	if status != 0 {
		r.t.Fatalf("exit status %d: %s", status, said)
	}
	r.done(stdout.String() + out)
	return true
}

// TestRotateGrace checks that --grace deactivates the old token, and that a later run
// deletes it, unless it was reactivated or the new token no longer exists.
func TestRotateGrace(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) *rotating {
		t.Helper()
		r := newRotating(t, false, "env")
		if status, _, said := r.run(append(r.again(false), "--grace", "24h")...); status != 0 || !strings.Contains(said, "is now inactive; from 20") {
			t.Fatalf("exit status %d: %s", status, said)
		}
		if r.active(r.old) != "off" {
			t.Errorf("the old token is %s", r.active(r.old))
		}
		return r
	}
	for _, resume := range []bool{true, false} {
		r := begin(t)
		if status, _, said := r.run(r.again(resume)...); status != 0 || r.active(r.old) != "off" {
			t.Errorf("too early: exit status %d: %s", status, said)
		}
		r.pass()
		if status, _, said := r.run(r.again(resume)...); status != 0 {
			t.Errorf("exit status %d: %s", status, said)
		}
		r.done("")
	}

	r := begin(t)
	for range 2 { // the new token is rotated twice
		for _, token := range r.tokens() {
			if token[r.name] == r.label && token[r.field] != r.old {
				if status, _, said := r.run(append([]string{token[r.field].(string), "--yes"}, r.args...)...); status != 0 {
					t.Fatalf("exit status %d: %s", status, said)
				}
				break
			}
		}
	}
	r.pass()
	if status, _, said := r.run("--resume", "--yes"); status != 0 || !strings.Contains(said, "rotated token "+r.label+" ("+r.old+")") {
		t.Errorf("exit status %d: %s", status, said)
	}
	r.done("")

	r = begin(t)
	r.patch(r.old, `{"is_active":true}`)
	r.pass()
	if status, _, said := r.run("--resume", "--yes"); status != 0 || r.active(r.old) != "on" || !strings.Contains(said, "which was reactivated") {
		t.Errorf("exit status %d: %s", status, said)
	}
	r.clean()

	r = begin(t)
	for _, token := range r.tokens() {
		if token[r.name] == r.label && token[r.field] != r.old {
			r.send(http.MethodDelete, token[r.field].(string), "")
		}
	}
	r.pass()
	if status, _, said := r.run("--resume", "--yes"); status != 1 || r.active(r.old) != "off" || !strings.Contains(said, "no longer exists, so the old one is kept") {
		t.Errorf("exit status %d: %s", status, said)
	}
	r.clean()
}

// TestRotateFileChanged checks that a file changed by another process is not
// restored.
func TestRotateFileChanged(t *testing.T) {
	t.Parallel()
	r := newRotating(t, false, "env")
	r.faulty(func(_ int, w http.ResponseWriter, _ func()) bool {
		b, err := os.ReadFile(r.file)
		if err != nil || string(b) == before {
			return false
		}
		if err := os.WriteFile(r.file, []byte("C=3\n"), 0o600); err != nil {
			t.Error(err)
		}
		r.fault = nil
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	status, _, said := r.run(r.again(false)...)
	if status != 1 || !strings.Contains(said, "was changed by another process") || r.active(r.old) != "on" {
		t.Errorf("exit status %d: %s", status, said)
	}
	if b, err := os.ReadFile(r.file); err != nil || string(b) != "C=3\n" {
		t.Errorf("%v; the file holds %q", err, b)
	}
	if kept := allHold(t, r.home, before); len(kept) != 1 || !strings.Contains(said, kept[0]) {
		t.Errorf("kept in %q: %s", kept, said)
	}
	if locks, _ := filepath.Glob(filepath.Join(r.home, "*.lock")); len(locks) > 0 {
		t.Errorf("left next to the file: %q", locks)
	}
}

// active returns "on", "off" or "gone".
func (r *rotating) active(id string) string {
	for _, token := range r.tokens() {
		if token[r.field] == id {
			return map[bool]string{true: "on", false: "off"}[token["is_active"] == true]
		}
	}
	return "gone"
}

func (r *rotating) patch(id, body string) { r.send(http.MethodPatch, id, body) }

func (r *rotating) send(method, id, body string) {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), method, r.path+"/"+id, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+r.hub.Session("demo"))
	w := httptest.NewRecorder()
	r.hub.ServeHTTP(w, req)
	if w.Code/100 != 2 {
		r.t.Fatalf("%s %s: %d %s", method, id, w.Code, w.Body)
	}
}

// pass ends the grace period of unfinished jobs.
func (r *rotating) pass() {
	r.t.Helper()
	jobs := allHold(r.t, r.home, `"due":"`)
	if len(jobs) != 1 {
		r.t.Fatalf("jobs: %q", jobs)
	}
	b, err := os.ReadFile(jobs[0])
	if err == nil {
		err = os.WriteFile(jobs[0], regexp.MustCompile(`"due":"\d+`).ReplaceAll(b, []byte(`"due":"2001`)), 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestRotateFails checks that after a failed request, whether or not the server
// applied it, the rotation is either finished or undone.
func TestRotateFails(t *testing.T) {
	t.Parallel()
	everyRotation(t, func(t *testing.T, start func(*testing.T) *rotating) {
		for n, more := 1, true; more; n++ {
			for _, did := range []bool{false, true} {
				t.Run(fmt.Sprintf("request %d,did=%t", n, did), func(t *testing.T) {
					r := start(t)
					r.faulty(func(at int, w http.ResponseWriter, serve func()) bool {
						if at != n {
							return false
						}
						if did {
							serve()
						}
						r.met.Store(true)
						w.WriteHeader(http.StatusInternalServerError)
						return true
					})
					status, out, said := r.run(r.again(false)...)
					more = r.met.Load()
					gone := true
					for _, token := range r.tokens() {
						gone = gone && token[r.field] != r.old
					}
					switch {
					case gone && status == 0:
						r.done(out)
					case gone || status != 1 || !strings.Contains(said, "the old token is unchanged"):
						t.Errorf("exit status %d: %s", status, said)
					default:
						r.undone()
					}
				})
			}
		}
	})
}

// TestRotateFailsForGood checks that, if undoing fails as well, hubctl names what
// remains, and a later run fixes it.
func TestRotateFailsForGood(t *testing.T) {
	t.Parallel()
	everyRotation(t, func(t *testing.T, start func(*testing.T) *rotating) {
		for n, more := 1, true; more; n++ {
			for _, resume := range waysBack(t, n) {
				t.Run(fmt.Sprintf("request %d,resume=%t", n, resume), func(t *testing.T) {
					r := start(t)
					r.faulty(func(at int, w http.ResponseWriter, serve func()) bool {
						if at < n {
							return false
						}
						if at == n {
							serve()
						}
						r.met.Store(true)
						w.WriteHeader(http.StatusInternalServerError)
						return true
					})
					status, out, said := r.run(r.again(false)...)
					more = r.met.Load()
					for _, token := range r.tokens() {
						id, label := token[r.field].(string), token[r.name].(string)
						left := id != r.old && (label == r.label || strings.Contains(label, "(rotating")) || id == r.old && token["is_active"] != true
						if left && more && !strings.Contains(said, id) {
							t.Errorf("%v remains but is not named: %s", token, said)
						}
					}
					r.faulty(nil)
					if !more {
						return
					}
					if status == 0 {
						t.Fatalf("exit status 0: %s", said)
					}
					status, rest, said := r.run(r.again(resume)...)
					if status != 0 {
						t.Fatalf("exit status %d: %s", status, said)
					}
					r.done(out + rest)
				})
			}
		}
	})
}

// TestRotateWithoutDocker checks that nothing is sent if the secret could not be
// delivered.
func TestRotateWithoutDocker(t *testing.T) {
	t.Parallel()
	r := newRotating(t, false, "stdout")
	cmd, _, stderr := r.command("hubctl", r.old, "--yes", "--docker-login")
	cmd.Env = append(cmd.Env, "PATH="+t.TempDir())
	_ = cmd.Run() // the status tells
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(stderr.String(), "--docker-login requires docker") || r.writes > 0 {
		t.Errorf("exit status %d, %d requests: %s", cmd.ProcessState.ExitCode(), r.writes, stderr)
	}
}
