//go:build unix

package cmd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A held server responds to each request only when the test allows it.
type held struct {
	*httptest.Server
	asked  chan string // gets "METHOD PATH" of each request
	answer chan string // the response body; "hang" waits for the client to disconnect
}

func newHeld(t *testing.T) *held {
	t.Helper()
	h := &held{asked: make(chan string), answer: make(chan string)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise net/http does not notice that the client disconnects
		h.asked <- r.Method + " " + r.URL.Path
		body := <-h.answer
		if body == "hang" {
			<-r.Context().Done()
			return
		}
		if body == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *held) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-h.asked:
		if got != want {
			t.Errorf("requested %s, want %s", got, want)
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s was not requested within a minute", want)
	}
}

// TestInterrupt checks that a signal ends a request in progress, with its own exit
// status and one line.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		h := newHeld(t)
		cmd, stdout, stderr := hubctl(t, h.URL, "tokens", "list", "-o", "json")
		start(t, cmd)
		h.expect(t, "GET /v2/access-tokens")
		h.answer <- "hang"
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, status)
		if stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%v: printed %q and %q", sig, stdout, stderr)
		}
	}
}

// TestInterruptedListing checks that a signal during the second page keeps the
// printed rows, and leaves no temporary file.
func TestInterruptedListing(t *testing.T) {
	t.Parallel()
	onlyPlain(t)
	for command, printed := range map[string]int{ // rows; what is printed in the end waits in a file beyond 8 MB
		"tokens list -o json": 0, "tokens list -o yaml": 0, "tokens list --jq .": 0, "tokens list -o ndjson": 10, "tokens list -q": 10,
		"raw /v2/access-tokens --paginate": 0, "raw /v2/access-tokens --paginate -o ndjson": 10,
	} {
		h := newHeld(t)
		temp := t.TempDir()
		row := `{"uuid":"a"}`
		if printed == 0 {
			row = `{"uuid":"` + strings.Repeat("a", 1<<20) + `"}`
		}
		cmd, stdout, stderr := hubctl(t, h.URL, append(strings.Fields(command), "--concurrency", "1")...)
		cmd.Env = append(cmd.Env, "TMPDIR="+temp)
		start(t, cmd)
		h.expect(t, "GET /v2/access-tokens")
		h.answer <- `{"count":200,"next":"/v2/access-tokens?page=2","results":[` + strings.Repeat(row+",", 9) + row + "]}"
		h.expect(t, "GET /v2/access-tokens")
		h.answer <- "hang"
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, 130)
		if n := strings.Count(stdout.String(), "\n"); n != printed {
			t.Errorf("%s: printed %d lines, want %d; %s", command, n, printed, stderr)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v behind, %v", command, left, err)
		}
	}
}

// TestInterruptedWait checks that a signal ends the wait for a rate limit.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer srv.Close()
	cmd, _, _ := hubctl(t, srv.URL, "tokens", "list")
	cmd.Stderr = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	lines := bufio.NewReader(stderr)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "retrying in 2m0s") {
		t.Fatalf("said %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	ends(t, cmd, 130)
	if string(rest) != "hubctl: interrupted\n" {
		t.Errorf("said %q", rest)
	}
}

// TestInterruptedInput checks that a signal ends the wait for standard input.
func TestInterruptedInput(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	for _, command := range []string{"tokens delete - --yes", "tokens create -f -", "raw POST /v2/x -f -", "login -U ada --password-stdin"} {
		cmd, _, stderr := hubctl(t, h.URL, append(strings.Fields(command), "-v")...)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdin = r
		start(t, cmd)
		_, _ = w.WriteString("a") // a line without an end
		for {                     // until it was read
			if n, err := unix.IoctlGetInt(int(r.Fd()), unread); err != nil || n == 0 {
				break
			}
		}
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, 130)
		_, _ = w.Close(), r.Close()
		if stderr.String() != "hubctl: interrupted\n" {
			t.Errorf("%s: said %q", command, stderr)
		}
	}
}

// TestInterruptedLogin checks that a signal during a login leaves the previous login
// unchanged.
func TestInterruptedLogin(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	home := t.TempDir()
	login := func(secret string) *exec.Cmd {
		cmd, _, _ := hubctl(t, h.URL, "login", "-U", "ada", "--password-stdin")
		cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=", "HOME="+home)
		cmd.Stdin = strings.NewReader(secret + "\n")
		start(t, cmd)
		h.expect(t, "POST /v2/auth/token")
		return cmd
	}
	cmd := login("dckr_pat_first")
	h.answer <- `{"access_token":"a.b.c"}`
	ends(t, cmd, 0)
	if holds(t, home, "dckr_pat_first") == "" {
		t.Fatal("the login was not kept")
	}
	before := contents(t, home)
	cmd = login("dckr_pat_second")
	h.answer <- "hang"
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ends(t, cmd, 143)
	if after := contents(t, home); after != before {
		t.Errorf("got\n%s, want\n%s", after, before)
	}
}

// contents returns all files below dir with their content.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		fmt.Fprintf(&b, "%s: %s\n", path, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A watched writer keeps its input, and signals when a text was written.
type watched struct {
	text string
	seen chan struct{} // closed at that time

	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	had := strings.Contains(w.buf.String(), w.text)
	w.buf.Write(p)
	if !had && strings.Contains(w.buf.String(), w.text) {
		close(w.seen)
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// TestInterruptedPrune checks that a signal does not cut off a deletion, but the next
// one is not started, and that --resume continues. A second signal ends at once.
func TestInterruptedPrune(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	home := t.TempDir()
	const tags = `{"results":[{"name":"two","digest":"d2","tag_last_pushed":"2026-01-02T00:00:00Z"},{"name":"one","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}]}`
	const path = "/v2/namespaces/acme/repositories/api"
	run := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd, _, stderr := hubctl(t, h.URL, append([]string{"tags", "prune", "--yes", "--concurrency", "1"}, args...)...)
		cmd.Env = append(cmd.Env, "HOME="+home)
		start(t, cmd)
		return cmd, stderr
	}
	answer := func(request, body string) {
		h.expect(t, request)
		h.answer <- body
	}
	noticed := &watched{text: "stopping after the current step", seen: make(chan struct{})}
	cmd, _, _ := hubctl(t, h.URL, "tags", "prune", "--yes", "--concurrency", "1", "acme/api", "--allow-empty", "--drop", ".")
	cmd.Env = append(cmd.Env, "HOME="+home)
	cmd.Stderr = noticed
	start(t, cmd)
	answer("GET "+path, `{"namespace":"acme","name":"api"}`)
	answer("GET "+path+"/tags", tags)
	answer("GET "+path+"/tags/two", `{"name":"two","digest":"d2","tag_last_pushed":"2026-01-02T00:00:00Z"}`)
	h.expect(t, "DELETE "+path+"/tags/two")
	other, said := run("--resume")
	ends(t, other, 1)
	if want := "hubctl: another process is working on the unfinished run\n"; said.String() != want {
		t.Errorf("with another process running, it said %q", said)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-noticed.seen
	h.answer <- ""
	ends(t, cmd, 130)
	for _, want := range []string{"deleted acme/api:two\n", "hubctl: stopped: 1 deleted, 1 left; resume with: hubctl tags prune --resume\n", "hubctl: interrupted\n"} {
		if said := noticed.String(); !strings.Contains(said, want) {
			t.Errorf("no %q in:\n%s", want, said)
		}
	}

	cmd, _ = run("--resume")
	answer("GET "+path+"/tags/one", `{"name":"one","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}`)
	h.expect(t, "DELETE "+path+"/tags/one")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ends(t, cmd, -1)
	}()
	for running := true; running; { // the first waits for the deletion; several at once count as one
		_ = cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-ended:
			running = false
		case <-time.After(10 * time.Millisecond):
		}
	}
	h.answer <- "hang"

	cmd, stderr := run("--resume") // the started deletion is checked first
	answer("GET "+path+"/tags/one", `{"name":"one","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}`)
	answer("DELETE "+path+"/tags/one", "")
	ends(t, cmd, 0)
	if stderr.String() != "hubctl: deleted acme/api:one\n" {
		t.Errorf("said %q", stderr)
	}
}

// TestInterruptedDelete checks that finished deletions are reported, and the others
// are not tried.
func TestInterruptedDelete(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	cmd, _, stderr := hubctl(t, h.URL, "tokens", "delete", tokenA, tokenB, tokenC, "--yes", "--concurrency", "1")
	start(t, cmd)
	h.expect(t, "DELETE /v2/access-tokens/"+tokenA)
	h.answer <- ""
	h.expect(t, "DELETE /v2/access-tokens/"+tokenB)
	h.answer <- "hang"
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ends(t, cmd, 130)
	for _, want := range []string{"deleted token " + tokenA + "\n", "hubctl: interrupted\n", tokenB + ": ", tokenC + ": not tried", "1 done, 2 failed"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in:\n%s", want, stderr)
		}
	}
}

// TestInterruptedCreate checks that an interrupt between the request and the printed
// secret has no effect.
func TestInterruptedCreate(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	cmd, stdout, _ := hubctl(t, h.URL, "tokens", "create", "-q", "--label", "x", "--scope", "repo:read")
	start(t, cmd)
	h.expect(t, "POST /v2/access-tokens")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	h.answer <- `{"uuid":"u","token":"dckr_pat_kept"}`
	ends(t, cmd, 0)
	if stdout.String() != "dckr_pat_kept\n" {
		t.Errorf("printed %q", stdout)
	}
}

// TestClosedPipe checks that a closed pipe is not a failure (except for a secret, see
// tokens_create.txtar), and that no further page is requested.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"tokens list -o table", "tokens list -o json", "tokens list -o ndjson", "tokens list -o csv", "tokens list -o yaml", "tokens list -q",
		"tokens list --jq .", "tokens get " + tokenA, "tokens get " + tokenA + " -o json", "tokens delete " + tokenA + " --yes -o csv",
		"raw /v2/access-tokens", "raw /v2/access-tokens -i", "raw /v2/access-tokens --paginate", "raw /v2/access-tokens -o yaml", "whoami", "config list",
		"tokens delete " + tokenA + " --dry-run", "version", "completion bash",
	} {
		var asked int
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			next := "null"
			if r.URL.Query().Get("page") == "" {
				next = `"/v2/access-tokens?page=2"`
			}
			fmt.Fprintf(w, `{"next":%s,"results":[{"uuid":"a"},{"uuid":"b"}]}`, next)
		}))
		cmd, _, stderr := hubctl(t, srv.URL, strings.Fields(command)...)
		readerGone(t, cmd)
		srv.Close()
		if text := stderr.String(); text != "" && text != "hubctl: deleted token "+tokenA+"\n" {
			t.Errorf("%s: said %q", command, stderr)
		}
		if streams := strings.HasSuffix(command, "list -o ndjson") || strings.HasSuffix(command, "list -o csv") || strings.HasSuffix(command, "list -q"); streams && asked != 1 {
			t.Errorf("%s: requested %d pages, want 1", command, asked)
		}
	}
}

// readerGone runs a command whose reader has exited, which is not a failure.
func readerGone(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	_ = r.Close()
	start(t, cmd)
	_ = w.Close()
	ends(t, cmd, 0)
}
