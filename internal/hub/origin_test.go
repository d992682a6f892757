package hub

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode"
)

func TestParseBase(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"https://hub.docker.com":            "https://hub.docker.com/",
		"https://hub.docker.com/":           "https://hub.docker.com/",
		"HTTPS://Hub.Docker.com:443/p%2Fq/": "https://Hub.Docker.com:443/p%2Fq/",
		"http://localhost:8080/hub":         "http://localhost:8080/hub",
		"http://LOCALHOST":                  "http://LOCALHOST/",
		"http://127.0.0.1:1":                "http://127.0.0.1:1/",
		"http://127.8.8.8":                  "http://127.8.8.8/",
		"http://[::1]:9":                    "http://[::1]:9/",
		"https://hub.docker.com/v2/proxy":   "https://hub.docker.com/v2/proxy",
		"http://sub.localhost":              "http://sub.localhost/",
	} {
		if u, err := ParseBase(s); err != nil || u.String() != want {
			t.Errorf("%s: %v, %v", s, u, err)
		}
	}
	for s, why := range map[string]string{
		"":                                   "not a URL with a scheme",
		"ada":                                "given with -U",
		"hub.docker.com":                     "not a URL with a scheme",
		"//hub.docker.com":                   "not a URL with a scheme",
		"https:hub.docker.com":               "not a URL with a scheme",
		"https:///x":                         "has no host",
		"https://":                           "has no host",
		"https://:443":                       "has no host",
		"https://hub docker.com":             "not a URL",
		"https://hub.docker.com:x":           "not a URL",
		"ftp://hub.docker.com":               "must start with https://",
		"http://hub.docker.com":              "unencrypted",
		"http://localhost.evil.example":      "unencrypted",
		"http://127.0.0.1.evil.example":      "unencrypted",
		"http://0.0.0.0":                     "unencrypted",
		"http://[::2]":                       "unencrypted",
		"http://2130706433":                  "unencrypted",
		"https://ada:hunter2@hub.docker.com": "may not carry a user name",
		"https://hunter2@hub.docker.com":     "may not carry a user name",
		"https://hub.docker.com/v2":          "may not end in /v2",
		"https://hub.docker.com/proxy/v2/":   "may not end in /v2",
		"https://hub.docker.com?x":           "may not carry a query",
		"https://hub.docker.com/?":           "may not carry a query",
		"https://hub.docker.com/#x":          "may not carry a query",
	} {
		u, err := ParseBase(s)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, %v", s, u, err)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"https://hub.docker.com/x?y":      "https://hub.docker.com",
		"HTTPS://HUB.docker.COM:443":      "https://hub.docker.com",
		"https://hub.docker.com:":         "https://hub.docker.com",
		"https://hub.docker.com:80":       "https://hub.docker.com:80",
		"http://localhost:80/":            "http://localhost",
		"http://localhost:443":            "http://localhost:443",
		"https://[::1]:443/":              "https://[::1]",
		"https://[FE80::1]:8443":          "https://[fe80::1]:8443",
		"https://ada:word@hub.docker.com": "https://hub.docker.com",
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := Origin(u); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		base     string
		segments []string
		want     string // "" = refused
	}{
		{home, nil, home + "/"},
		{home, []string{"v2", "x"}, home + "/v2/x"},
		{home + "/proxy/", []string{"v2", "x"}, home + "/proxy/v2/x"},
		{home + "/a%2Fb", []string{"v2"}, home + "/a%2Fb/v2"},
		{home, []string{"v2", "a b?c#d%2e:e&f"}, home + "/v2/a%20b%3Fc%23d%252e:e&f"},
		{home, []string{"v2", "%2e%2e"}, home + "/v2/%252e%252e"},
		{home, []string{"v2", "..."}, home + "/v2/..."},
		{home, []string{"v2", "日本 \xff"}, home + "/v2/%E6%97%A5%E6%9C%AC%20%FF"},
		{home, []string{"v2", ""}, ""},
		{home, []string{"v2", "."}, ""},
		{home, []string{"v2", ".."}, ""},
		{home, []string{"v2", "a/b"}, ""},
		{home, []string{"v2", `a\b`}, ""},
		{home, []string{"v2", "a\nb"}, ""},
		{home, []string{"v2", "\x7f"}, ""},
		{home, []string{"v2", "\u0085"}, ""},
	} {
		c := New(Config{Base: base(t, test.base)})
		for range 2 { // the segments are unchanged
			u, err := c.Path(test.segments...)
			if test.want == "" {
				if !errors.Is(err, ErrInput) {
					t.Errorf("%q: %v, %v", test.segments, u, err)
				}
			} else if err != nil || u.String() != test.want {
				t.Errorf("%q: %v, %v", test.segments, u, err)
			}
		}
	}
}

func FuzzSegment(f *testing.F) {
	for _, s := range []string{"", ".", "..", "...", "a", "a/b", `a\b`, "%2e%2e", "%2F", "?", "#", " ", "é", "\xff", "a:b", ";", "//", "\x00"} {
		f.Add(s)
	}
	c := New(Config{Base: &url.URL{Scheme: "https", Host: "hub.docker.com", Path: "/proxy"}})
	f.Fuzz(func(t *testing.T, s string) {
		u, err := c.Path("v2", s)
		_, segmentErr := Segment(s)
		if (err == nil) != (segmentErr == nil) {
			t.Fatalf("%q: %v, but %v", s, err, segmentErr)
		}
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		again, err := url.Parse(u.String())
		if err != nil {
			t.Fatalf("%q: %s: %v", s, u, err)
		}
		last, found := strings.CutPrefix(again.EscapedPath(), "/proxy/v2/")
		if got, err := url.PathUnescape(last); !found || err != nil || got != s || strings.Contains(last, "/") || last == "." || last == ".." {
			t.Errorf("%q: %s", s, u)
		}
		if again.RawQuery != "" || again.Fragment != "" || !SameOrigin(again, c.base) {
			t.Errorf("%q leads to %s", s, u)
		}
	})
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, path, want string }{
		{home, "/v2/x", home + "/v2/x"},
		{home, "v2/x", home + "/v2/x"},
		{home, "/v2/x?a=b&c=%2F", home + "/v2/x?a=b&c=%2F"},
		{home, `/v2/x?q=a b+"é"%20\&`, home + "/v2/x?q=a%20b+%22%C3%A9%22%20%5C&"},
		{home, home + "/x?q=a b", home + "/x?q=a%20b"},
		{home, "?page=2", home + "/?page=2"},
		{home, "/", home + "/"},
		{home, "/a%2Fb", home + "/a%2Fb"},
		{home, "/a b/é", home + "/a%20b/%C3%A9"},
		{home, "/v2/%2e%2e/x", home + "/v2/%2e%2e/x"},
		{home, "/v2/x?to=https://evil.example/", home + "/v2/x?to=https://evil.example/"},
		{home, "v2/x?to=https://evil.example/", home + "/v2/x?to=https://evil.example/"},
		{home, "evil.example:80/x", home + "/evil.example:80/x"},
		{home, "https:/evil.example", home + "/https:/evil.example"},
		{home, `https:\\evil.example`, home + "/https:%5C%5Cevil.example"},
		{home, "///evil.example/x", home + "///evil.example/x"},
		{home, "/https://evil.example/", home + "/https://evil.example/"},
		{home, "https://hub.docker.com/v2/x", "https://hub.docker.com/v2/x"},
		{home, "https://HUB.docker.com:443/v2/x?y", "https://HUB.docker.com:443/v2/x?y"},
		{home, "https://hub.docker.com", "https://hub.docker.com"},
		{"http://localhost:80", "http://LOCALHOST/x", "http://LOCALHOST/x"},
		{home + "/proxy", "v2/x", home + "/proxy/v2/x"},
		{home + "/proxy/", "/proxy/v2/x", home + "/proxy/v2/x"},
		{home + "/proxy", "/proxy", home + "/proxy"},
		{home + "/proxy", "/proxyx", home + "/proxy/proxyx"},
		{home + "/proxy", "https://hub.docker.com/other", "https://hub.docker.com/other"},
		{home + "/a%2Fb", "/c%2Fd", home + "/a%2Fb/c%2Fd"},
	} {
		u, err := New(Config{Base: base(t, test.base)}).Resolve(test.path)
		if err != nil || u.String() != test.want {
			t.Errorf("%s at %s: %v, %v", test.path, test.base, u, err)
		}
	}
	for _, path := range []string{
		"", " ", "\n", "//evil.example/x", "http://hub.docker.com/x", "https://evil.example/x", "https://hub.docker.com:444/x",
		"https://hub.docker.com.evil.example/", "https://ada@hub.docker.com/x", "https://ada:word@hub.docker.com/", "https://hub.docker.com@evil.example/",
		`/\evil.example`, `\evil.example`, `\\evil.example`, `https://evil.example\@hub.docker.com/`, `https://hub.docker.com\@evil.example/`,
		"/x#fragment", "https://hub.docker.com/x#fragment", "javascript://hub.docker.com/", "ftp://hub.docker.com/", "https://", "https:///x", "://x",
		"/x\r\nHost: evil.example", "/%zz", "https://[::1", " https://evil.example/", "\thttps://evil.example", "https://hub.docker.com./x", "https://hub。docker.com/",
	} {
		c := New(Config{Base: base(t, home)})
		if u, err := c.Resolve(path); !errors.Is(err, ErrInput) {
			t.Errorf("%q: %v, %v", path, u, err)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{
		"", "/", "v2/x", "/v2/x?y=z", "//evil", "///evil", `/\evil`, `\evil`, "https://hub.docker.com/x", "https://evil/x", "https://hub.docker.com@evil/", "http://hub.docker.com",
		"#", "?", "%2e%2e/x", "/../x", "é", "https:x", "a:b", "https://HUB.docker.com:443", "https://hub.docker.com:", ":", "*", "/*", "//", "? x", "/x?\\ é", "https://hub.docker.com//evil",
	} {
		f.Add(s)
	}
	bases := []*url.URL{{Scheme: "https", Host: "hub.docker.com", Path: "/"}, {Scheme: "https", Host: "hub.docker.com", Path: "/a/b", RawPath: "/a%2Fb"}}
	f.Fuzz(func(t *testing.T, path string) {
		for _, b := range bases {
			u, err := New(Config{Base: b}).Resolve(path)
			if err != nil {
				if !errors.Is(err, ErrInput) {
					t.Errorf("%q: %v", path, err)
				}
				continue
			}
			// What is sent is text, which must parse to the same URL.
			again, err := url.Parse(u.String())
			if err != nil {
				t.Fatalf("%q: %s: %v", path, u, err)
			}
			if !SameOrigin(again, b) || !SameOrigin(u, b) || again.User != nil || again.Fragment != "" || again.Opaque != "" {
				t.Errorf("%q leads to %s", path, u)
			}
			if strings.ContainsFunc(u.RequestURI(), unicode.IsControl) || strings.ContainsAny(u.RequestURI(), " \\") {
				t.Errorf("%q asks for %q", path, u.RequestURI())
			}
		}
	})
}
