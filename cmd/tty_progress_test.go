//go:build unix

package cmd

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// rows is a page of n rows, numbered from first.
func rows(first, n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, first+i)
	}
	return strings.Join(all, ",")
}

// newHolding starts a Hub whose repository acme/api has 250 tags. It answers the
// requests for which hold is true only after release was called.
func newHolding(t *testing.T, hold func(*http.Request) bool) (url string, release func()) {
	t.Helper()
	const tag = `{"name":"v%d","digest":"sha256:%064[1]x","tag_last_pushed":"2020-01-01T00:00:00.%09[1]dZ"}`
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold(r) {
			select {
			case <-held:
			case <-r.Context().Done():
			}
		}
		if _, name, one := strings.Cut(r.URL.Path, "/tags/v"); one {
			number, _ := strconv.Atoi(name)
			_, _ = fmt.Fprintf(w, tag, number)
			return
		}
		page := pageOf(r)
		next := fmt.Sprintf(`"http://%s%s?page=%d&page_size=100"`, r.Host, r.URL.Path, page+1)
		n := 100
		if page == 3 {
			next, n = "null", 50
		}
		_, _ = io.WriteString(w, `{"count":250,"next":`+next+`,"results":[`+rows((page-1)*100, n, tag)+`]}`)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(release)
	return srv.URL, release
}

// pageOf is the number of the page that r asks for.
func pageOf(r *http.Request) int {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		return 1
	}
	return page
}

func laterPages(r *http.Request) bool { return pageOf(r) > 1 }

// final returns the lines of the screen as they look in the end.
func (s *screen) final() (lines []string) {
	for line := range strings.SplitSeq(s.String(), "\n") {
		line = strings.TrimSuffix(line, "\r")
		line = line[strings.LastIndexByte(line, '\r')+1:]
		lines = append(lines, strings.TrimPrefix(line, "\x1b[K"))
	}
	return lines
}

// checkGone fails if a line of the screen still shows progress.
func (c *console) checkGone(what string) {
	c.t.Helper()
	for _, line := range c.screen.final() {
		if strings.Contains(line, what) {
			c.t.Errorf("the progress is still there: %q in\n%s", line, c.screen)
		}
	}
}

// TestReadingProgress: a long listing shows its progress, in a line that makes room
// for messages and is gone in the end.
func TestReadingProgress(t *testing.T) {
	t.Parallel()
	url, release := newHolding(t, laterPages)
	c := startConsole(t, "-u", url, "-t", bearer, "tags", "list", "acme/api", "--color", "never", "--no-pager", "-v")
	c.expect("Reading tags of acme/api")
	c.expect("(100/250, ")
	release()
	c.end(0)
	c.checkGone("Reading")
	if text := c.screen.String(); strings.Count(text, "\n") < 251 || !strings.Contains(text, "v249") {
		t.Errorf("tags are missing:\n%s", text)
	}
}

// TestInterruptedProgress: Ctrl-C leaves a clean line.
func TestInterruptedProgress(t *testing.T) {
	t.Parallel()
	url, _ := newHolding(t, func(*http.Request) bool { return true })
	c := startConsole(t, "-u", url, "-t", bearer, "tags", "list", "acme/api")
	c.expect("Reading tags of acme/api")
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	c.end(130)
	c.checkGone("Reading")
}

// TestJobProgress: making and running a long plan shows progress.
func TestJobProgress(t *testing.T) {
	t.Parallel()
	url, release := newHolding(t, laterPages)
	c := startConsole(t, "-u", url, "-t", bearer, "tags", "prune", "acme/api", "--keep-last", "1", "--yes")
	c.expect("Reading tags of acme/api")
	c.expect("(100/250, ")
	release()
	c.end(0)
	c.checkGone("Reading")

	url, release = newHolding(t, func(r *http.Request) bool { return r.Method == http.MethodDelete })
	c = startConsole(t, "-u", url, "-t", bearer, "tags", "prune", "acme/api", "--keep-last", "1", "--yes")
	c.expect("Deleting tags")
	c.expect("(0/249, ")
	release()
	c.end(0)
	c.checkGone("Deleting")
	if !strings.Contains(c.screen.String(), "deleted 249 of 249 tags") {
		t.Errorf("no summary:\n%s", c.screen)
	}
}

// TestNoProgress: no progress is shown with -q, with other formats on the same
// terminal, or if standard error is not a terminal.
func TestNoProgress(t *testing.T) {
	t.Parallel()
	file, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	defer master.Close()
	defer tty.Close()
	for _, test := range []struct {
		name     string
		out, err *os.File
		format   string
		quiet    bool
		shown    bool
	}{
		{"table", tty, tty, "table", false, true},
		{"json to a file", file, tty, "json", false, true},
		{"quiet", file, tty, "table", true, false},
		{"json", tty, tty, "json", false, false},
		{"ndjson", tty, tty, "ndjson", false, false},
		{"standard error is a file", tty, file, "table", false, false},
	} {
		a := cli.NewApp(t.Context(), &terminal.Streams{In: file, Out: test.out, Err: test.err}, []string{"hubctl"}, nil)
		a.Settings = &settings.Settings{Output: test.format}
		a.Flags.Quiet = test.quiet
		p := a.StartProgress("Reading", 1)
		if p.Done(); (p != nil) != test.shown {
			t.Errorf("%s: progress %v, want %v", test.name, p != nil, test.shown)
		}
	}
}
