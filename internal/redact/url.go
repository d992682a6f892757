package redact

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// URL is u for people: without a user name and password, and with the secrets
// in its query hidden.
func URL(u *url.URL) string {
	v := *u
	v.User = nil
	v.RawQuery = Query(v.RawQuery) // also if it cannot be parsed
	return Text(v.String())
}

// RequestURI is the path and query of u, as URL shows them.
func RequestURI(u *url.URL) string {
	path, query, found := strings.Cut(u.RequestURI(), "?")
	if found {
		query = "?" + Query(query)
	}
	return Text(path + query)
}

// RawURL is a URL for people as somebody typed it, which may be none. Whatever
// may be a password in it is hidden.
func RawURL(s string) string {
	scheme, rest, found := strings.Cut(s, "://")
	if found {
		scheme += "://"
	} else {
		scheme, rest = "", s
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 && (strings.Contains(rest[:at], ":") || !strings.Contains(rest[:at], "/")) {
		rest = Mark + rest[at:]
	}
	rest, query, found := strings.Cut(rest, "?")
	if found {
		query = "?" + Query(query)
	}
	return Text(scheme + rest + query)
}

// URLError is why a URL cannot be parsed. net/url quotes parts of it, so it says
// nothing in particular of one that may hold a password.
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
	var b strings.Builder
	for {
		m := parameterStart().FindStringSubmatchIndex(s)
		if m == nil {
			b.WriteString(s)
			return b.String()
		}
		name, value := s[m[2]:m[3]], s[m[1]:]
		b.WriteString(s[:m[1]])
		separators, shown := "&;", unquoted
		if secretParameter(name) {
			separators, shown = "&", hidden // servers differ on what a semicolon is
		}
		value = until(value, separators)
		b.WriteString(shown(value))
		s = s[m[1]+len(value):]
	}
}

// secretParameter is SecretName for a name that may be escaped.
func secretParameter(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return SecretName(name)
}

// hidden is a secret's value hidden, if there is one.
func hidden(value string) string {
	if tellsNothing(value) {
		return value
	}
	return Mark
}

// unquoted is a parameter's value, hidden if a secret is within it, such as a
// URL that is escaped.
func unquoted(value string) string {
	if !strings.Contains(value, "%") {
		return value
	}
	if plain, err := url.QueryUnescape(value); err == nil && plain != value && Text(plain) != plain {
		return Mark
	}
	return value
}

var assignmentShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([\w.%\[\]-]+)=((?:\\.|[^&\s"<>\\])+)`)
})

// hideAssignments hides the secrets among what looks like name=value.
func hideAssignments(s string) string {
	return assignmentShape().ReplaceAllStringFunc(s, func(found string) string {
		name, value, _ := strings.Cut(found, "=")
		if secretParameter(name) {
			return name + "=" + hidden(value)
		}
		if i := strings.IndexByte(value, '='); i >= 0 { // as in url=https://HOST/?token=
			return name + "=" + hideAssignments(value)
		}
		return name + "=" + unquoted(value)
	})
}

var authorityStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`//|\\/\\/`) })

// Userinfo hides user names and passwords in the URLs of a text.
func Userinfo(s string) string {
	var b strings.Builder
	for {
		m := authorityStart().FindStringIndex(s)
		if m == nil {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:m[1]])
		s = s[m[1]:]
		line := until(s, "\"<>\r\n")
		if end := userinfoEnd(until(line, " \t"), line); end > 0 {
			b.WriteString(Mark)
			s = s[end:]
		}
	}
}

var portShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:\d{0,5}$`) })

// userinfoEnd is where the @ of a URL's user name and password is, if there are
// such. The address is what follows the //, and line what follows that: a
// password that is not escaped may hold a slash or a blank.
func userinfoEnd(address, line string) int {
	authority := until(address, "/?#")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		return at
	}
	if strings.Contains(authority, ":") && !portShape().MatchString(authority) && !strings.HasPrefix(authority, "[") {
		return max(strings.LastIndexByte(line, '@'), 0)
	}
	return 0
}

// until is s up to the first of some characters.
func until(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}
