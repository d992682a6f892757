package dockerhub

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A RateLimit describes how much of something is allowed per window of time, and how
// much is left. The Hub sends it in headers; it is not a resource.
type RateLimit struct {
	Name      string        // "api" for requests to the API, "pulls" for pulls from the registry
	Account   string        // the account; "" = this network address
	Limit     *int64        // requests or pulls per Window; nil = unlimited
	Remaining *int64        // requests or pulls left; nil = not sent
	Window    time.Duration // 0 = not sent
	Reset     Time          // when Remaining becomes Limit again; zero = not sent
	Source    string        // what the server counts by: an address or an account's ID; "" = not sent
}

// JSON returns the limit as a JSON object with the fields name, account, unlimited,
// limit, remaining, window_seconds, reset and source.
func (l RateLimit) JSON() json.RawMessage {
	b, _ := json.Marshal(struct { //nolint:errchkjson // a Time never fails
		Name      string `json:"name"`
		Account   string `json:"account,omitempty"`
		Unlimited bool   `json:"unlimited"`
		Limit     *int64 `json:"limit"`
		Remaining *int64 `json:"remaining"`
		Window    int64  `json:"window_seconds,omitempty"`
		Reset     Time   `json:"reset"`
		Source    string `json:"source,omitempty"`
	}{l.Name, l.Account, l.Limit == nil, l.Limit, l.Remaining, int64(l.Window / time.Second), l.Reset, l.Source})
	return b
}

// RateLimitService reads the Hub's rate limits.
type RateLimitService struct{ c *Client }

// apiWindow is the window in which the specification counts requests.
const apiWindow = time.Minute

// API returns the session's limit on API requests. It costs one request, for the
// repository library/hello-world.
//
// Operation: HEAD /v2/namespaces/{namespace}/repositories/{repository}
func (s *RateLimitService) API(ctx context.Context) (RateLimit, error) {
	l := RateLimit{Name: "api", Window: apiWindow}
	r, err := s.c.hub.Request(http.MethodHead, nil, "v2", "namespaces", "library", "repositories", "hello-world")
	if err != nil {
		return l, err
	}
	resp, err := s.c.hub.Send(ctx, r)
	if err != nil {
		return l, err
	}
	defer resp.Body.Close()
	l.Limit, l.Remaining = count(resp.Header.Get("X-RateLimit-Limit")), count(resp.Header.Get("X-RateLimit-Remaining"))
	l.Source = resp.Header.Get("X-RateLimit-IP")
	if at := count(resp.Header.Get("X-RateLimit-Reset")); at != nil {
		l.Reset = Time{time.Unix(*at, 0).UTC()}
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized, l.Limit == nil && resp.StatusCode/100 != 2:
		return l, s.c.ReadError(resp)
	case l.Limit == nil:
		return l, &AnswerError{
			Method: r.Method, Path: r.URL.EscapedPath(),
			Problem: "has no X-RateLimit-Limit header",
		}
	}
	return l, nil
}

// Pulls returns the limits on pulls from Docker's registry: those of the account if
// there is a secret (a password or an access token, not a session), or else those
// of this network address. It does not count as a pull. The secret goes to
// [Options.AuthURL]. There may be several limits, for several windows of time.
//
// Operation: GET /token
//
// Operation: HEAD /v2/ratelimitpreview/test/manifests/latest
func (s *RateLimitService) Pulls(ctx context.Context, user, secret string) ([]RateLimit, error) {
	bearer, _, err := s.c.pulls.token(ctx, user, secret, "repository:ratelimitpreview/test:pull")
	if err != nil {
		return nil, err
	}
	r, err := s.c.pulls.images.Request(http.MethodHead, nil, "v2", "ratelimitpreview", "test", "manifests", "latest")
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Authorization": {"Bearer " + bearer}}
	r.Once = true // the answer has the limit even if it was reached
	resp, err := s.c.pulls.images.Send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	header := resp.Header.Get("RateLimit-Limit")
	if header == "" && resp.StatusCode/100 != 2 {
		return nil, (*Error)(s.c.pulls.images.ReadError(resp))
	}
	base := RateLimit{Name: "pulls", Source: resp.Header.Get("Docker-RateLimit-Source")}
	if secret != "" {
		base.Account = user
	}
	if wait := count(resp.Header.Get("RateLimit-Reset")); wait != nil {
		base.Reset = Time{time.Now().UTC().Add(time.Duration(*wait) * time.Second).Truncate(time.Second)}
	}
	if header == "" {
		return []RateLimit{base}, nil
	}
	limits := policies(base, header, resp.Header.Get("RateLimit-Remaining"))
	if limits == nil {
		return nil, &AnswerError{
			Method: r.Method, Path: r.URL.EscapedPath(),
			Problem: "has an invalid RateLimit-Limit header: " + strconv.Quote(header),
		}
	}
	return limits, nil
}

// policies parses limits and remaining quotas, such as "100;w=3600" and
// "76;w=3600", each possibly a comma-separated list.
func policies(base RateLimit, limit, remaining string) []RateLimit {
	var all []RateLimit
	left := quotas(remaining)
	for i, q := range quotas(limit) {
		l := base
		l.Limit, l.Window = &q.n, q.window
		if i < len(left) {
			l.Remaining = &left[i].n
		}
		for _, r := range left {
			if r.window == q.window {
				l.Remaining = &r.n
			}
		}
		all = append(all, l)
	}
	return all
}

type quota struct {
	n      int64
	window time.Duration
}

func quotas(header string) []quota {
	var all []quota
	for item := range strings.SplitSeq(header, ",") {
		number, parameters, _ := strings.Cut(item, ";")
		n := count(number)
		if n == nil {
			continue
		}
		q := quota{n: *n}
		for p := range strings.SplitSeq(parameters, ";") {
			if w, ok := strings.CutPrefix(strings.TrimSpace(p), "w="); ok {
				if seconds := count(w); seconds != nil {
					q.window = time.Duration(*seconds) * time.Second
				}
			}
		}
		all = append(all, q)
	}
	return all
}

// count parses a header's number, or returns nil. The maximum is the number of
// seconds that fits a Duration.
func count(s string) *int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > 9e9 {
		return nil
	}
	return &n
}
