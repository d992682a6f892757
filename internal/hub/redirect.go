package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hubctl/hubctl/internal/redact"
)

var errRedirects = errors.New("stopped after 10 redirects")

// checkRedirect follows redirects of reads within their origin. An answer from
// another origin is not the Hub's, and net/http would turn a redirected write
// into a GET or send its body again.
func checkRedirect(req *http.Request, via []*http.Request) error {
	switch first := via[0]; {
	case !idempotent(first), req.Context().Value(stayKey{}) != nil:
		return http.ErrUseLastResponse // the 3xx becomes an Error
	case !SameOrigin(req.URL, first.URL):
		return answerError(first, leadsAway(first.URL, req.URL))
	case len(via) >= 10:
		return errRedirects
	}
	return nil
}

type stayKey struct{}

// WithoutRedirects returns a context for a request whose answer may be a redirect, which
// is then returned instead of followed.
func WithoutRedirects(ctx context.Context) context.Context {
	return context.WithValue(ctx, stayKey{}, true)
}

// leadsAway returns the error for a redirect to another origin. It omits the
// target's path and query, which may hold a secret.
func leadsAway(from, to *url.URL) string {
	return fmt.Sprintf("redirects from %s to %s, and hubctl does not follow redirects to another host",
		Origin(from), shorten(Origin(to), 200))
}

// redirectMessage is the message for a 3xx answer to a write.
func redirectMessage(resp *http.Response) string {
	from := resp.Request.URL
	to, err := resp.Location()
	switch {
	case errors.Is(err, http.ErrNoLocation):
		return "the server sent a redirect without a target"
	case err != nil:
		return "the server sent a redirect to an invalid URL"
	case !SameOrigin(to, from):
		return "the server " + leadsAway(from, to)
	}
	return "the server redirects to " + shorten(redact.RequestURI(to), 200) +
		", which is not followed for requests that change something"
}
