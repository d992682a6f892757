// Package sandbox is a Docker Hub in this process: demo data behind answers like those
// of the real API. Changes are kept in one file, or in memory.
package sandbox

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const day = 24 * time.Hour

// Options configure a Hub; the zero value is the demo data in memory.
type Options struct {
	Path      string                                    // the state file; "" keeps changes in memory
	State     []byte                                    // what a state file holds; changes to it are kept in memory
	Empty     bool                                      // no seed data except the accounts, without their tokens
	Now       func() time.Time                          // nil = time.Now
	Late      int                                       // see deleteManifest
	RateLimit int                                       // requests per minute before 429; 0 = only headers
	Record    func(method, template string, status int) // called after each answer of a route; nil = none
	Step      func(string)                              // passed to lockfile.File, for tests
}

// A Hub answers requests like Docker Hub. It is safe for concurrent use, and several
// processes may share its state file.
type Hub struct {
	o     Options
	store store
	mux   *http.ServeMux

	inside func() http.RoundTripper // made when it is first used

	ended atomic.Int64 // sessions up to this Unix time have ended

	mu     sync.Mutex
	minute time.Time        // the current window
	counts map[string]int   // requests in the window, by caller
	late   map[string]int   // requests left until a manifest is deleted, by its key
	graphs map[string]graph // of manifests, by repository and day
}

// New returns a Hub. It opens no file before the first request.
func New(o Options) *Hub {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &Hub{
		o: o, store: newStore(o),
		counts: map[string]int{}, late: map[string]int{}, graphs: map[string]graph{},
	}
	h.mux = h.newMux()
	h.inside = sync.OnceValue(func() http.RoundTripper { return inside(h) })
	return h
}

// Reset discards every change, even if the state file cannot be read.
func (h *Hub) Reset(ctx context.Context) error { return h.store.reset(ctx) }

func (h *Hub) now() time.Time { return h.o.Now().UTC() }
