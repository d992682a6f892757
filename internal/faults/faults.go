// Package faults provides test servers that fail in a given way: late, broken or
// malformed answers, and answers from another origin. Each fault has a name.
package faults

import (
	"context"
	"crypto/tls"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubctl/hubctl/internal/memnet"
)

// An Answer is sent when nothing fails.
type Answer struct {
	Status int
	Body   string
}

// A Fault is one way to fail.
type Fault struct {
	Name     string
	Heavy    bool          // takes a lot of memory
	Undone   bool          // the server says that it did not process the request
	Gateway  bool          // a gateway failed: the server may have processed the request
	Patience time.Duration // how long a client should wait for an answer, or for more of it
	only     int           // the HTTP version it applies to; 0 = any
	serve    func(*call)
}

// Run runs f in a synctest bubble: waiting takes no time, and f's goroutines must
// end. The bubble's clock is past 2001, so Unix times cannot be mistaken for seconds.
func Run(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(30 * 365 * 24 * time.Hour)
		f(t)
	})
}

// A Plan says which requests fail, and how.
type Plan struct {
	Good  func(*http.Request) Answer // the answer to all other requests
	Fault Fault
	At    func(*http.Request) bool // the requests that fail; nil = all
	Times int                      // how many of them fail; 0 = all
	HTTP2 bool                     // speak HTTP/2, over TLS
}

// A Server follows a plan and records the requests it gets.
type Server struct {
	URL  string
	Plan Plan
	home *httptest.Server
	away *httptest.Server // another origin

	listeners []*memnet.Listener
	serving   sync.WaitGroup

	mu      sync.Mutex
	got     []string       // all requests, as "METHOD URI BODY"
	asked   map[string]int // the requests that failed
	strayed []*http.Request
}

// New starts a server that only Dial reaches: its connections never leave the
// process. The caller must close it.
func New(p Plan) *Server {
	s := &Server{Plan: p, asked: map[string]int{}}
	home, away := memnet.Listen(homePort), memnet.Listen(awayPort)
	s.listeners = []*memnet.Listener{home, away}
	s.away = p.start(away, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.strayed = append(s.strayed, r)
		s.mu.Unlock()
		write(w, p.Good(r))
	}))
	s.home = p.start(home, s)
	s.URL = s.home.URL
	return s
}

// connKey is the context key of a request's connection.
type connKey struct{}

// The ports of the server and the other origin.
const (
	homePort = 50001
	awayPort = 50002
)

func (p Plan) start(l net.Listener, h http.Handler) *httptest.Server {
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: h, ReadHeaderTimeout: time.Hour}}
	srv.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	if p.HTTP2 {
		srv.EnableHTTP2 = true
		srv.StartTLS()
	} else {
		srv.Start()
	}
	return srv
}

// Transport returns a transport that reaches and trusts the server.
func (s *Server) Transport() *http.Transport {
	t, _ := s.home.Client().Transport.(*http.Transport)
	t.DialContext = s.Dial
	return t
}

// Dial connects to the server or to the other origin, and refuses all other
// addresses.
func (s *Server) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	for _, l := range s.listeners {
		if l.Addr().String() == addr {
			return l.Dial(ctx)
		}
	}
	return nil, memnet.Refused(addr)
}

// Close stops the server and cancels requests in progress.
func (s *Server) Close() {
	s.home.CloseClientConnections()
	s.home.Close()
	s.away.Close()
	s.serving.Wait() // includes hijacked connections
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serving.Add(1)
	defer s.serving.Done()
	body, _ := io.ReadAll(r.Body) // otherwise net/http does not notice that the client is gone
	request := strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(body))
	s.mu.Lock()
	s.got = append(s.got, request)
	s.mu.Unlock()
	p := s.Plan
	if strings.HasPrefix(r.URL.Path, "/moved/") {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/moved")
		write(w, p.Good(r))
		return
	}
	if p.At != nil && !p.At(r) {
		write(w, p.Good(r))
		return
	}
	s.mu.Lock()
	n := 0
	for _, times := range s.asked {
		n += times
	}
	s.asked[request]++
	s.mu.Unlock()
	if p.Times > 0 && n >= p.Times {
		write(w, p.Good(r))
		return
	}
	p.Fault.serve(&call{w, r, p.Good(r), s.away.URL})
}

// Asked returns how often each request came that could have failed, keyed by
// "METHOD URI BODY".
func (s *Server) Asked() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.asked)
}

// Got returns all requests in order, as "METHOD URI BODY".
func (s *Server) Got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Strayed returns the requests that reached the other origin.
func (s *Server) Strayed() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.strayed)
}

func write(w http.ResponseWriter, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// A call is a request that fails.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	good Answer
	away string
}

// answer sends a status, headers and a body.
func (c *call) answer(status int, body string, headers ...string) {
	c.w.Header().Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		c.w.Header().Set(headers[i], headers[i+1])
	}
	c.w.WriteHeader(status)
	_, _ = io.WriteString(c.w, body)
}

func (c *call) flush() { _ = http.NewResponseController(c.w).Flush() }

// gone waits until the client gives up.
func (c *call) gone() { <-c.r.Context().Done() }

// raw hijacks the connection.
func (c *call) raw(use func(net.Conn)) {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(err)
	}
	use(conn)
	_ = conn.Close()
}

// hangUp closes the connection and everything on it.
func (c *call) hangUp() {
	if conn, ok := c.r.Context().Value(connKey{}).(*tls.Conn); ok {
		_ = conn.NetConn().Close()
	}
}

// body answers with success in a form that the API does not promise.
func body(text string, headers ...string) func(*call) {
	return func(c *call) { c.answer(http.StatusOK, text, headers...) }
}

func status(code int, text string, headers ...string) func(*call) {
	return func(c *call) { c.answer(code, text, headers...) }
}

// page returns a page of a listing with the given next field, in JSON.
func page(next func(*call) string) func(*call) {
	return func(c *call) {
		c.answer(http.StatusOK, `{"count":1000000,"next":`+next(c)+`,"results":[{"uuid":"a","name":"a"}]}`)
	}
}
