package hub

import (
	"bytes"
	"encoding/json"
)

// encoding/json scans a value several times before it returns its parts. A page
// is large and known to be valid, so these functions only find the parts, which
// are slices of doc.

// elements returns the values of a valid JSON array.
func elements(doc []byte) []json.RawMessage {
	var values []json.RawMessage
	for i := blank(doc, 1); doc[i] != ']'; i = blank(doc, i) {
		end := valueEnd(doc, i)
		values = append(values, doc[i:end:end])
		if i = blank(doc, end); doc[i] == ',' {
			i++
		}
	}
	return values
}

// members returns the fields of a valid JSON object.
func members(doc []byte) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	for i := blank(doc, 1); doc[i] != '}'; i = blank(doc, i) {
		end := valueEnd(doc, i)
		var name string
		_ = json.Unmarshal(doc[i:end], &name) // valid
		i = blank(doc, blank(doc, end)+len(":"))
		end = valueEnd(doc, i)
		fields[name] = doc[i:end:end]
		if i = blank(doc, end); doc[i] == ',' {
			i++
		}
	}
	return fields
}

// blank returns the index of the next token at or after i.
func blank(doc []byte, i int) int {
	for doc[i] == ' ' || doc[i] == '\t' || doc[i] == '\r' || doc[i] == '\n' {
		i++
	}
	return i
}

// valueEnd returns the end of the value that starts at i.
func valueEnd(doc []byte, i int) int {
	switch doc[i] {
	case '"':
		return stringEnd(doc, i)
	case '{', '[':
	default:
		if n := bytes.IndexAny(doc[i:], ",]} \t\r\n"); n >= 0 {
			return i + n
		}
		return len(doc)
	}
	for depth := 0; ; i++ {
		switch doc[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			i = stringEnd(doc, i) - 1
		}
	}
}

// stringEnd returns the end of the string that starts at i.
func stringEnd(doc []byte, i int) int {
	for i++; doc[i] != '"'; i++ {
		if doc[i] == '\\' {
			i++
		}
	}
	return i + 1
}
