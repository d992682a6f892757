package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hubctl/hubctl/internal/faults"
)

// wells are what is answered when nothing goes wrong, by the start of "METHOD
// URI": the first that fits counts.
var wells = []struct {
	request string
	faults.Answer
}{
	{"POST /v2/auth/token", faults.Answer{Status: 200, Body: `{"access_token":"new.bearer.jwt"}`}},
	{"GET /v2/access-tokens?page=2", faults.Answer{Status: 200, Body: `{"count":2,"next":null,"results":[{"uuid":"b"}]}`}},
	{"GET /v2/access-tokens?", faults.Answer{Status: 200, Body: `{"count":2,"next":"/v2/access-tokens?page=2&page_size=100","results":[{"uuid":"a"}]}`}},
	{"DELETE ", faults.Answer{Status: 204}},
	{"GET /v2/namespaces/acme/repositories/api/tags?", faults.Answer{Status: 200, Body: `{"count":2,"next":null,"results":[{"name":"new","digest":"d2","tag_last_pushed":"2026-01-02T00:00:00Z"},{"name":"old","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}]}`}},
	{"GET /v2/namespaces/acme/repositories/api/tags/old", faults.Answer{Status: 200, Body: `{"name":"old","digest":"d1","tag_last_pushed":"2026-01-01T00:00:00Z"}`}},
	{"GET /v2/namespaces/acme/repositories/api", faults.Answer{Status: 200, Body: `{"namespace":"acme","name":"api"}`}},
	{"", faults.Answer{Status: 200, Body: `{"uuid":"a","token":"dckr_pat_new"}`}},
}

func well(r *http.Request) faults.Answer {
	for _, w := range wells {
		if strings.HasPrefix(r.Method+" "+r.URL.RequestURI(), w.request) {
			return w.Answer
		}
	}
	panic("the last fits everything")
}

// befallen are the commands that every fault befalls, one of each finisher and
// the special ones, and the requests of theirs that it befalls.
var befallen = []struct {
	name    string
	at      string // how those requests start; "" = all
	command string
	streams bool // what came before the fault is printed as it came
	items   bool // each of several things has a message
}{
	{name: "list", command: "tokens list -o json"},
	{name: "page 2", at: "GET /v2/access-tokens?page=2", command: "tokens list -o ndjson", streams: true},
	{name: "get", command: "tokens get a -o ndjson"},
	{name: "patch", command: "tokens patch a --label x"},
	{name: "create", command: "tokens create --label x --scope repo:read -q"},
	{name: "delete", command: "tokens delete a b --yes", items: true},
	{name: "add", command: "teams members add dev ada bob --org acme", items: true},
	{name: "raw", command: "raw /v2/access-tokens/a", streams: true},
	{name: "raw pages", command: "raw /v2/access-tokens?page_size=100 --paginate"},
	{name: "raw POST", command: "raw POST /v2/access-tokens --empty", streams: true},
	{name: "login", command: "login -U ada --password-stdin --store none"},
	{name: "prune: plan", at: "GET ", command: "tags prune acme/api --drop ^old$ --yes"},
	{name: "prune: delete", at: "DELETE ", command: "tags prune acme/api --drop ^old$ --yes", items: true},
}

// TestFaults lets every fault befall every command, twice if it is tried
// again. testdata/faults.golden holds the exit statuses, how often a request
// was sent, and what a person is told; the rest is checked here.
func TestFaults(t *testing.T) {
	t.Parallel()
	all := faults.All()
	cells := make([][]string, len(all))
	said := make([][]string, len(all))
	sem := make(chan struct{}, 12) // most of the time is spent waiting
	var wg sync.WaitGroup
	for i, f := range all {
		cells[i], said[i] = make([]string, len(befallen)), make([]string, len(befallen))
		for j := range befallen {
			if f.Heavy && befallen[j].name != "list" {
				cells[i][j] = "."
				continue
			}
			wg.Go(func() {
				sem <- struct{}{}
				defer func() { <-sem }()
				cells[i][j], said[i][j] = befall(t, f, j)
			})
		}
	}
	wg.Wait()
	var got bytes.Buffer
	w := tabwriter.NewWriter(&got, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "exit status x requests")
	for _, b := range befallen {
		fmt.Fprint(w, "\t", b.name)
	}
	for i, f := range all {
		fmt.Fprint(w, "\n", f.Name, "\t", strings.Join(cells[i], "\t"))
	}
	fmt.Fprint(w, "\n")
	_ = w.Flush()
	for j, b := range befallen {
		if b.name != "get" && b.name != "patch" {
			continue
		}
		fmt.Fprintf(&got, "\nhubctl %s\n", b.command)
		for i, f := range all {
			if said[i][j] != "" {
				fmt.Fprintf(&got, "\n  %s\n%s", f.Name, said[i][j])
			}
		}
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
	waits   = regexp.MustCompile(`trying again in \d+(\.\d+)?m?s`)
	forHost = regexp.MustCompile(`127\.0\.0\.1:\d+(->127\.0\.0\.1:\d+)?`)
	clock   = regexp.MustCompile(`(wait )?\w+ \(until [\d:]+\)`)
)

// befall runs a command with a fault, and checks what holds for all of them.
func befall(t *testing.T, f faults.Fault, j int) (cell, told string) {
	t.Helper()
	b := befallen[j]
	srv := faults.New(faults.Plan{Good: well, Fault: f, At: func(r *http.Request) bool {
		return strings.HasPrefix(r.Method+" "+r.URL.RequestURI(), b.at)
	}})
	defer srv.Close()
	args := append(strings.Fields(b.command), "--retries", "1", "--max-wait", "2s", "--timeout", f.Patience.String())
	cmd, stdout, stderr := hubctl(t, srv.URL, args...)
	secret := bearer
	if b.name == "login" {
		secret = "dckr_pat_" + randomText(8)
		cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=")
		cmd.Stdin = strings.NewReader(secret + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return "", ""
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // the status says it all
	complain := func(format string, args ...any) {
		t.Errorf("%s, %s: %s\n%s", f.Name, b.name, fmt.Sprintf(format, args...), stderr)
	}
	if !stop() {
		complain("hangs")
	}
	status := cmd.ProcessState.ExitCode()

	sent := 0
	for request, n := range srv.Asked() {
		sent = max(sent, n)
		if reads := strings.HasPrefix(request, "GET ") || strings.HasPrefix(request, "HEAD "); n > 1 && !reads && (!f.Undone || b.name == "login") {
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
	for line := range strings.Lines(stderr.String()) {
		line = strings.TrimSuffix(line, "\n")
		notice := strings.Contains(line, "; trying again in ") || strings.HasPrefix(line, "hubctl: stopped: ") || strings.HasPrefix(line, "hubctl: deleted ") || strings.HasPrefix(line, "hubctl: added ")
		switch {
		case strings.HasPrefix(line, `{"error":`) && json.Valid([]byte(line)):
			messages++
		case strings.HasPrefix(line, "hubctl: ") && !notice:
			messages++
		case !strings.HasPrefix(line, "hubctl: ") && !strings.HasPrefix(line, "hint: "):
			complain("a line of it is forged: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' && r < 0xa0 || r == '\u202e' }) {
			complain("a line has control characters: %q", line)
		}
	}
	if status != 0 && messages != 1 && !b.items {
		complain("%d messages for one failure", messages)
	}
	if strings.Contains(stderr.String()+stdout.String(), "goroutine ") || strings.Contains(stdout.String()+stderr.String(), secret) {
		complain("shows what it should not: %s", stdout)
	}
	if status != 0 && stdout.Len() > 0 && !b.streams {
		complain("failed, and printed %q", stdout)
	}
	if b.name == "list" && status == 0 && !json.Valid(stdout.Bytes()) {
		complain("printed %q", stdout)
	}
	text := waits.ReplaceAllString(stderr.String(), "trying again in N s")
	text = forHost.ReplaceAllString(text, "HOST")
	return fmt.Sprintf("%dx%d", status, sent), clock.ReplaceAllString(text, "${1}N s (until TIME)")
}
