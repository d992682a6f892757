package hub

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/hubctl/hubctl/internal/redact"
)

// ErrInput means that the caller's input is invalid. Nothing was sent.
var ErrInput = errors.New("invalid input")

// InputError is an ErrInput with its own message.
type InputError string

func (e InputError) Error() string { return string(e) }

func (e InputError) Is(target error) bool { return target == ErrInput }

// ParseBase parses the base URL of an API. Plain http is for loopback only.
func ParseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	refuse := func(format string) (*url.URL, error) { return nil, InputError(fmt.Sprintf(format, redact.RawURL(s))) }
	switch {
	case err == nil && u.User != nil, err != nil && strings.Contains(s, "@"):
		return refuse("the URL %q may not carry a user name or password (use -U for a user name)")
	case err == nil && u.Scheme != "" && u.Hostname() == "" && strings.Contains(s, "://"):
		return refuse("the URL %q has no host")
	case err != nil || u.Scheme == "" || u.Host == "":
		return refuse("%q is not a URL with a scheme, such as https://hub.docker.com" +
			" (a user name is given with -U)")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return refuse("the URL %q may not carry a query or fragment")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("the URL %q must start with https://")
	case u.Scheme == "http" && !IsLoopback(u):
		return refuse("%q would send credentials unencrypted: plain http is for loopback only")
	}
	if path := strings.TrimSuffix(u.Path, "/"); strings.HasSuffix(path, "/v2") {
		return refuse("the URL %q may not end in /v2: every request adds it")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// IsLoopback reports whether u is on this machine.
func IsLoopback(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Origin returns the normalized scheme, host and port of u: in lower case, without
// the scheme's default port.
func Origin(u *url.URL) string {
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// SameOrigin reports whether a and b have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool { return Origin(a) == Origin(b) }

// Segment checks that s can be one segment of a path, so that no identifier can
// redirect a request to another resource.
func Segment(s string) (string, error) {
	switch {
	case s == "":
		return "", InputError("an identifier may not be empty")
	case s == "." || s == "..":
		return "", InputError(fmt.Sprintf("%q is not an identifier", s))
	case strings.ContainsAny(s, `/\`) || strings.ContainsFunc(s, unicode.IsControl):
		return "", InputError(fmt.Sprintf("%q is not an identifier: it would change the path", s))
	}
	return s, nil
}

// Legacy is the first segment of a path of the older API. These paths end in a
// slash: without it, some have been answered with a redirect, which is not followed
// for writes.
const Legacy = "v2/"

// Path appends segments to the base URL, after checking and escaping each.
func (c *Client) Path(segments ...string) (*url.URL, error) {
	if len(segments) > 0 && segments[0] == Legacy {
		u, err := c.Path(append([]string{strings.TrimSuffix(Legacy, "/")}, segments[1:]...)...)
		if err != nil {
			return nil, err
		}
		return u.JoinPath("/"), nil
	}
	escaped := make([]string, len(segments))
	for i, s := range segments {
		if _, err := Segment(s); err != nil {
			return nil, err
		}
		escaped[i] = url.PathEscape(s)
	}
	return c.base.JoinPath(escaped...), nil
}

// Resolve parses a path given by the user: with or without the first slash,
// possibly with a query, or as a whole URL of the client's own origin.
func (c *Client) Resolve(path string) (*url.URL, error) {
	if strings.TrimSpace(path) == "" {
		return nil, InputError("the path is empty")
	}
	scheme, _, whole := strings.Cut(path, "://")
	whole = whole && !strings.ContainsAny(scheme, "/?")
	if !whole && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u, err := url.Parse(path)
	switch {
	case err != nil:
		return nil, InputError(fmt.Sprintf("%q is not a path: %s", redact.RawURL(path), redact.URLError(err)))
	case u.Fragment != "":
		return nil, InputError(fmt.Sprintf("%q has a fragment, which is never sent", redact.RawURL(path)))
	case u.User != nil:
		return nil, InputError("the path may not carry a user name or password")
	case whole && SameOrigin(u, c.base):
		u.RawQuery = escapeQuery(u.RawQuery)
		return u, nil
	case u.Host != "" || u.Scheme != "" || strings.HasPrefix(path, `/\`):
		return nil, InputError(fmt.Sprintf("refusing to send credentials to %q: not %s", redact.RawURL(path), Origin(c.base)))
	}
	return c.local(u), nil
}

// local returns the path and query of u at the client's own origin.
func (c *Client) local(u *url.URL) *url.URL {
	v := *c.base
	path, prefix := u.EscapedPath(), strings.TrimSuffix(c.base.EscapedPath(), "/")
	if path != prefix && !strings.HasPrefix(path, prefix+"/") {
		path = prefix + path
	}
	v.Path, _ = url.PathUnescape(path) // escaped by net/url
	v.RawPath, v.RawQuery = path, escapeQuery(u.RawQuery)
	return &v
}

// escapeQuery escapes characters that may not appear in a query, such as a space,
// which would end the URL. It leaves escaped characters alone.
func escapeQuery(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
