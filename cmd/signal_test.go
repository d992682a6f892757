//go:build unix

package cmd

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
)

// A held server answers each request only when the test lets it.
type held struct {
	*httptest.Server
	asked  chan string // gets "METHOD PATH" of each request
	answer chan string // the body to answer with; "hang" waits for the client to go
}

func newHeld(t *testing.T) *held {
	t.Helper()
	h := &held{asked: make(chan string), answer: make(chan string)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked <- r.Method + " " + r.URL.Path
		body := <-h.answer
		if body == "hang" {
			<-r.Context().Done()
			return
		}
		if body == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *held) expect(t *testing.T, want string) {
	t.Helper()
	if got := <-h.asked; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

// TestInterrupt: a signal ends a request under way, with its own exit status
// and one line.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		h := newHeld(t)
		cmd, stdout, stderr := hubctl(t, h.URL, "tokens", "list", "-o", "json")
		start(t, cmd)
		h.expect(t, "GET /v2/access-tokens")
		h.answer <- "hang"
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		ends(t, cmd, status)
		if stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%v: printed %q and %q", sig, stdout, stderr)
		}
	}
}

// TestInterruptedDelete: what was done is said, and what was not is not tried.
func TestInterruptedDelete(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	cmd, _, stderr := hubctl(t, h.URL, "tokens", "delete", "a", "b", "c", "--yes")
	start(t, cmd)
	h.expect(t, "DELETE /v2/access-tokens/a")
	h.answer <- ""
	h.expect(t, "DELETE /v2/access-tokens/b")
	h.answer <- "hang"
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ends(t, cmd, 130)
	for _, want := range []string{"deleted a\n", "hubctl: interrupted\n", "b: ", "c: not tried", "1 done, 2 failed"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in:\n%s", want, stderr)
		}
	}
}

// TestInterruptedCreate: an interrupt between the request and the printed
// secret changes nothing.
func TestInterruptedCreate(t *testing.T) {
	t.Parallel()
	h := newHeld(t)
	cmd, stdout, _ := hubctl(t, h.URL, "tokens", "create", "-q", "--label", "x", "--scope", "repo:read")
	start(t, cmd)
	h.expect(t, "POST /v2/access-tokens")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	h.answer <- `{"uuid":"u","token":"dckr_pat_kept"}`
	ends(t, cmd, 0)
	if stdout.String() != "dckr_pat_kept\n" {
		t.Errorf("printed %q", stdout)
	}
}

// TestClosedPipe: a reader that goes away is no failure, and no page is asked
// for beyond it.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "json", "ndjson", "csv", "yaml"} {
		var asked int
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			next := "null"
			if r.URL.Query().Get("page") == "" {
				next = `"/v2/access-tokens?page=2"`
			}
			fmt.Fprintf(w, `{"next":%s,"results":[{"uuid":"a"},{"uuid":"b"}]}`, next)
		}))
		cmd, _, stderr := hubctl(t, srv.URL, "tokens", "list", "-o", format)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = w
		_ = r.Close()
		start(t, cmd)
		_ = w.Close()
		ends(t, cmd, 0)
		srv.Close()
		if stderr.Len() > 0 {
			t.Errorf("%s: said %q", format, stderr)
		}
		if streams := format == "ndjson" || format == "csv"; streams && asked != 1 {
			t.Errorf("%s: asked for %d pages, want 1", format, asked)
		}
	}
}
