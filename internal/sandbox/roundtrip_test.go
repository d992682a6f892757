package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func request(t *testing.T, ctx context.Context) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", origin, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func roundTrip(h http.Handler, r *http.Request) (*http.Response, error) {
	return inside(h).RoundTrip(r)
}

func soon(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("never: " + what)
	}
}

func TestRoundTripStreams(t *testing.T) {
	proceed := make(chan struct{})
	resp, err := roundTrip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one")
		_ = http.NewResponseController(w).Flush()
		<-proceed
		_, _ = io.WriteString(w, "two")
	}), request(t, t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, part); err != nil || string(part) != "one" {
		t.Fatalf("%q, %v", part, err)
	}
	close(proceed)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "two" {
		t.Errorf("%q, %v", rest, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if resp.StatusCode != 200 || resp.Status != "200 OK" || resp.ContentLength != -1 || resp.Request == nil {
		t.Errorf("%+v", resp)
	}
}

func TestRoundTripCancelled(t *testing.T) {
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { time.Sleep(10 * time.Millisecond); cancel() }()
	_, err := roundTrip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(ended)
	}), request(t, ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("before the header: %v", err)
	}
	soon(t, ended, "the handler sees the cancellation")
	if _, err := New(Options{}).RoundTrip(request(t, ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("before the start: %v", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	written := make(chan struct{})
	resp, err := roundTrip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for err := error(nil); err == nil; {
			_, err = io.WriteString(w, "more")
		}
		close(written)
	}), request(t, ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	cancel()
	if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("in the body: %v", err)
	}
	soon(t, written, "the handler stops writing")
}

func TestRoundTripClosed(t *testing.T) {
	ended := make(chan struct{})
	resp, err := roundTrip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(201)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(ended)
	}), request(t, t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	soon(t, ended, "closing the body ends the handler")
}

// TestRoundTripPanics: a panic is the answer, or cuts it off.
func TestRoundTripPanics(t *testing.T) {
	early := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("early") })
	ask(t, inside(early), "", "GET", "/", "").want(t, 500, `{"message":"panic: early","errinfo":{}}`)

	resp, err := roundTrip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		panic("late")
	}), request(t, t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
}

type closing struct {
	io.Reader
	closed chan struct{}
}

func (c closing) Close() error { close(c.closed); return nil }

func TestRoundTripClosesTheRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 2 { // the second time with an expired context
		b := closing{strings.NewReader("{}"), make(chan struct{})}
		r := request(t, ctx)
		r.Body = b
		if resp, err := New(Options{}).RoundTrip(r); err == nil {
			resp.Body.Close()
		}
		soon(t, b.closed, "the request's body is closed")
		cancel()
	}
}

// TestServer: a real server gives the same answers.
func TestServer(t *testing.T) {
	h := New(Options{Now: at(noon)})
	srv := httptest.NewServer(h)
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL + "/v2/namespaces/library/repositories?page_size=2")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, _ := io.ReadAll(resp.Body)
	want := ask(t, h, "", "GET", "/v2/namespaces/library/repositories?page_size=2", "")
	if same := strings.ReplaceAll(want.body, origin, srv.URL); resp.StatusCode != 200 || string(got) != same {
		t.Errorf("%d %s\nwant %s", resp.StatusCode, got, same)
	}
	if resp.Header.Get("Content-Length") != want.header.Get("Content-Length") && len(got) == len(want.body) {
		t.Errorf("Content-Length: %s", resp.Header.Get("Content-Length"))
	}
}
