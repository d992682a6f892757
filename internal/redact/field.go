package redact

import (
	"regexp"
	"strings"
	"sync"
)

// A field is the name of a JSON field in a text. In JSON that is quoted inside other
// JSON, its quotation marks are preceded by backslashes. Python's single quotes are
// supported too, since servers print such objects in messages.
type field struct {
	name    string
	escapes int  // number of backslashes before each quotation mark: 0, 1, 3, 7...
	quote   byte // ' or "
}

var fieldShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(\\*)(["'])([^"'\\]{1,200})(\\*)(["'])((?:\s|\\+[nrt])*:(?:\s|\\+[nrt])*)`)
})

// newField returns the field for a match of fieldShape in s, if its quotation marks
// are the same.
func newField(s string, m []int) (field, bool) {
	part := func(i int) string { return s[m[2*i]:m[2*i+1]] }
	return field{part(3), len(part(1)), part(2)[0]}, part(1) == part(4) && part(2) == part(5)
}

// quoted returns s as a string with the quotation marks of the field's name.
func (f field) quoted(s string) string {
	mark := strings.Repeat(`\`, f.escapes) + string(f.quote)
	return mark + s + mark
}

// valueEnd returns the end of the value that s starts with. A value that is cut off
// ends with s or with the string around it.
func (f field) valueEnd(s string) int {
	opening := strings.Repeat(`\`, f.escapes)
	for _, quote := range []string{`"`, `'`} {
		if strings.HasPrefix(s, opening+quote) {
			return f.stringEnd(s, len(opening)+1, quote[0])
		}
	}
	if s != "" && (s[0] == '[' || s[0] == '{') {
		return f.containerEnd(s)
	}
	if i := strings.IndexAny(s, ",]}\"'\\ \t\r\n"); i >= 0 {
		return i
	}
	return len(s)
}

// stringEnd returns the end of the string whose content starts at i.
func (f field) stringEnd(s string, i int, quote byte) int {
	run := 0
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			run++
			continue
		case s[i] == quote && ends(run, f.escapes):
			return i + 1
		case s[i] == '"' && f.escapes > 0 && run < f.escapes:
			return i - run // end of the surrounding string
		}
		run = 0
	}
	return len(s)
}

// ends reports whether a quotation mark preceded by some backslashes ends a string
// whose own marks are preceded by as many as given.
func ends(run, escapes int) bool {
	if escapes == 0 {
		return run%2 == 0
	}
	return run%2 == 1 && ends((run-1)/2, (escapes-1)/2)
}

// containerEnd returns the end of the array or object that s starts with.
func (f field) containerEnd(s string) int {
	depth, run := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			run++
			continue
		case c == '"' && f.escapes > 0 && run < f.escapes:
			return i - run // end of the surrounding string
		case c == '"' || c == '\'' && f.quote == '\'':
			i = f.stringEnd(s, i+1, c) - 1
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		run = 0
	}
	return len(s)
}

var plainValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:true|false|null|-?\d{0,3})$`) })

// tellsNothing reports whether a value cannot be a secret, whatever its name: a boolean,
// null, or a number as small as a count or an error code.
func tellsNothing(value string) bool { return plainValue().MatchString(value) }
