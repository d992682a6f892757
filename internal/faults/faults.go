// Package faults is a server that goes wrong, for tests: its answers come late,
// broken, misshapen or from elsewhere, each way under a name.
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
	"time"
)

// An Answer is what the server says when nothing goes wrong.
type Answer struct {
	Status int
	Body   string
}

// A Fault is a way of going wrong.
type Fault struct {
	Name     string
	Heavy    bool          // takes much memory
	Undone   bool          // the server says that it has not done what it was asked
	Patience time.Duration // how long a client should wait without an answer, or without more of it
	only     int           // the version of HTTP that has it; 0 = each
	serve    func(*call)
}

// A Plan says what goes wrong, and when.
type Plan struct {
	Good  func(*http.Request) Answer // what is answered otherwise
	Fault Fault
	At    func(*http.Request) bool // which requests it befalls; nil = all
	Times int                      // how many of them; 0 = all
	HTTP2 bool                     // speak HTTP/2, over TLS
}

// A Server answers by a plan and remembers what it was asked.
type Server struct {
	URL     string
	Plan    Plan
	home    *httptest.Server
	away    *httptest.Server // another origin
	mu      sync.Mutex
	got     []string       // all requests, as "METHOD URI BODY"
	asked   map[string]int // those of them that were befallen
	strayed []*http.Request
}

// New starts a server. Close it in the end.
func New(p Plan) *Server {
	s := &Server{Plan: p, asked: map[string]int{}}
	s.away = p.start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.strayed = append(s.strayed, r)
		s.mu.Unlock()
		write(w, p.Good(r))
	}))
	s.home = p.start(s)
	s.URL = s.home.URL
	return s
}

// connKey is what a request's context has its connection under.
type connKey struct{}

func (p Plan) start(h http.Handler) *httptest.Server {
	srv := httptest.NewUnstartedServer(h)
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

// Transport is one that trusts the server.
func (s *Server) Transport() *http.Transport {
	t, _ := s.home.Client().Transport.(*http.Transport)
	return t
}

// Close ends the server and what is under way.
func (s *Server) Close() {
	s.home.CloseClientConnections()
	s.home.Close()
	s.away.Close()
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // else net/http does not notice that the client has gone
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

// Asked is how often each request came that the fault could befall, by "METHOD
// URI BODY".
func (s *Server) Asked() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.asked)
}

// Got are all requests that came, in order, as "METHOD URI BODY".
func (s *Server) Got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Strayed are the requests that came to another origin.
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

// A call is a request that something goes wrong with.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	good Answer
	away string
}

// answer answers with a status, headers and a body.
func (c *call) answer(status int, body string, headers ...string) {
	c.w.Header().Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		c.w.Header().Set(headers[i], headers[i+1])
	}
	c.w.WriteHeader(status)
	_, _ = io.WriteString(c.w, body)
}

func (c *call) flush() { _ = http.NewResponseController(c.w).Flush() }

// gone waits for the client to give up.
func (c *call) gone() { <-c.r.Context().Done() }

// raw takes the connection over.
func (c *call) raw(use func(net.Conn)) {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(err)
	}
	use(conn)
	_ = conn.Close()
}

// hangUp ends the connection, with all that goes over it.
func (c *call) hangUp() {
	if conn, ok := c.r.Context().Value(connKey{}).(*tls.Conn); ok {
		_ = conn.NetConn().Close()
	}
}

// reset ends the connection so that the client gets a reset.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// body is a success that is not what the API promises.
func body(text string, headers ...string) func(*call) {
	return func(c *call) { c.answer(http.StatusOK, text, headers...) }
}

func status(code int, text string, headers ...string) func(*call) {
	return func(c *call) { c.answer(code, text, headers...) }
}

// page is a listing's page whose field next is as given, in JSON.
func page(next func(*call) string) func(*call) {
	return func(c *call) {
		c.answer(http.StatusOK, `{"count":1000000,"next":`+next(c)+`,"results":[{"uuid":"a","name":"a"}]}`)
	}
}
