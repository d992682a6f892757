//go:build unix

package cmd

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// endsSoon is ends for a command that may hang.
func endsSoon(t *testing.T, cmd *exec.Cmd, status int) {
	t.Helper()
	hung := time.AfterFunc(30*time.Second, func() {
		t.Errorf("%v: still running", cmd.Args)
		_ = cmd.Process.Kill()
	})
	defer hung.Stop()
	ends(t, cmd, status)
}

// newListing starts a server that always responds with a listing of a megabyte, more
// than a pipe holds.
func newListing(t *testing.T) *httptest.Server {
	t.Helper()
	row := `{"uuid":"` + strings.Repeat("a", 1<<10) + `"}`
	body := `{"results":[` + strings.Repeat(row+",", 1<<10) + row + "]}"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	t.Cleanup(srv.Close)
	return srv
}

// newPipe returns the write end of a pipe that nothing reads.
func newPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return w
}

// full reports whether a write to a pipe would block.
func full(t *testing.T, w *os.File) bool {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(w.Fd()), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 10)
	if err != nil && !errors.Is(err, unix.EINTR) {
		t.Fatal(err)
	}
	return err == nil && n == 0
}

// fill writes to a pipe until it is full.
func fill(t *testing.T, w *os.File) {
	t.Helper()
	fd := int(w.Fd())
	err := unix.SetNonblock(fd, true)
	for err == nil {
		if _, err = unix.Write(fd, []byte("x")); errors.Is(err, unix.EINTR) {
			err = nil
		}
	}
	if !errors.Is(err, unix.EAGAIN) {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
}

// TestInterruptedOutput checks that a signal ends a command whose output is not read,
// without leaving a temporary file.
func TestInterruptedOutput(t *testing.T) {
	t.Parallel()
	srv := newListing(t)
	for i, command := range []string{
		"tokens list", "tokens list -o json", "tokens list -o ndjson", "tokens list -o csv", "tokens list -q",
		"tokens list --jq .", "tokens list --template {{.}}", "raw /v2/access-tokens", "raw /v2/access-tokens --paginate",
	} {
		sig, status := syscall.SIGINT, 130
		if i%2 == 1 {
			sig, status = syscall.SIGTERM, 143
		}
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			w := newPipe(t)
			temp := t.TempDir()
			cmd, _, stderr := hubctl(t, srv.URL, strings.Fields(command)...)
			cmd.Env = append(cmd.Env, "TMPDIR="+temp)
			cmd.Stdout = w
			start(t, cmd)
			for !full(t, w) {
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			endsSoon(t, cmd, status)
			if said := stderr.String(); said != "hubctl: interrupted\n" && !strings.HasPrefix(said, `{"error":{"message":"interrupted",`) {
				t.Errorf("said %q", said)
			}
			if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
				t.Errorf("left %v behind, %v", left, err)
			}
		})
	}
}

// TestInterruptedMessages checks that a signal ends a command whose standard error is
// not read.
func TestInterruptedMessages(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	w := newPipe(t)
	fill(t, w)
	cmd, _, _ := hubctl(t, h.URL, "tokens", "list", "-v")
	cmd.Stderr = w
	start(t, cmd)
	h.expect(t, "GET /v2/access-tokens")
	h.answer <- `{"results":[]}`
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	endsSoon(t, cmd, 130)
}

// TestInterruptedFile checks that a signal ends a command that reads a named pipe in
// place of any file on the command line, before anything is sent.
func TestInterruptedFile(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"tokens create -f FILE", "raw POST /v2/x -f FILE", "raw POST /v2/x -F a=@FILE", "tags prune acme/api --policy FILE",
		"tags prune --plan FILE --yes", "repos readme set acme/api FILE", "repos create acme/api --readme FILE",
		"tokens list --cacert FILE", "audit export --org acme --state FILE", "tokens list --config FILE",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				t.Errorf("asked for %s %s", r.Method, r.URL)
			}))
			defer srv.Close()
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := unix.Mkfifo(fifo, 0o600); err != nil {
				t.Skipf("cannot create a named pipe: %v", err)
			}
			cmd, _, stderr := hubctl(t, srv.URL, strings.Fields(strings.ReplaceAll(command, "FILE", fifo))...)
			start(t, cmd)
			for { // until it reads
				fd, err := unix.Open(fifo, unix.O_WRONLY|unix.O_NONBLOCK, 0)
				if err == nil {
					defer func() { _ = unix.Close(fd) }()
					break
				}
				if !errors.Is(err, unix.ENXIO) && !errors.Is(err, unix.EINTR) {
					t.Fatal(err)
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(command, "--config") { // read before hubctl handles signals, so the signal kills it
				endsSoon(t, cmd, -1)
				return
			}
			endsSoon(t, cmd, 143)
			if stderr.String() != "hubctl: interrupted\n" {
				t.Errorf("said %q", stderr)
			}
		})
	}
}

// TestInterruptedFilter checks that a signal ends an endless filter.
func TestInterruptedFilter(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		"--jq=def f: f; f", "--jq=repeat(1)", "--jq=range(infinite)", "--jq=last(range(infinite))",
		"--template={{range 9999999999999}}{{end}}",
	} {
		h := newHeld(t)
		cmd, stdout, _ := hubctl(t, h.URL, "tokens", "list", filter, "-v")
		cmd.Stderr = nil
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		start(t, cmd)
		h.expect(t, "GET /v2/access-tokens")
		h.answer <- `{"results":[]}`
		if _, err := stderr.Read(make([]byte, 1)); err != nil { // the response has arrived
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		endsSoon(t, cmd, 130)
		if stdout.Len() > 0 {
			t.Errorf("%s: printed %.100q", filter, stdout)
		}
	}
}

// TestInterruptedExec checks that the program that receives a secret also gets the
// signal, and that hubctl waits for it.
func TestInterruptedExec(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(sandbox.New(sandbox.Options{}))
	defer srv.Close()
	account := sandbox.Accounts()[0]
	program := `trap 'trap "" TERM; echo told; exit 3' TERM; echo running; while :; do sleep 0.01; done`
	login := []string{"HUBCTL_TOKEN=", "HUBCTL_USER=" + account.User, "HUBCTL_PASSWORD=" + account.Password}
	list, id, _ := hubctl(t, srv.URL, "tokens", "list", "-q", "--limit", "1")
	list.Env = append(list.Env, login...)
	start(t, list)
	ends(t, list, 0)
	cmd, _, _ := hubctl(t, srv.URL, "tokens", "rotate", strings.TrimSpace(id.String()), "--yes", "--exec", program)
	cmd.Env = append(cmd.Env, login...)
	said := &watched{text: "running", seen: make(chan struct{})}
	cmd.Stderr = said
	start(t, cmd)
	select {
	case <-said.seen:
	case <-time.After(30 * time.Second):
		t.Fatalf("the program never ran:\n%s", said)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	endsSoon(t, cmd, 143)
	if !strings.Contains(said.String(), "\ntold\n") {
		t.Errorf("the program did not get the signal:\n%s", said)
	}
}

// TestInterruptedSecret checks that a new token is deleted if a signal arrives before
// its secret was read.
func TestInterruptedSecret(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	w := newPipe(t)
	fill(t, w)
	cmd, _, stderr := hubctl(t, h.URL, "tokens", "create", "--label", "ci", "--scope", "repo:read")
	cmd.Stdout = w
	start(t, cmd)
	h.expect(t, "POST /v2/access-tokens")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	h.answer <- `{"uuid":"b2","token":"dckr_pat_unread"}`
	h.expect(t, "DELETE /v2/access-tokens/b2")
	h.answer <- ""
	endsSoon(t, cmd, 130)
	if want := "hubctl: interrupted\nhubctl: created b2 and deleted it again: its secret could not be printed (interrupted before it was read)\n"; stderr.String() != want {
		t.Errorf("said %q, want %q", stderr, want)
	}
}
