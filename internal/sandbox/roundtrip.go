package sandbox

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/hubctl/hubctl/internal/memnet"
)

// RoundTrip answers r in this process, without a socket.
func (h *Hub) RoundTrip(r *http.Request) (*http.Response, error) { return h.inside().RoundTrip(r) }

// inside returns a transport to a server of h whose connections never leave the
// process. A request for https is not encrypted, but answered as if it were.
func inside(h http.Handler) http.RoundTripper {
	serve := func(port int, scheme string) func(context.Context, string, string) (net.Conn, error) {
		l := memnet.Listen(port)
		server := &http.Server{
			ReadHeaderTimeout: time.Minute,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Scheme = scheme
				answerPanics(h, w, r)
			}),
		}
		go func() { _ = server.Serve(l) }()
		return func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) }
	}
	return &http.Transport{
		DialContext: serve(80, "http"), DialTLSContext: serve(443, "https"),
		DisableKeepAlives: true, DisableCompression: true,
	}
}

// answerPanics answers a panic of h with its value, or cuts off an answer that h has
// begun.
func answerPanics(h http.Handler, w http.ResponseWriter, r *http.Request) {
	begun := false
	defer func() {
		switch p := recover(); {
		case p == nil:
		case begun:
			panic(http.ErrAbortHandler) // which is not logged
		default:
			(&call{Request: r, w: w}).fail(message(http.StatusInternalServerError, fmt.Sprint("panic: ", p)))
		}
	}()
	h.ServeHTTP(recorder{w, func(int) { begun = true }}, r)
}
