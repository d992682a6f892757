package hub

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzSplit: the parts of a value are the same as with encoding/json.
func FuzzSplit(f *testing.F) {
	for _, doc := range []string{
		`[]`, `{}`, ` [ ] `, `[1]`, "[\n1 ,\t\"a\\\"]\" , {\"b\":[{}]}\r]", `{"a":{"b":"}\\"} , "\u0061b":[[],"]"],"a":null}`, `{"":-1.5e3}`, `null`, `"x"`, `[,]`, `[1`, `["\\\\"]`,
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if doc = bytes.TrimSpace(doc); !json.Valid(doc) {
			return
		}
		switch doc[0] {
		case '[':
			var want []json.RawMessage
			if err := json.Unmarshal(doc, &want); err != nil {
				t.Skip(err)
			}
			got := elements(doc)
			if len(got) != len(want) {
				t.Fatalf("%q: %q", doc, got)
			}
			for i := range want {
				if !bytes.Equal(got[i], want[i]) {
					t.Errorf("%q: %q, want %q", doc, got[i], want[i])
				}
			}
		case '{':
			var want map[string]json.RawMessage
			if err := json.Unmarshal(doc, &want); err != nil {
				t.Skip(err)
			}
			got := members(doc)
			if len(got) != len(want) {
				t.Fatalf("%q: %q", doc, got)
			}
			for k := range want {
				if !bytes.Equal(got[k], want[k]) {
					t.Errorf("%q: %q, want %q", doc, got[k], want[k])
				}
			}
		}
	})
}
