package hub

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The limits of what is held in memory of an answer, compressed or not. Only
// Send, whose body the caller reads, has no such limits.
const (
	MaxAnswer   = 16 << 20 // bytes of an answer of the API, or a page of a listing
	MaxDocument = 8 << 20  // bytes of a document that is decoded as a whole, which takes up to 64 MB
	MaxDepth    = 1000     // arrays and objects within each other
	maxWeight   = 40 << 20 // bytes once it is decoded, about
)

// What a value and an object take up once they are decoded, in addition to their
// text, as measured.
const (
	valueWeight  = 56
	objectWeight = 250
)

// CheckDocument checks that doc is a JSON document that can be decoded as a
// whole. Its errors read on from "the answer ".
func CheckDocument(doc []byte) error {
	if problem := documentProblem(doc, MaxDocument); problem != "" {
		return errors.New(problem)
	}
	return nil
}

const notJSON = "is not JSON"

func tooLarge(limit int) string { return fmt.Sprintf("is larger than %d MB", limit>>20) }

// documentProblem is what is wrong with a JSON document that may have so many
// bytes, or "".
func documentProblem(doc []byte, limit int) string {
	depth, weight := measure(doc)
	switch {
	case len(doc) > limit:
		return tooLarge(limit)
	case depth > MaxDepth:
		return fmt.Sprintf("is nested too deeply: more than %d arrays and objects within each other", MaxDepth)
	case !json.Valid(doc):
		return notJSON
	case weight > maxWeight:
		return fmt.Sprintf("has too many values: decoded, it takes more than %d MB", maxWeight>>20)
	}
	return ""
}

// measure is how deeply the arrays and objects of doc, which need not be valid,
// are nested, and about how much memory it takes up once it is decoded.
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
