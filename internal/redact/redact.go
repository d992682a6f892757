// Package redact knows what a secret looks like and hides it: in logs, in what
// a dry run prints and in errors. It goes by the name of a field, header or
// parameter, and by the shape of a value.
package redact

import (
	"mime"
	"regexp"
	"sync"
)

// Mark stands in the place of a secret.
const Mark = "[redacted]"

// Text hides what looks like a secret in any text: JSON, which may be cut off
// or quoted within other JSON, URLs, forms, and sentences that quote them.
func Text(s string) string {
	return hideShapes(hideAssignments(Userinfo(hideFields(s))))
}

// Header is the value of a header, hidden if the header's name says that it is
// a secret.
func Header(name, value string) string {
	if value != "" && secretHeader(name) {
		return Mark
	}
	return Text(value)
}

// Body is Text for a body whose media type is known, which "" is not.
func Body(contentType, body string) string {
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && kind == "application/x-www-form-urlencoded" {
		return Text(Query(body))
	}
	return Text(body)
}

// hideFields hides the values of JSON fields whose names say that they are secret:
// strings, numbers, and everything in an array or object. true, false and null
// tell nothing and stay.
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

// secretShapes are the access tokens and sessions of the Hub, which are secret
// wherever they stand.
var secretShapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|(?i:dckr_(?:pat|oat)_[\w-]+)`)
})

// schemes are credentials behind the name of their scheme, as in Authorization.
var schemes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(bearer|basic)([ +]|%20)([\w+/.~-]{6,}=*)`)
})

// wordShape is a word of a sentence, such as "Basic authentication".
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
