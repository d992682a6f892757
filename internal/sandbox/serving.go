package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hubctl/hubctl/internal/redact"
)

// Serving makes a served Hub slow, faulty or talkative, for the tests of other programs.
type Serving struct {
	Latency  time.Duration // before each answer
	Failures []Failure
	Log      func(Received) // called after each answer; nil = none
}

// A Received request has no secrets.
type Received struct {
	Time     time.Time `json:"time"`
	Method   string    `json:"method"`
	URI      string    `json:"uri"`
	Status   int       `json:"status"`
	Duration float64   `json:"duration_ms"`
	User     string    `json:"user"` // "" = anonymous
	Body     string    `json:"body,omitempty"`
}

// A Failure makes requests fail.
type Failure struct {
	Method string // of the requests
	Path   string // of the requests; a final * matches the rest
	Status int    // of the answers
	Times  int    // how many requests fail; 0 = all
}

// failureForm is the form of a Failure as text.
var failureForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:(get|head|post|put|patch|delete)) +(/.*)=([45]\d\d)(?::([1-9]\d{0,5}))?$`)
})

// ParseFailure parses "GET /v2/namespaces/*=503:2".
func ParseFailure(s string) (Failure, error) {
	part := failureForm().FindStringSubmatch(s)
	if part == nil {
		return Failure{}, fmt.Errorf("%q does not have the form METHOD /PATH=STATUS:TIMES, as in GET /v2/tags/*=503:2", s)
	}
	status, _ := strconv.Atoi(part[3])
	times, _ := strconv.Atoi(part[4]) // none is 0
	return Failure{Method: strings.ToUpper(part[1]), Path: part[2], Status: status, Times: times}, nil
}

func (f Failure) matches(r *http.Request) bool {
	if f.Method != r.Method {
		return false
	}
	if prefix, open := strings.CutSuffix(f.Path, "*"); open {
		return strings.HasPrefix(r.URL.Path, prefix)
	}
	return strings.TrimSuffix(f.Path, "/") == strings.TrimSuffix(r.URL.Path, "/")
}

// The requests that /_sandbox/requests returns, and how much of a body, in bytes.
const (
	maxReceived     = 1000
	maxReceivedBody = 64 << 10
)

// adminPath begins the paths of the routes that control the sandbox.
const adminPath = "/_sandbox/"

// A served Hub answers requests as Serving says, and requests to control the sandbox.
type served struct {
	hub *Hub
	o   Serving

	mu       sync.Mutex
	failed   []int // how often each failure occurred
	received []Received
}

// NewHandler returns a handler for a Hub that is served to other programs.
func NewHandler(h *Hub, o Serving) http.Handler {
	return &served{hub: h, o: o, failed: make([]int, len(o.Failures))}
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPath) {
		s.control(w, r)
		return
	}
	began := time.Now()
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	got := &Received{
		Time: s.hub.now(), Method: r.Method, URI: redact.RequestURI(r.URL),
		Body: redact.Body(r.Header.Get("Content-Type"), string(body[:min(len(body), maxReceivedBody)])),
	}
	r = r.WithContext(context.WithValue(r.Context(), receivedKey{}, got))
	if s.o.Latency > 0 {
		select {
		case <-time.After(s.o.Latency):
		case <-r.Context().Done():
			return
		}
	}
	to := recorder{w, func(status int) { got.Status = status }}
	if status := s.fails(r); status != 0 {
		(&call{Request: r, w: to}).fail(message(status, "this failure was requested with --fail"))
	} else {
		s.hub.ServeHTTP(to, r)
	}
	got.Duration = float64(time.Since(began).Microseconds()) / 1000
	s.record(*got)
}

// receivedKey is the context key of the *Received of a request.
type receivedKey struct{}

// failing is a body that fails after its data.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// fails returns the status of the failure that applies to a request, or 0.
func (s *served) fails(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.o.Failures {
		if f.matches(r) && (f.Times == 0 || s.failed[i] < f.Times) {
			s.failed[i]++
			return f.Status
		}
	}
	return 0
}

func (s *served) record(got Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.received) == maxReceived {
		s.received = s.received[1:]
	}
	s.received = append(s.received, got)
	if s.o.Log != nil {
		s.o.Log(got)
	}
}

// control answers the requests that control the sandbox.
func (s *served) control(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, w: w, hub: s.hub}
	var err error
	switch r.Method + " " + path.Clean(r.URL.Path) {
	case "GET " + adminPath + "requests":
		s.mu.Lock()
		got := append([]Received{}, s.received...)
		s.mu.Unlock()
		err = c.json(http.StatusOK, got)
	case "POST " + adminPath + "reset":
		s.mu.Lock()
		s.received = nil
		clear(s.failed)
		s.mu.Unlock()
		if err = s.hub.Reset(r.Context()); err == nil {
			err = c.empty(http.StatusNoContent)
		}
	case "POST " + adminPath + "expire-sessions":
		s.hub.expireSessions()
		err = c.empty(http.StatusNoContent)
	default:
		err = message(http.StatusNotFound,
			"the sandbox has GET /_sandbox/requests, POST /_sandbox/reset and POST /_sandbox/expire-sessions")
	}
	if err != nil {
		c.fail(err)
	}
}

// expireSessions ends all sessions. They have times in seconds, so it waits for the
// next second: new sessions count from there.
func (h *Hub) expireSessions() {
	now := h.now()
	time.Sleep(now.Truncate(time.Second).Add(time.Second).Sub(now))
	h.ended.Store(now.Unix())
}

// parse is parseClaims for a session that has not been ended.
func (h *Hub) parse(token, use string) (claims, error) {
	c, err := parseClaims(token, use, h.now())
	if err == nil && c.Issued <= h.ended.Load() {
		return claims{}, errToken
	}
	return c, err
}
