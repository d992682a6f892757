package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serveOnce starts a server with short timeouts and returns its address.
func serveOnce(t *testing.T, patience time.Duration) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(New(Options{}))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.IdleTimeout <= 0 {
		t.Errorf("a server without time limits: %v, %v, %v", s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout)
	}
	if patience > 0 {
		s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = patience, patience, patience
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func TestServerAnswersToThisMachineOnly(t *testing.T) {
	t.Parallel()
	address := serveOnce(t, 0)
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:9": 200, "hub.localhost": 200, "hub.localhost:80": 200, "localhost.": 200, "127.0.0.1": 200, "127.8.9.10:1": 200, "[::1]": 200, "[::1]:8080": 200,
		"evil.example": 421, "evil.example:80": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "notlocalhost": 421, ".": 421,
		"0.0.0.0": 421, "192.0.2.1": 421, "[::2]": 421, "2130706433": 421, "": 421,
	} {
		got, text := exchange(t, address, "GET /v2/namespaces/library/repositories HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if got != want || want == 421 && !strings.Contains(text, `{"message":"the sandbox only answers requests for localhost`) {
			t.Errorf("%q: %d %s", host, got, text)
		}
	}
	if got, _ := exchange(t, address, "GET http://evil.example/v2/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); got != 421 {
		t.Errorf("a whole URL of another host: %d", got)
	}
}

func TestServerLimitsBodies(t *testing.T) {
	t.Parallel()
	address := serveOnce(t, 0)
	const post = "POST /v2/users/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	if got, _ := exchange(t, address, fmt.Sprintf(post+"Content-Length: %d\r\n\r\n", 1<<40)); got != 413 {
		t.Errorf("a large Content-Length: %d", got)
	}
	long := strings.Repeat(" ", maxBody+1)
	if got, _ := exchange(t, address, fmt.Sprintf(post+"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(long), long)); got != 400 {
		t.Errorf("a large body in chunks: %d", got)
	}
}

// TestServerDoesNotWait has clients that send half a request, or nothing.
func TestServerDoesNotWait(t *testing.T) {
	t.Parallel()
	address := serveOnce(t, 200*time.Millisecond)
	for _, sent := range []string{
		"", "GET /v2/x HTTP/1.1\r\nHost: loc", "POST /v2/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
	} {
		conn := dial(t, address)
		_, _ = io.WriteString(conn, sent)
		if _, err := io.ReadAll(conn); err != nil { // ends when the server gives up
			t.Errorf("%q: %v", sent, err)
		}
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// exchange sends a raw request and returns the answer.
func exchange(t *testing.T, address, request string) (int, string) {
	t.Helper()
	conn := dial(t, address)
	go func() { _, _ = io.WriteString(conn, request) }() // an answer may come before everything is sent
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("%.60q: %v", request, err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}
