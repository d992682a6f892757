// Package sandbox is a Docker Hub in the process: a demo world that answers
// like the real API and keeps what is changed in one file, or in memory.
package sandbox

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Options are what a Hub can be told; the zero value is a demo world in memory.
type Options struct {
	Path      string                                    // the state file; "" keeps changes in memory
	Empty     bool                                      // no seed data but the accounts: their tokens are missing, too
	Now       func() time.Time                          // nil = time.Now
	RateLimit int                                       // requests a minute that are enforced (429); 0 = headers only
	Record    func(method, template string, status int) // called with each answer of a route; nil = nothing
	Step      func(string)                              // passed to lockfile.File, for tests
}

// A Hub answers requests like Docker Hub. It may be used by several
// goroutines, and its state file by several processes.
type Hub struct {
	o     Options
	store store
	mux   *http.ServeMux

	mu     sync.Mutex
	minute time.Time      // the window that the counts belong to
	counts map[string]int // requests in it, by caller
}

// New returns a Hub. It touches no file before the first request.
func New(o Options) *Hub {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &Hub{o: o, store: newStore(o.Path, o.Step), counts: map[string]int{}}
	h.mux = h.newMux()
	return h
}

// Reset forgets every change, also of a state file that cannot be read.
func (h *Hub) Reset(ctx context.Context) error { return h.store.reset(ctx) }

func (h *Hub) now() time.Time { return h.o.Now().UTC() }
