package sandbox

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// maxBody is the maximum size of a request's body, in bytes.
const maxBody = 1 << 20

// NewServer returns an HTTP server for a handler of NewHandler on loopback. A web page in a browser on
// this machine can send requests to it under a host name that resolves to loopback, so
// it only answers requests for local host names. It limits the time and size of
// requests.
func NewServer(h http.Handler) *http.Server {
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
				"the sandbox only answers requests for localhost, NAME.localhost and loopback addresses: check the Host header"))
		case r.ContentLength > maxBody:
			c.fail(message(http.StatusRequestEntityTooLarge, "the request body is larger than 1 MB"))
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
