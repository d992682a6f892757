package sandbox

import (
	"net/http"
	"path"
	"strings"
)

// An access says who may call a route; the zero value allows everyone.
type access int

const (
	signedIn access = 1 << iota // not anonymous
	noPAT                       // no session bought with a personal access token
	noOAT                       // no session bought with an organization access token
	blind                       // credentials are ignored
)

// A route is an operation. Its template is the OpenAPI file's; GET also answers HEAD.
type route struct {
	method, template string
	access           access
	handle           func(*call) error
}

func routes() []route {
	var all []route
	for _, of := range [][]route{
		authRoutes,
		tokenRoutes, repoRoutes, repoEditRoutes, repoStarRoutes, repoShareRoutes, tagRoutes, categoryRoutes, orgRoutes,
		planRoutes, memberRoutes, inviteRoutes, teamRoutes,
		orgTokenRoutes, userRoutes, auditRoutes, scimRoutes, searchRoutes, registryRoutes, analyticsRoutes,
		usageRoutes,
	} {
		all = append(all, of...)
	}
	return all
}

func (h *Hub) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes() {
		serve := func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, rt) }
		mux.HandleFunc(rt.method+" "+rt.template, serve)
		// A final slash on the newer namespaces paths has not been reported.
		if !strings.HasPrefix(rt.template, "/v2/namespaces/") {
			mux.HandleFunc(rt.method+" "+rt.template+"/{$}", serve)
		}
	}
	mux.HandleFunc("GET "+usageFile, h.serveReport)
	mux.HandleFunc("/", h.unmatched)
	return mux
}

// ServeHTTP answers r.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if clean := path.Clean(r.URL.Path); clean != strings.TrimSuffix(r.URL.Path, "/") && clean != r.URL.Path {
		h.refuse(w, r, http.StatusNotFound, "text/html; charset=utf-8", notFoundPage) // the mux would redirect
		return
	}
	h.mux.ServeHTTP(w, r)
}

func (h *Hub) serve(w http.ResponseWriter, r *http.Request, rt route) {
	c := &call{Request: r, w: w, hub: h, now: h.now()}
	if h.o.Record != nil {
		template := strings.TrimPrefix(rt.template, registryPath)
		c.w = recorder{w, func(status int) { h.o.Record(r.Method, template, status) }}
	}
	if err := c.run(rt); err != nil {
		c.fail(err)
	}
}

// A recorder reports the status before it is sent.
type recorder struct {
	http.ResponseWriter
	record func(status int)
}

func (w recorder) WriteHeader(status int) {
	w.record(status)
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (c *call) run(rt route) error {
	var err error
	c.state, err = c.hub.store.load()
	if err != nil { // not a status that clients retry: only the user can help
		err = message(http.StatusNotImplemented, err.Error())
	}
	if err == nil && rt.access&blind == 0 {
		c.who, err = c.authenticate()
	}
	if got, ok := c.Context().Value(receivedKey{}).(*Received); ok && c.who != nil {
		got.User = c.who.account.Name
	}
	if limited := c.limit(); limited != nil {
		return limited
	}
	if err == nil {
		err = c.admit(rt)
	}
	if err != nil {
		return err
	}
	return rt.handle(c)
}

// admit refuses sessions that the route does not accept.
func (c *call) admit(rt route) error {
	switch {
	case rt.access&signedIn != 0 && c.who == nil:
		return unauthorized()
	case c.who == nil:
		return nil
	case rt.access&noPAT != 0 && c.who.pat != "":
		return message(http.StatusForbidden, "token issued from personal access token is not allowed")
	case rt.access&noOAT != 0 && c.who.oat != "":
		return message(http.StatusForbidden, "token issued from organization access token is not allowed")
	}
	return nil
}

const notFoundPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>404 : Docker</title></head>
<body><h1>404</h1><p>Page not found</p></body>
</html>
`

// unmatched answers 405 if the path exists for another method, or else 404.
func (h *Hub) unmatched(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		other := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := h.mux.Handler(other); pattern != "/" {
			allow = append(allow, m)
		}
	}
	if allow == nil {
		h.refuse(w, r, http.StatusNotFound, "text/html; charset=utf-8", notFoundPage)
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	h.refuse(w, r, http.StatusMethodNotAllowed, "text/plain; charset=utf-8", "405 Method Not Allowed")
}

func (h *Hub) refuse(w http.ResponseWriter, r *http.Request, status int, kind, body string) {
	c := &call{Request: r, w: w, hub: h, now: h.now()}
	if err := c.limit(); err != nil {
		c.fail(err)
		return
	}
	c.text(status, kind, body)
}
