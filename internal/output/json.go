package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// compact formats doc on one line, with a newline.
func compact(doc json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return escape(b.Bytes()), nil
}

// escape writes the hazards in valid JSON as equivalent \u escapes.
func escape(doc []byte) []byte {
	if !slices.ContainsFunc(doc, func(c byte) bool { return c >= 0x7f }) {
		return doc
	}
	b := make([]byte, 0, len(doc)+64)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		b = appendSafe(b, r, n)
		doc = doc[n:]
	}
	return b
}

// appendSafe appends a rune of n bytes, or an escape if it is a hazard.
func appendSafe(b []byte, r rune, n int) []byte {
	switch {
	case r == utf8.RuneError && n == 1:
		return append(b, `\ufffd`...)
	case r < 0x7f || !hazard(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff:
		hi, lo := utf16.EncodeRune(r)
		return fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// decode decodes doc, with numbers as json.Number.
func decode(doc json.RawMessage) (any, error) {
	if err := valid(doc); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// valid returns the first error in doc.
func valid(doc []byte) error {
	if json.Valid(doc) {
		return nil
	}
	var v json.RawMessage
	return json.Unmarshal(doc, &v)
}
