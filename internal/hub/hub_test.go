package hub

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fake is a server without a network. It answers the n-th request, counted from 1,
// records the requests, and checks that every body is closed.
type fake struct {
	answer func(n int, r *http.Request) (*http.Response, error)

	mu    sync.Mutex
	got   []sent
	waits []time.Duration // total time slept before retries
	open  int             // bodies
}

type sent struct {
	method, url, body string
	header            http.Header
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	s := sent{method: r.Method, url: r.URL.String(), header: r.Header.Clone()}
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		s.body = string(b)
	}
	f.mu.Lock()
	f.got = append(f.got, s)
	n := len(f.got)
	f.mu.Unlock()
	resp, err := f.answer(n, r)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	f.count(1)
	resp.Body = &counted{resp.Body, sync.OnceFunc(func() { f.count(-1) })}
	return resp, nil
}

func (f *fake) count(d int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open += d
}

type counted struct {
	io.ReadCloser
	closed func()
}

func (c *counted) Close() error {
	c.closed()
	return c.ReadCloser.Close()
}

// sleep takes no time.
func (f *fake) sleep(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waits = append(f.waits, d)
	return ctx.Err()
}

// urls returns the path and query of each request.
func (f *fake) urls() []string {
	var all []string
	for _, s := range f.got {
		all = append(all, strings.TrimPrefix(s.url, home))
	}
	return all
}

// reply makes an answer; headers are names and values in turn.
func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for pair := range slices.Chunk(headers, 2) {
		h.Add(pair[0], pair[1])
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: h,
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// always gives the same answer to every request.
func always(status int, body string, headers ...string) *fake {
	return &fake{answer: func(int, *http.Request) (*http.Response, error) { return reply(status, body, headers...), nil }}
}

const home = "https://hub.docker.com"

// client returns a client of f, which does not really wait before retries.
func client(t *testing.T, f *fake, edit ...func(*Config)) *Client {
	t.Helper()
	config := Config{Base: base(t, home), Transport: f, UserAgent: "test", Retries: 4, MaxWait: time.Hour}
	for _, e := range edit {
		e(&config)
	}
	c := New(config)
	retrier(c).sleep = f.sleep
	t.Cleanup(func() {
		if f.open != 0 {
			t.Errorf("%d bodies were never closed", f.open)
		}
	})
	return c
}

func retrier(c *Client) *retry {
	if a, ok := c.http.Transport.(*auth); ok {
		return a.next.(*retry)
	}
	return c.http.Transport.(*retry)
}

func base(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := ParseBase(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// at returns a request to the client's own origin.
func at(t *testing.T, c *Client, method, path string) Request {
	t.Helper()
	u, err := c.Resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Method: method, URL: u}
	if r.writes() {
		r.Body = []byte(`{"n":1}`)
	}
	return r
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		body, want string
		err        error
	}{
		{200, ` {"a": 1.50,"b":"<\/>"}` + "\n", `{"a": 1.50,"b":"<\/>"}`, nil},
		{202, "", "", nil},
		{204, " \r\n", "", nil},
		{200, "[1,2", "", ErrAnswer},
		{200, "<!doctype html>", "", ErrAnswer},
		{302, "", "", errors.ErrUnsupported}, // an *Error without a sentinel
		{404, `{"message":"object not found"}`, "", ErrNotFound},
	} {
		f := always(test.status, test.body)
		got, err := client(t, f).Call(t.Context(), http.MethodPatch, map[string]int{"n": 1}, "v2", "a b")
		switch {
		case errors.Is(test.err, errors.ErrUnsupported):
			if e, ok := errors.AsType[*Error](err); !ok || e.Status != test.status {
				t.Errorf("%d: %v", test.status, err)
			}
		case !errors.Is(err, test.err) || string(got) != test.want:
			t.Errorf("%d %q: %q, %v", test.status, test.body, got, err)
		}
		if s := f.got[0]; len(f.got) != 1 || s.url != home+"/v2/a%20b" || s.body != `{"n":1}` {
			t.Errorf("sent %+v", f.got)
		}
	}
}

func TestJSONTooLarge(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(int, *http.Request) (*http.Response, error) {
		resp := reply(200, "")
		resp.Body = io.NopCloser(io.LimitReader(endless{}, MaxAnswer+2))
		return resp, nil
	}}
	c := client(t, f)
	if _, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x")); !errors.Is(err, ErrAnswer) || !strings.Contains(err.Error(), "larger than 16 MB") {
		t.Error(err)
	}
	if len(f.got) != 1 {
		t.Errorf("sent %d times", len(f.got))
	}
}

// TestDocumentLimits: a document is refused if it is nested too deeply or would take
// too much memory once decoded.
func TestDocumentLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct{ name, doc, want string }{
		{"deep", nested(MaxDepth), ""},
		{"objects", strings.Repeat(`{"a":`, MaxDepth) + "1" + strings.Repeat("}", MaxDepth), ""},
		{"side by side", "[" + strings.Repeat("[],", 2*MaxDepth) + "[]]", ""},
		{"in a string", `"` + strings.Repeat(`[\"`, 2*MaxDepth) + `"`, ""},
		{"too deep", nested(MaxDepth + 1), "is nested more than 1000 levels deep"},
		{"beyond what encoding/json reads", nested(100_000), "is nested more than 1000 levels deep"},
		{"deep and cut off", strings.Repeat("[", 100_000), "is nested more than"},
		{"not JSON", "<html>", "is not JSON"},
		{"numbers", "[" + strings.Repeat("0,", maxWeight/valueWeight) + "0]", "has too many values"},
		{"empty objects", "[" + strings.Repeat("{},", maxWeight/objectWeight) + "{}]", "has too many values"},
	} {
		c := client(t, always(200, test.doc))
		_, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x"))
		if direct := CheckDocument([]byte(test.doc)); (direct == nil) != (err == nil) || (err == nil) != (test.want == "") ||
			err != nil && (!errors.Is(err, ErrAnswer) || !strings.Contains(err.Error(), "the answer "+test.want)) {
			t.Errorf("%s: %v, and by itself %v", test.name, err, direct)
		}
	}
}

// TestErrorBodiesAreCut: a long body does not change the kind of error.
func TestErrorBodiesAreCut(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(int, *http.Request) (*http.Response, error) {
		resp := reply(401, "")
		resp.Body = io.NopCloser(endless{})
		return resp, nil
	}}
	c := client(t, f)
	_, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x"))
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != 401 || len(e.Body) != maxErrorBody {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestSendHeaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		body   []byte
		header http.Header
		want   http.Header
	}{
		{"none", nil, nil, http.Header{"Accept": {"application/json"}, "User-Agent": {"test"}}},
		{"body", []byte("{}"), nil, http.Header{"Accept": {"application/json"}, "User-Agent": {"test"}, "Content-Type": {"application/json"}}},
		{
			"own", []byte("{}"),
			http.Header{"accept": {"text/csv"}, "Content-Type": {"application/scim+json"}, "X-Two": {"a", "b"}},
			http.Header{"Accept": {"text/csv"}, "User-Agent": {"test"}, "Content-Type": {"application/scim+json"}, "X-Two": {"a", "b"}},
		},
	} {
		f := always(200, "")
		c := client(t, f)
		r := at(t, c, "GET", "/v2/x")
		r.Body, r.Header = test.body, test.header
		resp, err := c.Send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if !equalHeaders(f.got[0].header, test.want) || f.got[0].body != string(test.body) {
			t.Errorf("%s: %v", test.name, f.got[0])
		}
	}
}

func equalHeaders(a, b http.Header) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func TestSendRefusesOtherOrigins(t *testing.T) {
	t.Parallel()
	f := always(200, "")
	c := client(t, f)
	for _, s := range []string{"https://evil.example/v2/x", "http://hub.docker.com/", "https://hub.docker.com:444/", "https://hub.docker.com.evil.example/"} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), Request{Method: "GET", URL: u}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if len(f.got) != 0 {
		t.Errorf("sent %v", f.got)
	}
}

func TestRequestBody(t *testing.T) {
	t.Parallel()
	c := client(t, always(200, ""))
	for _, test := range []struct {
		in   any
		want string
	}{
		{nil, ""},
		{json.RawMessage(`{ "z":1, "a":<not json> }`), `{ "z":1, "a":<not json> }`},
		{map[string]any{"b": nil}, `{"b":null}`},
	} {
		r, err := c.Request("POST", test.in, "v2", "x")
		if err != nil || string(r.Body) != test.want || (r.Body == nil) != (test.in == nil) {
			t.Errorf("%v: %q, %v", test.in, r.Body, err)
		}
	}
	if _, err := c.Request("POST", func() {}, "v2"); err == nil {
		t.Error("a func became JSON")
	}
	if _, err := c.Call(t.Context(), "DELETE", nil, "v2", "access-tokens", ""); !errors.Is(err, ErrInput) {
		t.Errorf("an empty segment: %v", err)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	f := always(200, "{}")
	var taken []string
	c := client(t, f, func(c *Config) { c.DryRun = func(r Request) { taken = append(taken, r.Method+" "+string(r.Body)) } })
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		r := at(t, c, method, "/v2/x")
		if _, err := c.JSON(t.Context(), r); errors.Is(err, ErrDryRun) != r.writes() {
			t.Errorf("%s: %v", method, err)
		}
	}
	if want := []string{`POST {"n":1}`, `PUT {"n":1}`, `PATCH {"n":1}`, `DELETE {"n":1}`}; !slices.Equal(taken, want) {
		t.Errorf("took %q", taken)
	}
	login := at(t, c, "POST", "/v2/users/login")
	login.Once = true
	if _, err := c.JSON(t.Context(), login); err != nil {
		t.Errorf("a login: %v", err)
	}
	var methods []string
	for _, s := range f.got {
		methods = append(methods, s.method)
	}
	if want := []string{"GET", "HEAD", "POST"}; !slices.Equal(methods, want) || len(taken) != 4 {
		t.Errorf("sent %q", methods)
	}
}
