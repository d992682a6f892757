//go:build unix

package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAuditFollowInterrupt checks that a signal ends a follow during a request and
// during a pause, with one line, and that its state includes the printed events.
func TestAuditFollowInterrupt(t *testing.T) {
	t.Parallel()
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		interval := map[syscall.Signal]string{syscall.SIGINT: "2s", syscall.SIGTERM: "1h"}[sig]
		h := newHeld(t)
		state := filepath.Join(t.TempDir(), "state")
		cmd, stdout, stderr := hubctl(t, h.URL, "audit", "follow", "--org", "acme", "--interval", interval, "--since", "1h", "--state", state)
		start(t, cmd)
		h.expect(t, "GET /v2/auditlogs/acme")
		h.answer <- fmt.Sprintf(`{"logs":[{"name":"acme/api","timestamp":%q}]}`, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
		h.expect(t, "GET /v2/auditlogs/acme")
		h.answer <- `{"logs":[]}`
		if sig == syscall.SIGINT {
			h.expect(t, "GET /v2/auditlogs/acme")
			h.answer <- "hang"
		} else {
			eventually(t, func() bool { return edgeOf(t, state) == 1 })
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, status)
		if stderr.String() != "hubctl: interrupted\n" || strings.Count(stdout.String(), "acme/api") != 1 || edgeOf(t, state) != 1 {
			t.Errorf("%v: printed %q and %q", sig, stdout, stderr)
		}
	}
}

func edgeOf(t *testing.T, path string) int {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	var s struct{ Edge []any }
	if err != nil || json.Unmarshal(b, &s) != nil {
		t.Fatalf("%s, %v", b, err)
	}
	return len(s.Edge)
}

func eventually(t *testing.T, what func() bool) {
	t.Helper()
	for range 6000 { // a minute
		if what() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it never happened")
}

// TestAuditFollowClosedPipe: a reader that goes away ends a follow at the next
// event, quietly.
func TestAuditFollowClosedPipe(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "ndjson", "csv"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page") != "" {
				fmt.Fprint(w, `{"logs":[]}`)
				return
			}
			fmt.Fprintf(w, `{"logs":[{"name":"a","timestamp":%q}]}`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
		}))
		cmd, _, stderr := hubctl(t, srv.URL, "audit", "follow", "--org", "acme", "--since", "2h", "-o", format)
		readerGone(t, cmd)
		srv.Close()
		if stderr.Len() > 0 {
			t.Errorf("%s: said %q", format, stderr)
		}
	}
}
