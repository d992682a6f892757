package cmd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
)

// chosen are the statuses of recorded errors without one, with the reason.
var chosen = map[string]int{
	"POST /v2/users/login with OAT (Feb 2025)":     401, // a refused login
	"org member API without rights (2024-08)":      403, // "You don't have permission"
	"create PAT with scopes on a free plan (2022)": 403, // "not allowed … with your current plan"
}

// TestRecordedErrors checks the message, hint and exit status for every error
// recorded from the real Hub. The golden table is the contract; -update rewrites it
// from the recorded errors.
func TestRecordedErrors(t *testing.T) {
	t.Parallel()
	file := os.Getenv("HUBCTL_API_ERRORS")
	if file == "" {
		t.Skip("HUBCTL_API_ERRORS does not name the file of recorded errors")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		Status   any
		Where    string
		Body     json.RawMessage
		BodyText string `json:"body_text"`
		Message  string
	}
	if err := json.Unmarshal(b, &recorded); err != nil {
		t.Fatal(err)
	}
	if len(recorded) < 29 {
		t.Fatalf("%d recorded errors, want at least 29", len(recorded))
	}
	request := regexp.MustCompile(`\b(GET|POST|PUT|PATCH|DELETE)\b(?: (/v2/[\w/-]*[\w-]))?`)
	a := &cli.App{IO: &terminal.Streams{}, Hints: hints(), Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	c, err := dockerhub.New(dockerhub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for i, r := range recorded {
		status, err := strconv.Atoi(fmt.Sprint(r.Status))
		note := ""
		if err != nil {
			if status = chosen[r.Where]; status == 0 {
				t.Fatalf("no status was recorded for %q, and none chosen", r.Where)
			}
			note = " (chosen)"
		}
		body := string(r.Body)
		switch {
		case r.BodyText != "":
			body = r.BodyText
		case r.Message != "":
			body = string(cli.MustJSON(map[string]any{"message": r.Message, "errinfo": map[string]any{}}))
		}
		method, path := "GET", "/v2/path"
		if m := request.FindStringSubmatch(r.Where); m != nil {
			method, path = m[1], cmp.Or(m[2], path)
		}
		answer := c.ReadError(&http.Response{
			StatusCode: status, Status: strconv.Itoa(status), Header: http.Header{"Retry-After": {"60"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: &http.Request{Method: method, URL: &url.URL{Path: path}},
		})
		hint := cli.Hint(a, answer)
		if hint == "" {
			t.Errorf("no hint for %q", r.Where)
		}
		fmt.Fprintf(&got, "%d. %s\n   status   %d%s\n   message  %s\n   hint     %s\n   exit     %d\n",
			i+1, r.Where, status, note, answer, hint, cli.ExitStatus(answer))
	}
	golden(t, "testdata/errors.golden", got.String())
}

// TestHintTable checks that every hint has a status or a path. With only a text, it
// could contradict the message.
func TestHintTable(t *testing.T) {
	t.Parallel()
	for _, h := range hints().Answers {
		if h.Status == 0 && h.Path == "" || h.Hint == "" || h.Text != strings.ToLower(h.Text) {
			t.Errorf("%+v", h)
		}
	}
}

// golden compares got with a file, or rewrites the file under -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date; run go test ./cmd -update and review the change\ngot:\n%s", file, got)
	}
}
