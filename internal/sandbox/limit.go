package sandbox

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The limit for anonymous callers was observed; the other is not documented.
const (
	anonymousLimit = 180
	accountLimit   = 600
)

// limit counts the request and sets the headers of every answer.
func (c *call) limit() error {
	caller, limit := "ip "+c.address(), anonymousLimit
	if c.who != nil {
		caller, limit = "account "+c.who.account.Name, accountLimit
	}
	if c.hub.o.RateLimit > 0 {
		limit = c.hub.o.RateLimit
	}

	used, reset := c.hub.count(caller, c.now)
	header := c.w.Header()
	header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	left := limit - used
	if c.hub.o.RateLimit == 0 {
		left = max(left, limit/2) // no need to slow down for a limit that is not enforced
	}
	header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, left)))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	if used <= limit || c.hub.o.RateLimit == 0 {
		return nil
	}
	c.retryAfter(reset)
	if strings.HasPrefix(c.URL.Path, registryPath+"/") {
		return registryFault(http.StatusTooManyRequests, "TOOMANYREQUESTS", "too many requests", nil)
	}
	return &fault{http.StatusTooManyRequests, struct {
		Detail string `json:"detail"`
		Error  bool   `json:"error"`
	}{Detail: "Rate limit exceeded"}}
}

// address returns the client's address.
func (c *call) address() string {
	if host, _, err := net.SplitHostPort(c.RemoteAddr); err == nil {
		return host
	}
	return c.RemoteAddr
}

// retryAfter sets the headers of the newer and the older specification.
func (c *call) retryAfter(t time.Time) {
	seconds := int64((t.Sub(c.now) + time.Second - 1) / time.Second)
	c.w.Header().Set("Retry-After", strconv.FormatInt(max(1, seconds), 10))
	c.w.Header().Set("X-Retry-After", strconv.FormatInt(t.Unix(), 10))
}

// count returns the caller's number of requests in this minute, and when the minute ends.
func (h *Hub) count(caller string, now time.Time) (used int, reset time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(h.minute) {
		h.minute = minute
		clear(h.counts)
	}
	h.counts[caller]++
	return h.counts[caller], h.minute.Add(time.Minute)
}
