package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// maxBody is the largest body of a request that a Server reads, in bytes.
const maxBody = 1 << 20

// NewServer returns what serves a Hub on loopback. A web page that a browser on
// this machine has open can send requests there, under a name that it makes
// resolve to loopback, so only names of this machine are answered. A client that
// sends nothing, or too much, is not waited for.
func NewServer(h *Hub) *http.Server {
	return &http.Server{
		Handler:           onlyThisMachine(http.MaxBytesHandler(h, maxBody)),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

func onlyThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, w: w}
		switch {
		case !isThisMachine(r.Host):
			c.fail(message(http.StatusMisdirectedRequest,
				"the sandbox answers to localhost, NAME.localhost and loopback addresses only: check the request's Host"))
		case r.ContentLength > maxBody:
			c.fail(message(http.StatusRequestEntityTooLarge, "the request's body is larger than 1 MB"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isThisMachine reports whether a Host header names loopback, with any port.
func isThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
