// Package redact knows what a secret looks like and how it is hidden.
package redact

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// wholeSecret is the form of a whole secret: a personal or an organization
// access token of Docker's, or a JWT.
var wholeSecret = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?i:dckr_[po]at_)[\w-]+|eyJ[\w-]{5,}\.[\w-]+\.[\w-]*)$`)
})

// LooksLikeSecret reports whether s, as a whole, has the form of a secret. A
// UUID, which also names tokens, does not.
func LooksLikeSecret(s string) bool { return wholeSecret().MatchString(s) }

// ErrMisplaced is a secret given where a name belongs. Its text does not repeat
// the secret.
var ErrMisplaced = errors.New("expected a name or an identifier, got what looks like a secret")

// HoldsSecret reports whether s is a secret or has one for a part, as a path or
// a reference may.
func HoldsSecret(s string) bool { return len(SecretsIn(s)) > 0 }

// SecretsIn returns the parts of s that look like a secret.
func SecretsIn(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	})
	return slices.DeleteFunc(parts, func(part string) bool { return !LooksLikeSecret(part) })
}
