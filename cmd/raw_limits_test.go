//go:build unix

package cmd

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newVast returns a server with oversized responses. Its channel gets a value when
// an endless response begins.
func newVast(t *testing.T) (url string, under chan struct{}) {
	t.Helper()
	under = make(chan struct{}, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/deep":
			_, _ = io.WriteString(w, strings.Repeat("[", 9000)+strings.Repeat("]", 9000))
		case "/beyond":
			_, _ = io.WriteString(w, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000))
		case "/numbers":
			_, _ = io.WriteString(w, "["+strings.Repeat("0,", 800_000)+"0]")
		case "/bomb": // 10 MB in 10 KB
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			blanks := []byte(strings.Repeat(" ", 1<<20))
			for range 10 {
				if _, err := z.Write(blanks); err != nil {
					return
				}
			}
			_ = z.Close()
		default: // endless and slow
			for n := 0; ; n++ {
				if _, err := io.WriteString(w, "[1,"); err != nil || r.Context().Err() != nil {
					return
				}
				w.(http.Flusher).Flush()
				under <- struct{}{}
				select {
				case <-r.Context().Done():
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, under
}

// TestRawLimits checks that a response that must be held in memory is refused beyond
// a limit, with a message that names the limit and an alternative.
func TestRawLimits(t *testing.T) {
	t.Parallel()
	onlyPlain(t)
	url, _ := newVast(t)
	for path, want := range map[string]string{
		"/deep": "is nested more than 1000 levels deep", "/beyond": "is nested more than 1000 levels deep",
		"/numbers": "has too many values", "/bomb": "is larger than 8 MB",
	} {
		for _, how := range []string{"-o json", "-o yaml", "--jq ."} {
			cmd, stdout, stderr := hubctl(t, url, append([]string{"raw", path}, strings.SplitN(how, " ", 2)...)...)
			exits(t, cmd, 1)
			if said := stderr.String(); stdout.Len() > 0 || !strings.Contains(said, "the response "+want) || !strings.Contains(said, "print it without -o, --jq and --template") {
				t.Errorf("%s %s: %.100s, %s", path, how, stdout, said)
			}
		}
		cmd, stdout, stderr := hubctl(t, url, "raw", path)
		start(t, cmd)
		ends(t, cmd, 0)
		if stdout.Len() == 0 {
			t.Errorf("%s is not printed unchanged: %s", path, stderr)
		}
	}
}

// TestRawEndless checks that a signal ends an endless response, whatever its format.
func TestRawEndless(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"", "--silent", "-o json", "-o ndjson", "--jq .", "--template x", "--paginate", "-v -v"} {
		url, under := newVast(t)
		cmd, _, stderr := hubctl(t, url, append([]string{"raw", "/endless"}, strings.Fields(how)...)...)
		start(t, cmd)
		<-under
		<-under
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, 130)
		if !strings.Contains(stderr.String(), "interrupted") {
			t.Errorf("%q: %s", how, stderr)
		}
	}
}

// TestMergedListings checks that a merged listing of any length can be indented, and
// is refused if it would have to be held in memory.
func TestMergedListings(t *testing.T) {
	t.Parallel()
	onlyPlain(t)
	row := `{"uuid":"` + strings.Repeat("é", 1<<19) + `"}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := `"/v2/rows?page=2"`
		if r.URL.RawQuery != "" {
			next = "null"
		}
		_, _ = fmt.Fprintf(w, `{"next":%s,"results":[%s]}`, next, strings.TrimSuffix(strings.Repeat(row+",", 5), ","))
	}))
	t.Cleanup(srv.Close)
	for how, lines := range map[string]int{"-o json": 35, "-o ndjson": 10, "-o yaml": 0, "--jq .next": 0} {
		cmd, stdout, stderr := hubctl(t, srv.URL, append([]string{"raw", "/v2/rows", "--paginate"}, strings.Fields(how)...)...)
		start(t, cmd)
		if lines > 0 {
			ends(t, cmd, 0)
		} else {
			ends(t, cmd, 1)
		}
		if n := strings.Count(stdout.String(), "\n"); n != lines || lines == 0 && !strings.Contains(stderr.String(), "is larger than 8 MB") {
			t.Errorf("%s: %d lines, %s", how, n, stderr)
		}
	}
}
