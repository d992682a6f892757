package sandbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// RoundTrip answers r by calling the handler directly, without a socket. It streams the
// body, cancels the handler with the request, and returns a panic of the handler as
// an error.
func (h *Hub) RoundTrip(r *http.Request) (*http.Response, error) {
	return roundTrip(h, r)
}

func roundTrip(h http.Handler, r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	req := r.Clone(ctx)
	req.RemoteAddr = "127.0.0.1:0"
	req.RequestURI = r.URL.RequestURI()
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	if req.Host == "" {
		req.Host = r.URL.Host
	}
	if req.Body == nil {
		req.Body = http.NoBody
	}

	pr, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: pw, started: make(chan struct{})}
	stop := context.AfterFunc(ctx, func() { pw.CloseWithError(context.Cause(ctx)) })
	done := make(chan error, 1)
	go func() {
		defer req.Body.Close()
		defer func() {
			var err error
			if p := recover(); p != nil {
				err = fmt.Errorf("sandbox: panic: %v", p)
				done <- err
			} else {
				w.WriteHeader(http.StatusOK)
			}
			pw.CloseWithError(err) // nil at the end of the body
			stop()
		}()
		h.ServeHTTP(w, req)
	}()

	select {
	case <-w.started:
	case err := <-done:
		select {
		case <-w.started: // failed in the middle of the body
		default:
			cancel()
			return nil, err
		}
	case <-ctx.Done():
		cancel()
		return nil, context.Cause(r.Context())
	}

	resp := &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.sent,
		ContentLength: -1,
		Body:          &body{pr, cancel},
		Request:       r,
	}
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = n
	}
	if w.status == http.StatusNoContent {
		resp.ContentLength = 0
	}
	if r.Method == http.MethodHead {
		cancel()
		resp.Body = http.NoBody
	}
	return resp, nil
}

// A pipeWriter is an unbuffered ResponseWriter: its reader sees each write at once.
type pipeWriter struct {
	header, sent http.Header
	status       int
	body         *io.PipeWriter
	once         sync.Once
	started      chan struct{}
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if status < 200 {
		return
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.started)
	})
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush does nothing: writes are not buffered.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

// A body stops the handler when it is closed.
type body struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b *body) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
