package hub

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/redact"
)

// logger logs each request in one line, and its headers and bodies if bodies is
// set. It runs below retry, so every attempt is logged.
type logger struct {
	next   http.RoundTripper
	log    func(string)
	bodies bool
}

func (t *logger) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	if t.bodies {
		t.headers("> ", req.Header)
		if req.GetBody != nil {
			if body, err := req.GetBody(); err == nil {
				b, _ := io.ReadAll(io.LimitReader(body, maxLogged))
				t.log("> " + redact.Body(req.Header.Get("Content-Type"), string(b)))
			}
		}
	}
	resp, err := t.next.RoundTrip(req)
	line := fmt.Sprintf("%s %s", req.Method, redact.URL(req.URL))
	took := time.Since(began).Round(time.Millisecond)
	if err != nil {
		t.log(fmt.Sprintf("%s: %s (%s)", line, redact.Text(err.Error()), took))
		return nil, err
	}
	t.log(fmt.Sprintf("%s: %s (%s)", line, resp.Status, took))
	if t.bodies {
		t.headers("< ", resp.Header)
		resp.Body = &loggedBody{ReadCloser: resp.Body, log: t.log, kind: resp.Header.Get("Content-Type")}
	}
	return resp, nil
}

func (t *logger) headers(prefix string, h http.Header) {
	for _, k := range slices.Sorted(maps.Keys(h)) {
		t.log(prefix + k + ": " + redact.Header(k, strings.Join(h[k], ", ")))
	}
}

// maxLogged is the maximum number of bytes of a body that are logged.
const maxLogged = 16 << 10

// loggedBody keeps the start of a body as it is read and logs it on Close.
type loggedBody struct {
	io.ReadCloser
	buf  bytes.Buffer
	log  func(string)
	kind string // media type
}

func (l *loggedBody) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.buf.Write(p[:min(n, maxLogged-l.buf.Len())])
	return n, err
}

func (l *loggedBody) Close() error {
	if l.buf.Len() > 0 {
		l.log("< " + redact.Body(l.kind, l.buf.String()))
		l.buf.Reset()
	}
	return l.ReadCloser.Close()
}
