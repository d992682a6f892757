// Command concurrency measures how much faster commands of many requests are with
// the default --concurrency than with --concurrency 1, against a local server that
// takes 50 ms for each request: listing 10,000 tags, pruning 1,000 tags, reviewing
// the access to 100 repositories, exporting 10,000 audit events, and exporting the
// sandbox's organization. Run it at the top of the repository:
//
//	go run ./bench/concurrency
//
// It prints ratios but does not judge them: the goal is a quarter for each.
package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/bench/program"
	"github.com/hubctl/hubctl/internal/sandbox"
)

const (
	listed, pruned = 10_000, 1_000 // tags
	repositories   = 100
	events         = 10_000 // in the last 90 days
	pageSize       = 100
	delay          = 50 * time.Millisecond
)

// works are the commands, and how many lines each prints on standard output.
var works = []struct {
	what, args string
	lines      int
}{
	{"10,000 tags listed", "tags list ada/listed -o ndjson", listed},
	{"1,000 tags pruned", "tags prune ada/pruned --drop . --allow-empty --yes -o ndjson", pruned},
	{"access to 100 repositories", "repos access --namespace acme -o ndjson", 3 * repositories},
	{"10,000 audit events exported", "audit export --org acme", events},
	{"an organization exported", exportSandbox, 1},
}

// exportSandbox runs against the sandbox: 250 repositories, 7 teams and 107 members.
const exportSandbox = "orgs export --org acme --jq .organization"

func main() {
	if err := program.Measure(measure); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(dir string, hubctl program.Program) error {
	srv := httptest.NewServer(hub{time.Now().UTC().Truncate(time.Second)})
	defer srv.Close()
	demo := sandbox.New(sandbox.Options{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		demo.ServeHTTP(w, r)
	}))
	defer slow.Close()
	for _, w := range works {
		env := []string{"HUBCTL_URL=" + srv.URL, "HUBCTL_TOKEN=a.b.c"}
		if w.args == exportSandbox {
			env = []string{"HUBCTL_URL=" + slow.URL, "HUBCTL_TOKEN=" + demo.Session(sandbox.DemoUser)}
		}
		var took [2]time.Duration
		for i, concurrency := range []string{"1", "6"} {
			args := append(strings.Fields(w.args), "--concurrency", concurrency)
			t, err := run(hubctl.Command(dir, env, args...), w.lines)
			if err != nil {
				return fmt.Errorf("%s: %w", w.what, err)
			}
			took[i] = t
		}
		fmt.Printf("%-30s --concurrency 1 %6.2f s, 6 %6.2f s, ratio %.2f\n",
			w.what, took[0].Seconds(), took[1].Seconds(), float64(took[1])/float64(took[0]))
	}
	return nil
}

// run runs a command, which must print this many lines.
func run(cmd *exec.Cmd, lines int) (time.Duration, error) {
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	t, err := program.Run(cmd)
	if n := strings.Count(out.String(), "\n"); err == nil && n != lines {
		err = fmt.Errorf("%d lines instead of %d", n, lines)
	}
	if err != nil {
		err = errors.Join(err, errors.New(said.String()))
	}
	return t.Wall, err
}

// A hub answers as the Hub does, slowly.
type hub struct{ now time.Time }

func (h hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(delay)
	var answer string
	switch path := strings.TrimSuffix(r.URL.Path, "/"); {
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
		return
	case strings.HasPrefix(path, "/v2/auditlogs/"):
		answer = h.logs(r)
	case strings.HasSuffix(path, "/groups"):
		answer = `{"count":1,"next":null,"results":[{"group_name":"dev","group_id":1,"permission":"write"}]}`
	case strings.HasSuffix(path, "/listed/tags"):
		answer = page(r, listed, tag)
	case strings.HasSuffix(path, "/pruned/tags"):
		answer = page(r, pruned, tag)
	case strings.Contains(path, "/tags/"):
		answer = tag(last(path))
	case strings.HasSuffix(path, "/repositories"):
		answer = page(r, repositories, func(i int) string {
			return fmt.Sprintf(`{"namespace":"acme","name":"app-%d","is_private":true}`, i)
		})
	default:
		answer = `{"namespace":"ada","name":"pruned"}`
	}
	_, _ = io.WriteString(w, answer)
}

// last is the number at the end of a path.
func last(path string) int {
	n, _ := strconv.Atoi(path[strings.LastIndexByte(path, '.')+1:])
	return n
}

func tag(i int) string {
	return fmt.Sprintf(`{"name":"1.%d","digest":"sha256:%064d",`+
		`"tag_last_pushed":"2026-01-02T03:04:05Z","full_size":54321}`, i, i)
}

// number is the number of the requested page, from 1.
func number(r *http.Request) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("page")) // 0 = the first
	return max(n, 1)
}

// page is a page of a listing with a count.
func page(r *http.Request, total int, row func(int) string) string {
	n := number(r)
	var rows []string
	for i := (n - 1) * pageSize; i < min(n*pageSize, total); i++ {
		rows = append(rows, row(i))
	}
	next := "null"
	if n*pageSize < total {
		next = fmt.Sprintf(`"http://%s%s?page=%d&page_size=%d"`, r.Host, r.URL.Path, n+1, pageSize)
	}
	return fmt.Sprintf(`{"count":%d,"next":%s,"results":[%s]}`, total, next, strings.Join(rows, ","))
}

// logs is a page of an audit log, which has no count and starts with the newest event.
func (h hub) logs(r *http.Request) string {
	const often = 90 * 24 * time.Hour / events
	from, _ := time.Parse(time.RFC3339, r.URL.Query().Get("from"))
	to, _ := time.Parse(time.RFC3339, r.URL.Query().Get("to"))
	var rows []string
	skip := (number(r) - 1) * pageSize
	for i := range events {
		at := h.now.Add(-often/2 - time.Duration(i)*often)
		if at.Before(from) || !at.Before(to) {
			continue
		}
		if skip--; skip < 0 && len(rows) < pageSize {
			rows = append(rows, fmt.Sprintf(`{"timestamp":%q,"action":"repo.tag.push","name":"acme/app","data":{"tag":"1.%d"}}`,
				at.Format(time.RFC3339Nano), i))
		}
	}
	return `{"logs":[` + strings.Join(rows, ",") + `]}`
}
