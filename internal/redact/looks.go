// Package redact recognizes and hides secrets.
package redact

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// wholeSecret matches a secret and nothing else: one of Docker's personal or
// organization access tokens, or a JWT.
var wholeSecret = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?i:dckr_[po]at_)[\w-]+|eyJ[\w-]{5,}\.[\w-]+\.[\w-]*)$`)
})

// LooksLikeSecret reports whether the whole of s looks like a secret. A UUID does
// not, because UUIDs also identify tokens.
func LooksLikeSecret(s string) bool { return wholeSecret().MatchString(s) }

// ErrMisplaced means that a secret was given instead of a name. Its text does not
// repeat the secret.
var ErrMisplaced = errors.New("expected a name or an identifier, got what looks like a secret")

// HoldsSecret reports whether s is a secret or contains one, as a path or a reference
// may.
func HoldsSecret(s string) bool { return len(SecretsIn(s)) > 0 }

// SecretsIn returns the parts of s that look like a secret.
func SecretsIn(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	})
	return slices.DeleteFunc(parts, func(part string) bool { return !LooksLikeSecret(part) })
}
