package hub

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// logger tells of each request in a line, and of its headers and bodies if
// bodies is set. It stands under retry, so that every try shows.
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
				t.log("> " + Redact(string(b)))
			}
		}
	}
	resp, err := t.next.RoundTrip(req)
	line := fmt.Sprintf("%s %s", req.Method, redactURL(req.URL))
	took := time.Since(began).Round(time.Millisecond)
	if err != nil {
		t.log(fmt.Sprintf("%s: %v (%s)", line, err, took))
		return nil, err
	}
	t.log(fmt.Sprintf("%s: %s (%s)", line, resp.Status, took))
	if t.bodies {
		t.headers("< ", resp.Header)
		resp.Body = &logged{ReadCloser: resp.Body, log: t.log}
	}
	return resp, nil
}

func (t *logger) headers(prefix string, h http.Header) {
	for _, k := range slices.Sorted(maps.Keys(h)) {
		v := strings.Join(h[k], ", ")
		if secretHeader().MatchString(k) {
			v = redacted
		}
		t.log(prefix + k + ": " + Redact(v))
	}
}

// maxLogged is how much of a body is logged, in bytes.
const maxLogged = 16 << 10

// logged keeps the start of a body that is read through it, and logs that when
// the body is closed.
type logged struct {
	io.ReadCloser
	buf bytes.Buffer
	log func(string)
}

func (l *logged) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.buf.Write(p[:min(n, maxLogged-l.buf.Len())])
	return n, err
}

func (l *logged) Close() error {
	if l.buf.Len() > 0 {
		l.log("< " + Redact(l.buf.String()))
		l.buf.Reset()
	}
	return l.ReadCloser.Close()
}

const redacted = "[redacted]"

// secretName is the name of a field that holds a secret.
const secretName = //nolint:gosec // no secret
`[A-Za-z0-9_-]*(?:password|passwd|secret|token|code|credential|authorization|api_?key|cookie|bearer|hook_url)`

var (
	secretField = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?is)("` + secretName + `"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	})
	secretQuery  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)((?:^|[&;])` + secretName + `=)[^&]*`) })
	secretHeader = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)` + secretName + `|authorization|cookie|secret|key`)
	})
	secretShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|dckr_(?:pat|oat)_[\w-]+`)
	})
)

// Redact takes out of text, which may be cut off, what looks like a secret: by
// the name of its JSON field, and by its shape.
func Redact(text string) string {
	text = secretField().ReplaceAllString(text, `$1"`+redacted+`"`)
	return secretShape().ReplaceAllString(text, redacted)
}

func redactURL(u *url.URL) string {
	v := *u
	v.User = nil
	v.RawQuery = secretQuery().ReplaceAllString(v.RawQuery, "$1"+redacted) // also if it cannot be parsed
	return Redact(v.String())
}
