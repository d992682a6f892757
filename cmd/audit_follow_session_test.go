package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/cli"
)

// A shortSession is an audit log whose sessions expire after three pages. Each time
// the first page is read, there are two more events.
type shortSession struct {
	mu     sync.Mutex
	start  time.Time
	names  []string // of the events, oldest first
	bought int      // sessions
	left   int      // pages read by the last session
	over   bool     // no more events
}

func (s *shortSession) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		if s.bought++; s.bought == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		s.left = 3
		_, _ = fmt.Fprintf(w, `{"access_token":"bearer.%d.x"}`, s.bought)
		return
	}
	if s.left--; s.left < 0 || r.Header.Get("Authorization") != fmt.Sprintf("Bearer bearer.%d.x", s.bought) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	page, size := 1, 2
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	for range size {
		if page == 1 && !s.over {
			s.names = append(s.names, fmt.Sprint("event ", len(s.names)))
		}
	}
	logs := []json.RawMessage{}
	for i := len(s.names) - 1 - (page-1)*size; i >= 0 && len(logs) < size; i-- {
		logs = append(logs, cli.MustJSON(map[string]any{"timestamp": s.start.Add(time.Duration(i) * time.Second), "name": s.names[i]}))
	}
	_, _ = w.Write(cli.MustJSON(map[string]any{"logs": logs}))
}

// TestAuditFollowSession checks that a session that expires during a page is
// renewed, that a server error in between does not end the follow, and that every
// event is printed exactly once.
func TestAuditFollowSession(t *testing.T) {
	t.Parallel()
	s := &shortSession{start: time.Now().Add(-5 * time.Minute)}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	state := filepath.Join(t.TempDir(), "state")
	run := func(args ...string) (string, string) {
		cmd, stdout, stderr := hubctl(t, srv.URL, append([]string{"audit"}, append(args, "--org", "acme", "-o", "ndjson", "--state", state)...)...)
		cmd.Env = append(cmd.Env, "HUBCTL_USER=ada", "HUBCTL_TOKEN=dckr_pat_0123456789")
		if err := cmd.Run(); err != nil {
			t.Errorf("%v: %s", err, stderr)
		}
		return stdout.String(), stderr.String()
	}
	followed, said := run("follow", "--interval", "2s", "--since", "1h", "--limit", "7")
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	exported, _ := run("export")
	for i, name := range s.names {
		if n := strings.Count(followed+exported, fmt.Sprintf("%q", name)); n != 1 {
			t.Errorf("event %d is printed %d times", i, n)
		}
	}
	if s.bought < 5 || strings.Count(said, "; retrying") != 1 || strings.Count(said, "reading the audit log again") != 1 {
		t.Errorf("bought %d sessions, and said %s", s.bought, said)
	}
}
