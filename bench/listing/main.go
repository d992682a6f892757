// Command listing measures long listings against a local server: one call
// compared with curl, 10,000 tags at 50 ms per request compared with a client that
// reads one page at a time, and, where the system reports it, the memory that
// 100,000 audit events take. Run it at the top of the repository:
//
//	go run ./bench/listing
//
// It prints ratios but does not judge them: the goals are a quarter of the
// sequential client's time, 30 MB for the events as ndjson, and 100 MB as a table.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hubctl/hubctl/bench/program"
)

const (
	tags, events = 10_000, 100_000
	pageSize     = 100
	delay        = 50 * time.Millisecond
)

func main() {
	if err := program.Measure(measure); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(dir string, hubctl program.Program) error {
	h := &hub{}
	srv := httptest.NewServer(h)
	defer srv.Close()
	run := func(args ...string) *exec.Cmd {
		return hubctl.Command(dir, []string{"HUBCTL_URL=" + srv.URL, "HUBCTL_TOKEN=a.b.c"}, args...)
	}
	if err := oneCall(run, srv.URL); err != nil {
		return err
	}
	if err := manyPages(run, srv.URL); err != nil {
		return err
	}
	if err := firstRow(run("audit", "list", "--org", "acme", "--limit", "0", "-o", "ndjson"), h); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"audit", "list", "--org", "acme", "--limit", "100", "-o", "ndjson"},
		{"audit", "list", "--org", "acme", "--limit", "0", "-o", "ndjson"},
		{"audit", "list", "--org", "acme", "--limit", "0", "-o", "json"},
		{"audit", "list", "--org", "acme", "--limit", "0", "-o", "csv"},
		{"audit", "list", "--org", "acme", "--limit", "0", "-o", "table"},
	} {
		cmd := run(args...)
		t, err := program.Run(cmd)
		if err != nil {
			return fmt.Errorf("%q: %w", args, err)
		}
		memory, err := program.Resident(cmd.ProcessState)
		if err != nil {
			return err
		}
		fmt.Printf("%-48s %5.1f MB resident, %4.0f ms of CPU\n", strings.Join(args, " "), memory, program.Milliseconds(t.CPU))
	}
	return nil
}

// oneCall compares hubctl and curl printing a small answer.
func oneCall(run func(...string) *exec.Cmd, url string) error {
	curl, _ := exec.LookPath("curl")
	if curl == "" {
		fmt.Println("one call: skipped, curl is not installed")
		return nil
	}
	const n = 100
	var times [2][]program.Time
	for range n {
		direct := exec.Command(curl, "-sS", "-H", "Authorization: Bearer a.b.c", url+"/v2/user/")
		for i, cmd := range []*exec.Cmd{direct, run("raw", "GET", "/v2/user/")} {
			t, err := program.Run(cmd)
			if err != nil {
				return err
			}
			times[i] = append(times[i], t)
		}
	}
	a, b := program.Median(times[0]), program.Median(times[1])
	fmt.Printf("one call, medians of %d: curl %.1f ms, hubctl raw %.1f ms, ratio %.2f\n", n,
		program.Milliseconds(a.Wall), program.Milliseconds(b.Wall), float64(b.Wall)/float64(a.Wall))
	return nil
}

// manyPages reads a listing of many pages from a slow server.
func manyPages(run func(...string) *exec.Cmd, url string) error {
	start := time.Now()
	n, err := sequential(url + "/v2/namespaces/ada/repositories/app/tags?page_size=" + strconv.Itoa(pageSize))
	if err != nil || n != tags {
		return fmt.Errorf("the sequential client: %d tags, %w", n, err)
	}
	one := time.Since(start)
	for _, concurrency := range []string{"1", "6"} {
		cmd := run("tags", "list", "ada/app", "--limit", "0", "-o", "ndjson", "--concurrency", concurrency)
		var lines lines
		cmd.Stdout = &lines
		t, err := program.Run(cmd)
		if err != nil || lines != tags {
			return fmt.Errorf("hubctl: %d tags, %w", lines, err)
		}
		fmt.Printf("%d tags at %s per request: sequential client %.2f s, hubctl --concurrency %s %.2f s, ratio %.2f\n",
			tags, delay, one.Seconds(), concurrency, t.Wall.Seconds(), t.Wall.Seconds()/one.Seconds())
	}
	return nil
}

// lines counts the lines written to it.
type lines int

func (l *lines) Write(p []byte) (int, error) {
	*l += lines(strings.Count(string(p), "\n"))
	return len(p), nil
}

// sequential reads the pages one at a time and counts the rows.
func sequential(url string) (rows int, err error) {
	for url != "" {
		resp, err := http.Get(url)
		if err != nil {
			return rows, err
		}
		var page struct {
			Next    string            `json:"next"`
			Results []json.RawMessage `json:"results"`
		}
		err = json.NewDecoder(resp.Body).Decode(&page)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			return rows, err
		}
		rows += len(page.Results)
		url = page.Next
	}
	return rows, nil
}

// firstRow reports how many pages were requested before the first row was printed.
func firstRow(cmd *exec.Cmd, h *hub) error {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	h.asked.Store(0)
	h.held.Store(true)
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = io.ReadFull(out, make([]byte, 1))
	fmt.Printf("first row printed after %d page\n", h.asked.Load())
	h.held.Store(false)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	return err
}

// A hub answers as the Hub does: tags have a count and a next URL, audit logs have
// neither.
type hub struct {
	asked atomic.Int64
	held  atomic.Bool // answer the first page only
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page")) // 0 = the first
	page = max(page, 1)
	for page > 1 && h.held.Load() {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(time.Millisecond):
		}
	}
	h.asked.Add(1)
	var b strings.Builder
	rows := func(total int, row string) {
		for i := (page - 1) * pageSize; i < min(page*pageSize, total); i++ {
			if i%pageSize > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, row, i)
		}
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/tags"):
		time.Sleep(delay)
		next := "null"
		if page*pageSize < tags {
			next = fmt.Sprintf(`"http://%s%s?page=%d&page_size=%d"`, r.Host, r.URL.Path, page+1, pageSize)
		}
		fmt.Fprintf(&b, `{"count":%d,"next":%s,"results":[`, tags, next)
		rows(tags, `{"name":"1.%d","full_size":54321,"last_updated":"2026-01-02T03:04:05.678Z","tag_status":"active",`+
			`"images":[{"architecture":"amd64","os":"linux","size":54321,"digest":"sha256:00"}]}`)
		b.WriteString("]}")
	case strings.HasPrefix(r.URL.Path, "/v2/auditlogs/"):
		b.WriteString(`{"logs":[`)
		rows(events, `{"account":"acme","action":"repo.tag.push","name":"acme/app","actor":"ada",`+
			`"data":{"digest":"sha256:0f343b0931126a20f133d67c2b018a3b","tag":"1.%d"},`+
			`"timestamp":"2026-01-02T03:04:05.678Z","action_description":"pushed the tag to the repository"}`)
		b.WriteString("]}")
	default:
		b.WriteString(`{"id":"0","username":"ada"}`)
	}
	_, _ = io.WriteString(w, b.String())
}
