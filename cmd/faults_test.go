package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hubctl/hubctl/internal/faults"
)

// wells are the responses without a fault, by the start of "METHOD URI": the first
// match counts.
var wells = []struct {
	request string
	faults.Answer
}{
	{"POST /v2/access-tokens", faults.Answer{Status: 200, Body: `{"uuid":"new","token":"dckr_pat_new"}`}},
	{"POST /v2/auth/token", faults.Answer{Status: 200, Body: `{"access_token":"new.bearer.jwt"}`}},
	{"GET /v2/access-tokens?page=2", faults.Answer{Status: 200, Body: `{"count":2,"next":null,"results":[{"uuid":"b"}]}`}},
	{"GET /v2/access-tokens?", faults.Answer{Status: 200, Body: `{"count":2,"next":"/v2/access-tokens?page=2&page_size=100","results":[{"uuid":"a"}]}`}},
	{"DELETE ", faults.Answer{Status: 204}},
	{"GET /v2/namespaces/acme/repositories/api/tags?", faults.Answer{Status: 200, Body: `{"count":2,"next":null,"results":[{"name":"new","digest":"d2","tag_last_pushed":"2026-01-02T00:00:00Z"},{"name":"old","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}]}`}},
	{"GET /v2/namespaces/acme/repositories/api/tags/old", faults.Answer{Status: 200, Body: `{"name":"old","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}`}},
	{"GET /v2/namespaces/acme/repositories/api", faults.Answer{Status: 200, Body: `{"namespace":"acme","name":"api","full_description":"# API\n"}`}},
	{"GET /v2/orgs/acme/settings", faults.Answer{Status: 200, Body: `{"restricted_images":{"enabled":false,"allow_official_images":true},"other":1}`}},
	{"GET /v2/scim/2.0/Users/u", faults.Answer{Status: 200, Body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u","userName":"ada@acme.example","active":true}`}},
	{"GET /v2/orgs/acme/members?", faults.Answer{Status: 200, Body: `{"count":2,"next":null,"results":[{"username":"bob","role":"Editor","groups":["dev"]},{"username":"own","role":"Owner"}]}`}},
	{"GET /v2/orgs/acme/invites", faults.Answer{Status: 200, Body: `{"data":[{"id":"i","invitee":"bob"}]}`}},
	{"GET /v2/orgs/acme/access-tokens?", faults.Answer{Status: 200, Body: `{"count":0,"next":null,"results":[]}`}},
	{"POST /v2/invites/bulk", faults.Answer{Status: 200, Body: `{"invitees":{"invitees":[{"invitee":"ada","status":"invited"},{"invitee":"bob@example.com","status":"invited"}]}}`}},
	{"", faults.Answer{Status: 200, Body: `{"uuid":"a","token":"dckr_pat_new"}`}},
}

func well(r *http.Request) faults.Answer {
	if strings.HasPrefix(r.URL.Path, "/v2/auditlogs/") {
		return faults.Answer{Status: 200, Body: auditPage(r.URL.Query())}
	}
	for _, w := range wells {
		if strings.HasPrefix(r.Method+" "+r.URL.RequestURI(), w.request) {
			return w.Answer
		}
	}
	panic("the last entry matches everything")
}

// auditPage returns a page of an audit log with an event every quarter of an hour,
// newest first.
func auditPage(q url.Values) string {
	from, _ := time.Parse(time.RFC3339, q.Get("from"))
	to, _ := time.Parse(time.RFC3339, q.Get("to"))
	page, size := 1, 10
	_, _ = fmt.Sscan(q.Get("page"), &page)
	_, _ = fmt.Sscan(q.Get("page_size"), &size)
	const often = 15 * time.Minute
	at := to.Add(-time.Nanosecond).Truncate(often).Add(-time.Duration((page-1)*size) * often)
	var logs []string
	for ; len(logs) < size && !at.Before(from); at = at.Add(-often) {
		logs = append(logs, fmt.Sprintf(`{"timestamp":%q}`, at.Format(time.RFC3339)))
	}
	return `{"logs":[` + strings.Join(logs, ",") + `]}`
}

// faultCases are the commands that are run with every fault, one for each finisher
// and some special ones, and their affected requests.
var faultCases = []struct {
	name    string
	at      string // start of the affected requests; "" = all
	command string
	streams bool // output before the fault is streamed
	items   bool // each of several items has a message
	input   string
	never   string // pattern of requests that a failing command must not have sent
}{
	{name: "list", command: "tokens list -o json"},
	{name: "page 2", at: "GET /v2/access-tokens?page=2", command: "tokens list -o ndjson", streams: true},
	{name: "get", command: "tokens get " + tokenA + " -o ndjson"},
	{name: "patch", command: "tokens patch " + tokenA + " --label x"},
	{name: "create", command: "tokens create --label x --scope repo:read -q"},
	{name: "delete", command: "tokens delete " + tokenA + " " + tokenB + " --yes", items: true},
	{name: "add", command: "teams members add dev ada bob --org acme", items: true},
	{name: "raw", command: "raw /v2/access-tokens/a", streams: true},
	{name: "raw pages", command: "raw /v2/access-tokens?page_size=100 --paginate"},
	{name: "raw POST", command: "raw POST /v2/access-tokens --empty", streams: true},
	{name: "login", command: "login -U ada --password-stdin --store none"},
	{name: "prune: plan", at: "GET ", command: "tags prune acme/api --drop ^old$ --yes"},
	{name: "prune: delete", at: "DELETE ", command: "tags prune acme/api --drop ^old$ --yes", items: true},

	{name: "settings: read", at: "GET ", command: "orgs settings patch --org acme --restricted-images", never: "^PUT "},
	{name: "settings: write", at: "PUT ", command: "orgs settings patch --org acme --restricted-images"},
	{name: "scim: read", at: "GET ", command: "scim users patch u --active=false", never: "^PUT "},
	{name: "rotate", at: "POST /v2/access-tokens", command: "tokens rotate a --yes", never: "^(DELETE|PATCH) /v2/access-tokens/a"},
	{name: "offboard: plan", at: "GET /v2/orgs/acme/members", command: "members offboard bob --org acme --yes --concurrency 1", items: true, never: "^DELETE /v2/orgs/acme/(groups|members)/"},
	{name: "offboard: delete", at: "DELETE ", command: "members offboard bob --org acme --yes --concurrency 1", items: true},
	{name: "invites", at: "POST ", command: "invites create - --org acme", input: "invitee\nada\nbob@example.com\n", items: true},
	{name: "audit page 2", at: "GET /v2/auditlogs/acme?from=2026-01-01T23%3A59%3A59Z&page=2", command: "audit export --org acme --since 2026-01-01 --until 2026-01-06 --state state --concurrency 1", streams: true},
	{name: "readme: write", at: "PATCH ", command: "repos readme set acme/api - --description x", input: "# API\n"},
	{name: "readme: verify", at: "GET ", command: "repos readme set acme/api - --description x", input: "# API\n"},
}

// telling are the faults whose messages are recorded, as examples for all faults.
var telling = []string{
	"never answers", "the body is cut off", "429 in an hour", "502 in HTML", "404 in SCIM", "HTML", "204", "an empty list",
	"an empty object", "redirects to another origin",
}

// TestFaults runs every command with every fault, which also affects one retry.
// testdata/faults.golden has the exit statuses, how often a request was sent, and
// the messages; the rest is checked here.
func TestFaults(t *testing.T) {
	t.Parallel()
	all, dir := faults.All(1), t.TempDir()
	cells := make([][]string, len(all))
	said := make([][]string, len(all))
	t.Run("run", func(t *testing.T) {
		for i, f := range all {
			cells[i], said[i] = make([]string, len(faultCases)), make([]string, len(faultCases))
			for j, b := range faultCases {
				if f.Heavy && b.name != "list" {
					cells[i][j] = "."
					continue
				}
				t.Run(f.Name+"/"+b.name, func(t *testing.T) {
					t.Parallel()
					faults.Run(t, func(t *testing.T) { cells[i][j], said[i][j] = runFault(t, f, j, filepath.Join(dir, fmt.Sprint(i, j))) })
				})
			}
		}
	})
	var got bytes.Buffer
	const half = 13 // of the columns: a page of them
	for part := range slices.Chunk(faultCases, half) {
		w := tabwriter.NewWriter(&got, 0, 0, 2, ' ', 0)
		fmt.Fprint(w, "exit status x requests")
		for _, b := range part {
			fmt.Fprint(w, "\t", b.name)
		}
		for i, f := range all {
			fmt.Fprint(w, "\n", f.Name, "\t", strings.Join(cells[i][:len(part)], "\t"))
			cells[i] = cells[i][len(part):]
		}
		fmt.Fprint(w, "\n\n")
		_ = w.Flush()
	}
	for j, b := range faultCases {
		whole := b.name == "get" || b.name == "patch"
		if j < half && !whole {
			continue
		}
		fmt.Fprintf(&got, "hubctl %s (%s)\n", b.command, b.name)
		for i, f := range all {
			if said[i][j] != "" && (whole || slices.Contains(telling, f.Name)) {
				fmt.Fprintf(&got, "\n  %s\n%s", f.Name, said[i][j])
			}
		}
		fmt.Fprint(&got, "\n")
	}
	golden := filepath.Join("testdata", "faults.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wants := strings.Split(strings.ReplaceAll(string(want), "\r\n", "\n"), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(wants) || line != wants[i] {
			t.Errorf("line %d is\n%q, not as in %s", i+1, line, golden)
		}
	}
}

var (
	waits   = regexp.MustCompile(`retrying in \d+(\.\d+)?m?s`)
	forHost = regexp.MustCompile(`127\.0\.0\.1:\d+(->127\.0\.0\.1:\d+)?`)
	clock   = regexp.MustCompile(`(wait )?\w+ \(until [\d:]+\)`)
)

// runFault runs a command with a fault, and checks the rules for all of them. dir need
// not exist.
func runFault(t *testing.T, f faults.Fault, j int, dir string) (cell, told string) {
	t.Helper()
	b := faultCases[j]
	srv := faults.New(faults.Plan{Good: well, Fault: f, At: func(r *http.Request) bool {
		return strings.HasPrefix(r.Method+" "+r.URL.RequestURI(), b.at)
	}})
	defer srv.Close()
	r := inside{srv.Transport(), dir, b.input}
	args := append(strings.Fields(b.command), "--url", srv.URL, "--retries", "1", "--max-wait", "2s", "--timeout", f.Patience.String())
	if i := slices.Index(args, "state"); i >= 0 {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		args[i] = filepath.Join(dir, args[i])
	}
	secret := bearer
	if b.name == "login" {
		secret = "dckr_pat_" + randomText(8)
		r.stdin = secret + "\n"
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	status, stdout, stderr := r.run(ctx, t, args...)
	complain := func(format string, args ...any) {
		t.Errorf("%s\n%s", fmt.Sprintf(format, args...), stderr)
	}
	if ctx.Err() != nil {
		complain("hangs")
	}

	sent := 0
	for request, n := range srv.Asked() {
		sent = max(sent, n)
		method, _, _ := strings.Cut(request, " ")
		reads := method == http.MethodGet || method == http.MethodHead
		whole := f.Gateway && method != http.MethodPost
		if n > 1 && !reads && !whole && (!f.Undone || b.name == "login") {
			complain("sent %s %d times", request, n)
		}
	}
	for _, r := range srv.Strayed() {
		for k, v := range r.Header {
			if strings.Contains(strings.Join(v, ""), secret) || k == "Authorization" || k == "Cookie" {
				complain("%s went to another origin", k)
			}
		}
		if r.Method != http.MethodGet || r.ContentLength != 0 {
			complain("%s with %d bytes went to another origin", r.Method, r.ContentLength)
		}
	}

	messages := 0
	for line := range strings.Lines(stderr) {
		line = strings.TrimSuffix(line, "\n")
		notice := strings.Contains(line, "; retrying in ") || strings.HasPrefix(line, "hubctl: stopped: ") || strings.HasPrefix(line, "hubctl: deleted ") || strings.HasPrefix(line, "hubctl: added ")
		switch {
		case strings.HasPrefix(line, `{"error":`) && json.Valid([]byte(line)):
			messages++
		case strings.HasPrefix(line, "hubctl: ") && !notice:
			messages++
		case !strings.HasPrefix(line, "hubctl: ") && !strings.HasPrefix(line, "hint: "):
			complain("a line is forged: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' && r < 0xa0 || r == '\u202e' }) {
			complain("a line has control characters: %q", line)
		}
	}
	if status != 0 && messages != 1 && !b.items {
		complain("%d messages for one failure", messages)
	}
	if strings.Contains(stderr+stdout, "goroutine ") || strings.Contains(stdout+stderr, secret) {
		complain("shows internals: %s", stdout)
	}
	if status != 0 && stdout != "" && !b.streams {
		complain("failed, and printed %q", stdout)
	}
	if status != 0 && strings.Contains(stderr, "dckr_pat_new") {
		complain("shows the secret of a token")
	}
	if b.name == "audit page 2" && status != 0 {
		events := map[string]bool{}
		again, more, said := r.run(ctx, t, args...)
		if again != 0 {
			complain("cannot be resumed: exit status %d: %s", again, said)
		}
		for event := range strings.Lines(stdout + more) {
			if events[event] {
				complain("printed %s twice", event)
			}
			events[event] = true
		}
		if len(events) != 6*24*4 {
			complain("lost events: got %d", len(events))
		}
	}
	if b.name == "list" && status == 0 && !json.Valid([]byte(stdout)) {
		complain("printed %q", stdout)
	}
	for _, request := range srv.Got() {
		if status != 0 && b.never != "" && regexp.MustCompile(b.never).MatchString(request) {
			complain("failed, and sent %s", request)
		}
	}
	text := waits.ReplaceAllString(stderr, "retrying in N s")
	text = forHost.ReplaceAllString(text, "HOST")
	return fmt.Sprintf("%dx%d", status, sent), clock.ReplaceAllString(text, "${1}N s (until TIME)")
}
