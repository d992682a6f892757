// Package redact recognizes secrets and hides them in logs, dry runs and errors. It
// goes by the names of fields, headers and parameters, and by the form of values.
package redact

import (
	"mime"
	"regexp"
	"sync"
)

// Mark replaces a secret.
const Mark = "[redacted]"

// Text hides anything that looks like a secret in a text: JSON, which may be cut off
// or quoted inside other JSON, URLs, forms, and sentences that quote them.
func Text(s string) string {
	return hideShapes(hideAssignments(Userinfo(hideFields(s))))
}

// Header returns the value of a header, hidden if the header's name marks it as a
// secret.
func Header(name, value string) string {
	if value != "" && secretHeader(name) {
		return Mark
	}
	return Text(value)
}

// Body is Text for a body with a known media type; "" is unknown.
func Body(contentType, body string) string {
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && kind == "application/x-www-form-urlencoded" {
		return Text(Query(body))
	}
	return Text(body)
}

// hideFields hides the values of JSON fields with secret names: strings, numbers, and
// everything in an array or object. It keeps true, false and null, which reveal nothing.
func hideFields(s string) string {
	return replace(s, fieldShape(), func(m []int) (int, string) {
		f, ok := newField(s, m)
		if !ok || !SecretName(f.name) {
			return m[1], ""
		}
		end := m[1] + f.valueEnd(s[m[1]:])
		if tellsNothing(s[m[1]:end]) {
			return m[1], ""
		}
		return end, f.quoted(Mark)
	})
}

// secretShapes match the Hub's access tokens and sessions, which are secret anywhere.
var secretShapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|(?i:dckr_(?:pat|oat)_[\w-]+)`)
})

// schemes match credentials after the name of their scheme, as in Authorization.
var schemes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(bearer|basic)([ +]|%20)([\w+/.~-]{6,}=*)`)
})

// wordShape matches a word of a sentence, such as "Basic authentication".
var wordShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z]?[a-z]+\.?$`) })

func hideShapes(s string) string {
	s = secretShapes().ReplaceAllString(s, Mark)
	return schemes().ReplaceAllStringFunc(s, func(found string) string {
		m := schemes().FindStringSubmatch(found)
		if wordShape().MatchString(m[3]) {
			return found
		}
		return m[1] + m[2] + Mark
	})
}
