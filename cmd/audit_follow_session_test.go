package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/faults"
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

// inBubble runs a test in a bubble, where waiting takes no time, with a server whose
// answers are given. hubctl runs in the bubble too.
func inBubble(t *testing.T, answer http.HandlerFunc, test func(t *testing.T, hubctl func(args string) (status int, stdout, stderr string))) {
	t.Helper()
	t.Parallel()
	faults.Run(t, func(t *testing.T) {
		srv := faults.New(faults.Plan{
			At: func(*http.Request) bool { return false },
			Good: func(r *http.Request) faults.Answer {
				w := httptest.NewRecorder()
				answer(w, r)
				return faults.Answer{Status: w.Code, Body: w.Body.String()}
			},
		})
		defer srv.Close()
		r := inside{transport: srv.Transport(), dir: t.TempDir()}
		test(t, func(args string) (int, string, string) {
			return r.run(t.Context(), t, append(strings.Fields(strings.ReplaceAll(args, "DIR", r.dir)), "--url", srv.URL)...)
		})
	})
}

// TestAuditFollowOutage: an outage is reported once and no event is left out; a session
// that is no longer accepted ends the command with its status.
func TestAuditFollowOutage(t *testing.T) {
	answers := []string{ // of one request each
		`{"logs":[{"name":"first","timestamp":"AT"}]}`, `{"logs":[]}`,
		"", "", "", "", // two rounds, each with a retry
		`{"logs":[{"name":"second","timestamp":"AT"},{"name":"first","timestamp":"AT"}]}`, `{"logs":[]}`,
	}
	asked, at := 0, ""
	inBubble(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		switch {
		case asked > len(answers):
			w.WriteHeader(http.StatusUnauthorized)
		case answers[asked-1] == "":
			w.WriteHeader(http.StatusBadGateway)
		default:
			fmt.Fprint(w, strings.ReplaceAll(answers[asked-1], "AT", at))
		}
	}, func(t *testing.T, hubctl func(string) (int, string, string)) {
		at = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		status, stdout, stderr := hubctl("audit follow --org acme --interval 2s --since 1h --retries 1 --columns name")
		if status != 4 || stdout != "NAME\nfirst\nsecond\n" {
			t.Errorf("exit status %d, printed %q", status, stdout)
		}
		want := regexp.MustCompile(`^hubctl: .*\(1 of 1\)\nhubctl: .*502\); retrying\nhubctl: reading the audit log again\nhubctl: Unauthorized .*401\)\n(hint: .*\n)?$`)
		if !want.MatchString(stderr) {
			t.Errorf("said %q", stderr)
		}
	})
}

// TestAuditFollowSession: a session that ends while a page is read is renewed, and a
// server that fails at that does not end the command; no event is left out or printed
// twice.
func TestAuditFollowSession(t *testing.T) {
	s := &shortSession{}
	inBubble(t, s.ServeHTTP, func(t *testing.T, hubctl func(string) (int, string, string)) {
		s.start = time.Now().Add(-5 * time.Minute)
		const shared = " --org acme -o ndjson --state DIR/state --user ada --token dckr_pat_0123456789"
		status, followed, said := hubctl("audit follow --interval 2s --since 1h --limit 7" + shared)
		s.over = true
		again, exported, more := hubctl("audit export" + shared)
		if status != 0 || again != 0 {
			t.Errorf("exit status %d, %d: %s%s", status, again, said, more)
		}
		for i, name := range s.names {
			if n := strings.Count(followed+exported, fmt.Sprintf("%q", name)); n != 1 {
				t.Errorf("event %d is printed %d times", i, n)
			}
		}
		if s.bought < 5 || strings.Count(said, "; retrying") != 1 || strings.Count(said, "reading the audit log again") != 1 {
			t.Errorf("bought %d sessions, and said %s", s.bought, said)
		}
	})
}
