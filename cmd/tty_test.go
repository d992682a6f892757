//go:build unix

package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// A console is hubctl on a separate terminal.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	tty    *os.File
	screen *screen
}

// screen collects the output of the terminal.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (s *screen) copyFrom(r io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			close(s.more)
			return
		}
		select {
		case s.more <- struct{}{}:
		default:
		}
	}
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// newConsole starts hubctl on a terminal 100 columns wide, with a sandbox as its Hub.
func newConsole(t *testing.T, args ...string) *console {
	t.Helper()
	srv := httptest.NewServer(sandbox.New(sandbox.Options{Now: untilMidnight()}))
	t.Cleanup(srv.Close)
	return startConsole(t, append([]string{"-u", srv.URL}, args...)...)
}

func startConsole(t *testing.T, args ...string) *console {
	t.Helper()
	return startConsoleIn(t, nil, args...)
}

// startConsoleIn is startConsole with more environment variables.
func startConsoleIn(t *testing.T, env []string, args ...string) *console {
	t.Helper()
	path := lookUp(t, "hubctl")
	cmd := exec.CommandContext(t.Context(), path, args...)
	home := t.TempDir()
	cmd.Env = []string{"HOME=" + home, "TERM=xterm", "HUBCTL_STORE=file", "PATH=" + filepath.Dir(path), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"), "GORACE=" + os.Getenv("GORACE")}
	cmd.Env = append(cmd.Env, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Skipf("cannot create a terminal: %v", err)
	}
	c := &console{t, cmd, tty, &screen{more: make(chan struct{}, 1)}}
	go c.screen.copyFrom(tty)
	t.Cleanup(func() { _ = tty.Close() })
	return c
}

// expect waits until the screen shows text.
func (c *console) expect(text string) {
	c.t.Helper()
	for open := true; !strings.Contains(c.screen.String(), text); _, open = <-c.screen.more {
		if !open && !strings.Contains(c.screen.String(), text) {
			c.t.Fatalf("the terminal never showed %q, but:\n%s", text, c.screen)
		}
	}
}

func (c *console) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.tty, text); err != nil {
		c.t.Fatal(err)
	}
}

// end waits for the program to end with a status, and for all of its output.
func (c *console) end(status int) {
	c.t.Helper()
	_ = c.cmd.Wait() // the status is enough
	for range c.screen.more {
	}
	if got := c.cmd.ProcessState.ExitCode(); got != status {
		c.t.Errorf("exit status %d, want %d:\n%s", got, status, c.screen)
	}
}

// TestLoginPrompts: a login at a terminal echoes the two-factor code, but not the password.
func TestLoginPrompts(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "login")
	c.expect("Docker ID: ")
	c.send("demo2fa\r")
	c.expect("Password or access token for demo2fa on 127.0.0.1:")
	c.quiet()
	c.send("demo2fa-password\r")
	c.expect("Two-factor code: ")
	c.send("123456\r")
	c.expect("123456")
	c.expect("logged in to 127.0.0.1:")
	c.end(0)
	if secret := "demo2fa-password"; strings.Contains(c.screen.String(), secret) {
		t.Errorf("the terminal showed %q:\n%s", secret, c.screen)
	}
}

// quiet waits until the echo of the terminal is off, which happens shortly after the
// prompt.
func (c *console) quiet() {
	c.t.Helper()
	for c.echoes() {
		if c.t.Context().Err() != nil {
			c.t.Fatal("the echo was never turned off")
		}
	}
}

// TestInterruptedPrompt checks that Ctrl-C at a password prompt ends with 130 and
// restores the echo of the terminal.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "login", "-U", "demo")
	c.expect("Password or access token for demo")
	c.quiet()
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	c.expect("hubctl: interrupted")
	if !c.echoes() {
		t.Error("the terminal was left without its echo")
	}
	c.end(130)
}

// TestEndedPrompt checks that Ctrl-D at a password prompt ends with 1 and restores
// the echo of the terminal, even after some input.
func TestEndedPrompt(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"\x04", "demo-pass\x04\x04"} {
		c := newConsole(t, "login", "-U", "demo")
		c.expect("Password or access token for demo")
		c.quiet()
		c.send(typed)
		c.expect("\nhubctl: unexpected end of input")
		if !c.echoes() {
			t.Error("the terminal was left without its echo")
		}
		c.end(1)
	}
}

// TestQuitPrompt checks that Ctrl-\ at a password prompt restores the echo of the
// terminal before it kills hubctl.
func TestQuitPrompt(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "login", "-U", "demo")
	c.expect("Password or access token for demo")
	c.quiet()
	c.send("\x1c")
	c.expect("SIGQUIT")
	if !c.echoes() {
		t.Error("the terminal was left without its echo")
	}
	c.end(2)
}

// TestStoppedPrompt checks that Ctrl-Z at a password prompt restores the echo of the
// terminal while hubctl is stopped, and that continuing turns it off again.
func TestStoppedPrompt(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "login", "-U", "demo")
	c.expect("Password or access token for demo")
	c.quiet()
	c.send("\x1a")
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(c.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EINTR) {
			t.Fatal(err)
		}
	}
	if !status.Stopped() {
		t.Fatalf("it was not stopped: %v", status)
	}
	if !c.echoes() {
		t.Error("the terminal was left without its echo")
	}
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.quiet()
	c.send("demo-password\r")
	c.expect("logged in to 127.0.0.1:")
	c.end(0)
	if strings.Contains(c.screen.String(), "demo-password") {
		t.Errorf("the terminal showed the password:\n%s", c.screen)
	}
}

// TestEmptyDockerID checks that an empty Docker ID prompts again.
func TestEmptyDockerID(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "login")
	c.expect("Docker ID: ")
	c.send("\r")
	c.expect("\nDocker ID: ")
	c.send("  \r")
	c.expect("\nDocker ID:   \r\nDocker ID: ")
	c.send("demo\r")
	c.expect("Password or access token for demo on")
	c.quiet()
	c.send("demo-password\r")
	c.expect("logged in to 127.0.0.1:")
	c.end(0)
}

// TestInterruptedQuestions checks that Ctrl-C at any question ends with 130, and that
// nothing is sent after it.
func TestInterruptedQuestions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, question, sent string }{
		{"login", "Docker ID:", ""},
		{"tokens delete " + tokenA + " " + tokenB, "[y/N]", ""},
		{"tags prune acme/api --drop ^old$", "[y/N]", "GET 1, GET 2, "},
		{"repos delete acme/api", "to confirm:", "GET 1, "},
	} {
		var sent strings.Builder
		n := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			fmt.Fprintf(&sent, "%s %d, ", r.Method, n)
			_, _ = io.WriteString(w, well(r).Body)
		}))
		args := []string{"-u", srv.URL}
		if test.args != "login" {
			args = append(args, "-t", bearer)
		}
		c := startConsole(t, append(args, strings.Fields(test.args)...)...)
		c.expect(test.question)
		if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		c.end(130)
		srv.Close()
		if sent.String() != test.sent || !strings.Contains(c.screen.String(), "\nhubctl: interrupted") {
			t.Errorf("%s: sent %q:\n%s", test.args, &sent, c.screen)
		}
	}
}

// TestEndedQuestions checks that Ctrl-D at a prompt ends its line with an error, and
// restores the terminal.
func TestEndedQuestions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, question string }{{"login", "Docker ID: "}, {"login -U ada", "Password or access token for ada on "}, {"tokens delete " + tokenA + " -t " + bearer, "[y/N] "}} {
		c := newConsole(t, strings.Fields(test.args)...)
		c.expect(test.question)
		c.send("\x04")
		c.end(1)
		if !c.echoes() {
			t.Errorf("%s: the echo is still off", test.args)
		}
		if text := c.screen.String(); !strings.Contains(text, "\nhubctl: unexpected end of input") || strings.Contains(text, "EOF") {
			t.Errorf("%s:\n%s", test.args, text)
		}
	}
}

// TestTerminalTable checks that a table fits the terminal, has readable values, and
// names the omitted columns.
func TestTerminalTable(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--sandbox", "tokens", "list", "--color", "never")
	c.end(0)
	for line := range strings.Lines(strings.ReplaceAll(c.screen.String(), "\r", "")) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("a line of %d columns on a terminal of 100: %q", n, line)
		}
	}
	text := c.screen.String()
	for _, part := range []string{"962b651d-69e3-4e05-8b04-06107c2fa9be", "d ago", "gitlab-runner-01", "\nHidden: "} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not show %q:\n%s", part, text)
		}
	}
}

// TestTerminalDigests checks that a terminal shows short digests without --no-trunc.
func TestTerminalDigests(t *testing.T) {
	t.Parallel()
	whole := regexp.MustCompile(`sha256:[0-9a-f]{64}`)
	short := regexp.MustCompile(`sha256:[0-9a-f]{12}\b`)
	for flag, digest := range map[string]*regexp.Regexp{"--color=never": short, "--no-trunc": whole} {
		c := startConsole(t, "--sandbox", "manifests", "list", "demo/api", "--limit", "3", flag)
		c.end(0)
		if n := len(digest.FindAllString(c.screen.String(), -1)); n != 3 {
			t.Errorf("%s: %d of 3 digests match %s:\n%s", flag, n, digest, c.screen)
		}
	}
}

// TestTerminalEmptyList checks that a terminal shows a message for an empty list.
func TestTerminalEmptyList(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--sandbox", "tokens", "list", "--match", "^nothing$")
	c.end(0)
	if text := c.screen.String(); !strings.Contains(text, "no tokens found") || strings.Contains(text, "UUID") {
		t.Errorf("unexpected output:\n%s", text)
	}
}

// TestRawOnTerminal checks that a terminal gets no control characters or HTML error
// pages.
func TestRawOnTerminal(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/page" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<html><title>404 : Docker</title><body>long page</body>")
			return
		}
		_, _ = io.WriteString(w, "{\"x\":\"\x1b[2Jgone\xc2\x9b31m\"}")
	}))
	defer srv.Close()
	page := startConsole(t, "-u", srv.URL, "raw", "/v2/page")
	page.expect("hubctl: an HTML page: 404 : Docker")
	page.end(3)
	if text := page.screen.String(); strings.Contains(text, "long page") {
		t.Errorf("the terminal got the page:\n%s", text)
	}
	c := startConsole(t, "-u", srv.URL, "raw", "/v2/x")
	c.expect("gone")
	c.end(0)
	if text := c.screen.String(); strings.ContainsAny(text, "\x1b\u009b") || !strings.HasSuffix(text, "\n") {
		t.Errorf("the terminal got %q", text)
	}
}

// TestUntrustedOnTerminal checks that prompts, plans, progress lines and filters show
// no control characters from names on a terminal.
func TestUntrustedOnTerminal(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(newSpoiler(true))
	t.Cleanup(srv.Close)
	for _, test := range []struct {
		args   string
		answer string // to a question that ends in [y/N]
		status int
		filter bool // the user chose the lines
	}{
		{"tokens list --jq ..|strings", "", 0, true},
		{"tokens list --template {{.}}", "", 0, true},
		{"tokens list --color never", "", 0, false},
		{"tags prune demo/api --keep-last 3 --color never", "n", 1, false},
		{"tags prune demo/api --keep-last 3 --color never", "y", 2, false}, // no tag can have such a name
		{"raw /v2/access-tokens -i", "", 0, false},
	} {
		c := startConsole(t, append([]string{"-u", srv.URL, "-t", bearer}, strings.Fields(test.args)...)...)
		if test.answer != "" {
			c.expect("[y/N]")
			c.send(test.answer + "\r")
		}
		c.end(test.status)
		own := strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n")
		progress := regexp.MustCompile(`\r[^\r\n\x1b]*\x1b\[K`)
		screen := progress.ReplaceAllString(own.Replace(c.screen.String()), "")
		if bad := shows(strings.ReplaceAll(screen, "\t", "")); bad != "" || strings.Contains(c.screen.String(), "\nforged") && !test.filter {
			t.Errorf("%s: shows %q:\n%s", test.args, bad, c.screen)
		}
	}
}
