package hub

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Limits on how much of an answer is held in memory, compressed or not. Send has
// none: its caller reads the body.
const (
	MaxAnswer   = 16 << 20 // bytes in an API answer or a page of a listing
	MaxDocument = 8 << 20  // bytes in a document decoded as a whole, which takes up to 64 MB of memory
	MaxDepth    = 1000     // nested arrays and objects
	maxWeight   = 40 << 20 // approximate bytes in memory, once decoded
)

// The measured memory overhead of a decoded value and a decoded object, in
// addition to their text.
const (
	valueWeight  = 56
	objectWeight = 250
)

// CheckDocument checks that doc is a JSON document small enough to decode as a
// whole. Its errors complete a sentence that begins "the answer ".
func CheckDocument(doc []byte) error {
	if problem := documentProblem(doc, MaxDocument); problem != "" {
		return errors.New(problem)
	}
	return nil
}

const notJSON = "is not JSON"

func tooLarge(limit int) string { return fmt.Sprintf("is larger than %d MB", limit>>20) }

// documentProblem returns what is wrong with a JSON document of at most the given
// number of bytes, or "".
func documentProblem(doc []byte, limit int) string {
	depth, weight := measure(doc)
	switch {
	case len(doc) > limit:
		return tooLarge(limit)
	case depth > MaxDepth:
		return fmt.Sprintf("is nested more than %d levels deep", MaxDepth)
	case !json.Valid(doc):
		return notJSON
	case weight > maxWeight:
		return fmt.Sprintf("has too many values: decoding it would take more than %d MB", maxWeight>>20)
	}
	return ""
}

// measure returns the nesting depth of doc, which need not be valid, and roughly
// how much memory it takes once decoded.
func measure(doc []byte) (depth, weight int) {
	at := 0
	quoted := false
	for i := 0; i < len(doc); i++ {
		switch c := doc[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			at++
			depth = max(depth, at)
			weight += valueWeight
			if c == '{' {
				weight += objectWeight
			}
		case c == ']' || c == '}':
			at--
		case c == ',' || c == ':':
			weight += valueWeight
		}
	}
	return depth, weight + len(doc)
}
