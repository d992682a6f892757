package hub

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// Merge applies patch to the JSON object doc as RFC 7386 (JSON Merge Patch)
// describes, and removes the fields named in omit. Numbers keep their notation.
// An error about patch is ErrInput; one about doc is an AnswerError without a request.
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

// orEmpty returns doc if it is an object, or else an empty object to merge into.
func orEmpty(doc json.RawMessage) json.RawMessage {
	if doc = bytes.TrimSpace(doc); len(doc) == 0 || doc[0] != '{' {
		return json.RawMessage("{}")
	}
	return doc
}

// SameJSON reports whether a and b are equal apart from the order of their keys.
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
