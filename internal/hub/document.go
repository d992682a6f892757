package hub

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The limits of a JSON document that is held in memory, which is every answer
// but those that are streamed. They keep hubctl within 64 MB whatever a server
// sends, compressed or not.
const (
	MaxDocument = 8 << 20  // bytes
	MaxDepth    = 1000     // arrays and objects within each other
	maxWeight   = 40 << 20 // bytes once it is decoded, about
)

// What a value and an object take up once they are decoded, in addition to their
// text, as measured.
const (
	valueWeight  = 56
	objectWeight = 250
)

var tooLarge = fmt.Sprintf("is larger than %d MB", MaxDocument>>20)

// CheckDocument checks that doc is a JSON document within the limits. Its
// errors read on from "the answer ".
func CheckDocument(doc []byte) error {
	if problem := documentProblem(doc); problem != "" {
		return errors.New(problem)
	}
	return nil
}

func documentProblem(doc []byte) string {
	depth, weight := measure(doc)
	switch {
	case len(doc) > MaxDocument:
		return tooLarge
	case depth > MaxDepth:
		return fmt.Sprintf("is nested too deeply: more than %d arrays and objects within each other", MaxDepth)
	case !json.Valid(doc):
		return fmt.Sprintf("is not JSON; it starts with %q", start(doc))
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
