package hub

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// Merge is the JSON object doc with patch merged into it, as RFC 7386 (JSON
// Merge Patch) has it, and without the fields named in omit. Numbers keep their
// form. Its errors are ErrInput or, of doc, AnswerErrors without a request.
func Merge(doc, patch json.RawMessage, omit []string) (json.RawMessage, error) {
	var base, over map[string]json.RawMessage
	if json.Unmarshal(doc, &base) != nil || base == nil {
		return nil, &AnswerError{Problem: "is not a JSON object"}
	}
	if json.Unmarshal(patch, &over) != nil || over == nil {
		return nil, InputError("the change is not a JSON object")
	}
	for k := range base {
		if slices.Contains(omit, k) {
			delete(base, k)
		}
	}
	for k, v := range over {
		switch v = bytes.TrimSpace(v); {
		case string(v) == "null":
			delete(base, k)
		case v[0] == '{':
			inner, err := Merge(orEmpty(base[k]), v, nil)
			if err != nil {
				return nil, err
			}
			base[k] = inner
		default:
			base[k] = v
		}
	}
	return Encode(base)
}

// orEmpty is an object to merge into: doc, or an empty one if it is none.
func orEmpty(doc json.RawMessage) json.RawMessage {
	if doc = bytes.TrimSpace(doc); len(doc) == 0 || doc[0] != '{' {
		return json.RawMessage("{}")
	}
	return doc
}

// SameJSON reports whether a and b say the same, whatever the order of their
// keys.
func SameJSON(a, b json.RawMessage) bool {
	x, errX := exact(a)
	y, errY := exact(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func exact(doc json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
