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
	"testing"
	"testing/synctest"
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

// Run runs f in a synctest bubble: waiting takes no time, and f's goroutines must
// end. Its clock is past the year 2001, where Unix times can be told from seconds.
func Run(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(30 * 365 * 24 * time.Hour)
		f(t)
	})
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
	URL  string
	Plan Plan
	home *httptest.Server
	away *httptest.Server // another origin

	listeners []*listener
	serving   sync.WaitGroup

	mu      sync.Mutex
	got     []string       // all requests, as "METHOD URI BODY"
	asked   map[string]int // those of them that were befallen
	strayed []*http.Request
}

// New starts a server that Dial reaches and nothing else does: its connections
// never leave the process. Close it in the end.
func New(p Plan) *Server {
	s := &Server{Plan: p, asked: map[string]int{}}
	home, away := listen(homePort), listen(awayPort)
	s.listeners = []*listener{home, away}
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

// connKey is what a request's context has its connection under.
type connKey struct{}

// The ports of the server, of the other origin, and of every client.
const (
	homePort   = 50001
	awayPort   = 50002
	clientPort = 50003
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

// Transport is one that reaches and trusts the server.
func (s *Server) Transport() *http.Transport {
	t, _ := s.home.Client().Transport.(*http.Transport)
	t.DialContext = s.Dial
	return t
}

// Dial connects to the server, or to the other origin. No other address is
// reachable.
func (s *Server) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	for _, l := range s.listeners {
		if l.addr.String() == addr {
			return l.dial(ctx)
		}
	}
	return nil, refused(addr)
}

// Close ends the server and what is under way.
func (s *Server) Close() {
	s.home.CloseClientConnections()
	s.home.Close()
	s.away.Close()
	s.serving.Wait() // for those that took their connection over, too
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serving.Add(1)
	defer s.serving.Done()
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
