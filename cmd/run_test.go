package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// hubctl prepares a run against a server, and captures its output.
func hubctl(t *testing.T, url string, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), lookUp(t, "hubctl"), args...)
	home := t.TempDir()
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return isSetting(name)
	}), "HOME="+home, "APPDATA="+home, "LOCALAPPDATA="+home, "HUBCTL_URL="+url, "HUBCTL_TOKEN="+bearer, "HUBCTL_STORE=file", "DOCKER_CONFIG="+home)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// An inside is hubctl in the test's own process, which a synctest bubble needs.
type inside struct {
	transport http.RoundTripper
	dir       string // its state
	stdin     string
}

// run runs hubctl until it ends or the context does, and returns its exit status
// and output.
func (r inside) run(ctx context.Context, t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	files := streams.Get().(*[3]*os.File)
	defer streams.Put(files)
	in, out, err := files[0], files[1], files[2]
	rewrite(t, in, r.stdin)
	rewrite(t, out, "")
	rewrite(t, err, "")
	a := &cli.App{IO: &terminal.Streams{In: in, Out: out, Err: err}, Now: time.Now(), Version: func() string { return "test" }, Signals: cli.NewSignals(ctx), Transport: r.transport, Argv: append([]string{"hubctl"}, args...)}
	a.Listen = func() { // after the settings were read
		a.Settings.Paths = settings.Paths{Cache: filepath.Join(r.dir, "cache"), Jobs: filepath.Join(r.dir, "jobs")}
	}
	status = cli.Execute(a, newRoot(a))
	return status, written(t, out), written(t, err)
}

// streams are open files for standard input, output and error, which runs reuse.
var streams = sync.Pool{New: func() any {
	var files [3]*os.File
	for i := range files {
		f, err := os.CreateTemp(os.Getenv("HOME"), "stream")
		if err != nil {
			panic(err)
		}
		files[i] = f
	}
	return &files
}}

// rewrite replaces the content of a file, and seeks to its start.
func rewrite(t *testing.T, f *os.File, text string) {
	t.Helper()
	_, back := f.Seek(0, io.SeekStart)
	_, err := f.WriteString(text)
	if err = errors.Join(back, f.Truncate(int64(len(text))), err); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
}

func written(t *testing.T, f *os.File) string {
	t.Helper()
	_, back := f.Seek(0, io.SeekStart)
	b, err := io.ReadAll(f)
	if err = errors.Join(back, err); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func ends(t *testing.T, cmd *exec.Cmd, status int) {
	t.Helper()
	_ = cmd.Wait() // the status is enough
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Errorf("exit status %d, want %d", got, status)
	}
}

// holds returns the first file under dir that contains text.
func holds(t *testing.T, dir, text string) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) && found == "" {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Identifiers of tokens, which are never mistaken for labels.
const (
	tokenA = "aaaaaaaa-0000-4000-8000-0000000000a1"
	tokenB = "bbbbbbbb-0000-4000-8000-0000000000b2"
	tokenC = "cccccccc-0000-4000-8000-0000000000c3"
)

// emptyApp returns an App for tests that only inspect its commands.
func emptyApp() *cli.App { return &cli.App{IO: &terminal.Streams{}} }
