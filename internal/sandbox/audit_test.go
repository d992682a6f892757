package sandbox

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

type auditAnswer struct {
	Logs []struct {
		Action, Name, Actor string
		Timestamp           time.Time
	}
}

func TestAudit(t *testing.T) {
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	read := func(path string) auditAnswer {
		t.Helper()
		return read[auditAnswer](t, ask(t, h, demo, "GET", path, ""))
	}
	for account, total := range map[string]int{"acme": 3600, "demo": 360} {
		last, n := noon, 0
		for page := 1; ; page++ {
			logs := read(fmt.Sprintf("/v2/auditlogs/%s?page_size=100&page=%d", account, page)).Logs
			for _, e := range logs {
				if e.Timestamp.After(last) || noon.Sub(e.Timestamp) > 91*day {
					t.Errorf("%s, page %d: %v after %s", account, page, e, last)
				}
				last = e.Timestamp
			}
			n += len(logs)
			if len(logs) < 100 {
				break
			}
		}
		if n != total {
			t.Errorf("%s has %d events, want %d", account, n, total)
		}
	}
	if n := len(read("/v2/auditlogs/acme").Logs); n != auditPage {
		t.Errorf("a page of %d", n)
	}
	for _, filter := range []string{"action=repo.tag.delete", "name=acme/monorepo", "actor=demo"} {
		first, second := read("/v2/auditlogs/acme?page_size=3&"+filter).Logs, read("/v2/auditlogs/acme?page_size=3&page=2&"+filter).Logs
		both := read("/v2/auditlogs/acme?page_size=6&" + filter).Logs
		if len(both) != 6 || !slices.Equal(both, append(first, second...)) {
			t.Errorf("%s: %v and %v, not %v", filter, first, second, both)
		}
		for _, e := range both {
			if !slices.Contains([]string{"action=" + e.Action, "name=" + e.Name, "actor=" + e.Actor}, filter) {
				t.Errorf("%s: %v", filter, e)
			}
		}
	}
	window := read("/v2/auditlogs/demo?page_size=100&from=2026-11-01T00:00:00Z&to=2026-11-10T00:00:00Z").Logs
	if len(window) != 9*4 {
		t.Errorf("%d events in nine days", len(window))
	}
	edge := window[4].Timestamp.Format(time.RFC3339Nano)
	if logs := read("/v2/auditlogs/demo?from=" + edge + "&to=" + edge).Logs; len(logs) != 1 {
		t.Errorf("%d events from %s to itself", len(logs), edge)
	}
	ask(t, h, demo, "GET", "/v2/auditlogs/acme?actor=nobody", "").want(t, 200, `{"logs":[]}`)
	ask(t, h, demo, "GET", "/v2/auditlogs/acme?from=yesterday", "").want(t, 400, `{"message":"invalid from: `)
	ask(t, h, demo, "GET", "/v2/auditlogs/demo/actions", "").want(t, 200, `{"actions":{"repo":{"actions":[{"name":"create",`)
}

// TestAuditGrows: new events appear at their time, even when the log has grown past it,
// and a day later the log is the same except at its ends.
func TestAuditGrows(t *testing.T) {
	now := noon
	h := New(Options{Now: func() time.Time { return now }})
	before := read[auditAnswer](t, ask(t, h, h.Session("demo"), "GET", "/v2/auditlogs/acme?page_size=50", "")).Logs
	ask(t, h, h.Session("demo"), "DELETE", "/v2/namespaces/acme/repositories/monorepo/tags/latest", "").want(t, 204, "")
	newest := read[auditAnswer](t, ask(t, h, h.Session("demo"), "GET", "/v2/auditlogs/acme", "")).Logs[0]
	if newest.Action != "repo.tag.delete" || !newest.Timestamp.Equal(noon) {
		t.Errorf("newest: %v", newest)
	}
	now = noon.Add(2 * day)
	after := read[auditAnswer](t, ask(t, h, h.Session("demo"), "GET", "/v2/auditlogs/acme?page_size=100", "")).Logs
	i := slices.Index(after, newest)
	if i < 0 || !after[i-1].Timestamp.After(noon) || !noon.After(after[i+1].Timestamp) {
		t.Fatalf("two days later the event is at %d", i)
	}
	if j := slices.Index(after, before[0]); j < i || !slices.Equal(after[j:], before[:100-j]) {
		t.Errorf("two days later the past has changed")
	}
	now = noon.Add(91 * day)
	if last := read[auditAnswer](t, ask(t, h, h.Session("demo"), "GET", "/v2/auditlogs/acme?action=repo.tag.delete&to=2026-11-30T00:00:00Z", "")).Logs; slices.Contains(last, newest) {
		t.Errorf("the event is there after %d days", 91)
	}
}
