// Package redact knows what a secret looks like and how it is hidden.
package redact

import (
	"regexp"
	"sync"
)

// wholeSecret is the form of a whole secret: a personal or an organization
// access token of Docker's, or a JWT.
var wholeSecret = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?i:dckr_[po]at_)[\w-]+|eyJ[\w-]{5,}\.[\w-]+\.[\w-]*)$`)
})

// LooksLikeSecret reports whether s, as a whole, has the form of a secret. A
// UUID, which also names tokens, does not.
func LooksLikeSecret(s string) bool { return wholeSecret().MatchString(s) }
