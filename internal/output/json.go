package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// indented is doc with two blanks a level and prefix before all lines but the
// first. Its tokens are those of doc.
func indented(doc json.RawMessage, prefix string) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, trim(doc), prefix, "  "); err != nil {
		return nil, err
	}
	return escape(b.Bytes()), nil
}

// compact is doc on one line, with its newline.
func compact(doc json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return escape(b.Bytes()), nil
}

// escape writes the hazards in valid JSON as \u escapes, of the same value.
func escape(doc []byte) []byte {
	if !slices.ContainsFunc(doc, func(c byte) bool { return c >= 0x7f }) {
		return doc
	}
	b := make([]byte, 0, len(doc)+64)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, `\ufffd`...)
		case r < 0x7f || !hazard(r):
			b = append(b, doc[:n]...)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
		doc = doc[n:]
	}
	return b
}

// decode reads doc with its numbers as json.Number.
func decode(doc json.RawMessage) (any, error) {
	var all json.RawMessage // refuses what follows the document
	if err := json.Unmarshal(doc, &all); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(all))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
