package rotation

import (
	"regexp"
	"sync"
)

// A new token has a temporary label until it is known to work, so that it can be
// found if its identifier never arrived.

// temporary matches a temporary label.
var temporary = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.*) \(rotating [0-9a-f]{8}\)$`)
})

// labelLimit is the longest label that Docker Hub accepts, in characters.
const labelLimit = 100

// temporaryLabel returns a label that no other token has.
func temporaryLabel(label, tag string) string { return stem(label) + " (rotating " + tag + ")" }

// stem returns the part of a label that fits into a temporary one.
func stem(label string) string {
	limit := labelLimit - len(" (rotating 00000000)")
	if r := []rune(label); len(r) > limit {
		return string(r[:limit])
	}
	return label
}
