package redact

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// URL formats u for people: without user name and password, and with secrets in its
// query hidden.
func URL(u *url.URL) string {
	v := *u
	v.User = nil
	v.RawQuery = Query(v.RawQuery) // even if it cannot be parsed
	return Text(v.String())
}

// RequestURI returns the path and query of u, as URL formats them.
func RequestURI(u *url.URL) string {
	path, query, found := strings.Cut(u.RequestURI(), "?")
	if found {
		query = "?" + Query(query)
	}
	return Text(path + query)
}

// RawURL formats a string typed by a user that may be a URL. It hides everything that may
// be a password.
func RawURL(s string) string {
	scheme, rest, found := strings.Cut(s, "://")
	if found {
		scheme += "://"
	} else {
		scheme, rest = "", s
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		if before := rest[:at]; strings.Contains(before, ":") || !strings.Contains(before, "/") {
			rest = Mark + rest[at:]
		}
	}
	rest, query, found := strings.Cut(rest, "?")
	if found {
		query = "?" + Query(query)
	}
	return Text(scheme + rest + query)
}

// URLError returns why a URL cannot be parsed. Errors of net/url quote parts of it, so
// the reason is generic if the URL may hold a password.
func URLError(err error) string {
	var e *url.Error
	if !errors.As(err, &e) {
		return Text(err.Error())
	}
	if strings.Contains(e.URL, "@") {
		return "invalid URL"
	}
	return Text(e.Err.Error())
}

var parameterStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[&;])([^=&;]*)=`) })

// Query hides the secrets in a query or a form, which need not be well formed.
func Query(s string) string {
	return replace(s, parameterStart(), func(m []int) (int, string) {
		separators, shown := "&;", unquoted
		if secretParameter(s[m[2]:m[3]]) {
			separators, shown = "&", hidden // servers disagree about semicolons
		}
		value := until(s[m[1]:], separators)
		return m[1] + len(value), shown(value)
	})
}

// replace returns s with the text after each match replaced, as with returns it together
// with the end of that text. It ignores matches inside replaced text.
func replace(s string, shape *regexp.Regexp, with func(match []int) (end int, text string)) string {
	var b strings.Builder
	done := 0
	for _, m := range shape.FindAllStringSubmatchIndex(s, -1) {
		if m[0] < done {
			continue
		}
		b.WriteString(s[done:m[1]])
		end, text := with(m)
		b.WriteString(text)
		done = end
	}
	return b.String() + s[done:]
}

// secretParameter is SecretName for a name that may be escaped.
func secretParameter(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return SecretName(name)
}

// hidden hides a secret's value, unless it is empty.
func hidden(value string) string {
	if tellsNothing(value) {
		return value
	}
	return Mark
}

// unquoted returns a parameter's value, hidden if it contains a secret, such as an
// escaped URL.
func unquoted(value string) string {
	if !strings.Contains(value, "%") {
		return value
	}
	if plain, err := url.QueryUnescape(value); err == nil && plain != value && Text(plain) != plain {
		return Mark
	}
	return value
}

var assignmentShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([\w.%\[\]-]+)=`) })

// hideAssignments hides secrets in parts that look like name=value.
func hideAssignments(s string) string {
	return replace(s, assignmentShape(), func(m []int) (int, string) {
		if secretParameter(s[m[2]:m[3]]) {
			value := assigned(s[m[1]:])
			return m[1] + len(value), hidden(value)
		}
		value := assigned(until(s[m[1]:], "=")) // it may contain another assignment, as in url=https://HOST/?token=
		if end := m[1] + len(value); end == len(s) || s[end] != '=' {
			return end, unquoted(value)
		}
		return m[1], ""
	})
}

// assigned returns the value at the start of s: up to the next parameter or the end of
// its word or string.
func assigned(s string) string {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '&', '"', '<', '>', ' ', '\t', '\r', '\n', '\v', '\f':
			return s[:i]
		case '\\':
			i++
		}
	}
	return s
}

var authorityStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`//|\\/\\/`) })

// longestURL is how far to search for the end of a password, in bytes.
const longestURL = 1024

const lineEnds = "\"<>\r\n"

// Userinfo hides user names and passwords in the URLs of a text.
func Userinfo(s string) string {
	return replace(s, authorityStart(), func(m []int) (int, string) {
		rest := s[m[1]:]
		line := until(rest[:min(len(rest), longestURL)], lineEnds)
		end := userinfoEnd(until(line, " \t"), line)
		if end == longestURL { // no host is that long
			end = len(until(rest, lineEnds))
		}
		if end > 0 {
			return m[1] + end, Mark
		}
		return m[1], ""
	})
}

var portShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:\d{0,5}$`) })

// userinfoEnd returns the index of the @ after a URL's user name and password, 0 if there
// is none, or longestURL if it must be further on. The address is the text after the //,
// and line the text after that: an unescaped password may contain a slash or a space.
func userinfoEnd(address, line string) int {
	authority := until(address, "/?#")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		return at
	}
	isHost := !strings.Contains(authority, ":") || portShape().MatchString(authority) || strings.HasPrefix(authority, "[")
	at := strings.LastIndexByte(line, '@')
	switch {
	case !isHost && at >= 0:
		return at
	case !isHost && len(line) == longestURL, len(authority) == longestURL:
		return longestURL
	default:
		return 0
	}
}

// until returns s up to the first of some characters.
func until(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}
