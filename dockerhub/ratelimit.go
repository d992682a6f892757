package dockerhub

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// A RateLimit says how much of something is allowed in a window of time, and how
// much of it is left. The Hub says so in headers; there is no resource.
type RateLimit struct {
	Name      string        // "api" for requests to the API, "pulls" for pulls from the registry
	Account   string        // whose limit it is; "" = that of this network address
	Limit     *int64        // nil = unlimited
	Remaining *int64        // nil = not said
	Window    time.Duration // 0 = not said
	Reset     Time          // zero = not said
	Source    string        // whom the server counts: an address, or an account's ID; "" = not said
}

// JSON is the limit as a JSON object.
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

// RateLimitService tells how much may be asked of the Hub.
type RateLimitService service

// apiWindow is what the specification counts requests by.
const apiWindow = time.Minute

// API returns the limit on requests to the API that holds for this session. It
// costs one of them.
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
		return l, s.c.hub.ReadError(resp)
	case l.Limit == nil:
		return l, &AnswerError{
			Method: r.Method, Path: r.URL.EscapedPath(),
			Problem: "says nothing of a limit: it has no header X-RateLimit-Limit",
		}
	}
	return l, nil
}

// Pulls returns the limits on pulls from Docker's registry, of the account if
// there is a secret (a password or an access token; a session will not do), and
// else of this network address. Asking is no pull. The secret is sent to
// auth.docker.io if the client is for Docker Hub, and else to the client's own
// URL.
//
//hub:operation HEAD /v2/ratelimitpreview/test/manifests/latest
func (s *RateLimitService) Pulls(ctx context.Context, user, secret string) ([]RateLimit, error) {
	bearer, err := s.c.pulls.token(ctx, user, secret)
	if err != nil {
		return nil, err
	}
	r, err := s.c.pulls.images.Request(http.MethodHead, nil, "v2", "ratelimitpreview", "test", "manifests", "latest")
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Authorization": {"Bearer " + bearer}}
	r.Once = true // also if the limit is reached: the answer says so
	resp, err := s.c.pulls.images.Send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	header := resp.Header.Get("RateLimit-Limit")
	if header == "" && resp.StatusCode/100 != 2 {
		return nil, s.c.pulls.images.ReadError(resp)
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
			Problem: "has a header RateLimit-Limit that cannot be understood: " + strconv.Quote(header),
		}
	}
	return limits, nil
}

// policies reads limits and what is left of them, such as "100;w=3600" and
// "76;w=3600", each perhaps a list with commas.
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

// count is a header's number, nil if it is none. None of them is beyond what
// seconds a Duration can hold.
func count(s string) *int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > 9e9 {
		return nil
	}
	return &n
}

// A pullRegistry is what stands behind "docker pull". It has no bearer of the
// client's.
type pullRegistry struct{ auth, images *hub.Client }

// newPullRegistry returns Docker's registry for a client of Docker Hub, and for any
// other the one that it must be itself.
func newPullRegistry(config hub.Config) pullRegistry {
	config.Token = nil
	auth, images := config, config
	if hub.Origin(config.Base) == DefaultURL {
		auth.Base = &url.URL{Scheme: "https", Host: "auth.docker.io", Path: "/"}
		images.Base = &url.URL{Scheme: "https", Host: "registry-1.docker.io", Path: "/"}
	}
	return pullRegistry{hub.New(auth), hub.New(images)}
}

// token buys what the registry wants for looking at the image that the limits
// are shown with. It is one try, since wrong ones lock the account.
//
//hub:operation GET /token
func (r pullRegistry) token(ctx context.Context, user, secret string) (string, error) {
	req, err := r.auth.Request(http.MethodGet, nil, "token")
	if err != nil {
		return "", err
	}
	req.URL.RawQuery = url.Values{
		"service": {"registry.docker.io"},
		"scope":   {"repository:ratelimitpreview/test:pull"},
	}.Encode()
	req.Once = true
	if secret != "" {
		req.Header = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))}}
	}
	raw, err := r.auth.JSON(ctx, req)
	if err != nil {
		return "", err
	}
	var answer struct {
		Token  string `json:"token"`
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal(raw, &answer) // what cannot be read holds no token
	token := cmp.Or(answer.Token, answer.Access)
	if token == "" {
		return "", &AnswerError{Method: req.Method, Path: req.URL.EscapedPath(), Problem: "holds no token"}
	}
	return token, nil
}
