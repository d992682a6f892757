package hub

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ doc, patch, want string }{
		{`{"a":1,"b":{"c":2,"d":3}}`, `{"b":{"c":9}}`, `{"a":1,"b":{"c":9,"d":3}}`},
		{`{"a":1,"b":2}`, `{"a":null}`, `{"b":2}`},
		{`{"a":12345678901234567890}`, `{"b":1e400}`, `{"a":12345678901234567890,"b":1e400}`},
		{`{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`},
		{`{"a":"x"}`, `{"a":{"b":null,"c":1}}`, `{"a":{"c":1}}`},
		{`{"a":1,"meta":{"v":1}}`, `{}`, `{"a":1}`},
		{`{"a":"<&>"}`, `{"b":"<"}`, `{"a":"<&>","b":"<"}`},
	} {
		got, err := Merge(json.RawMessage(c.doc), json.RawMessage(c.patch), []string{"meta"})
		if err != nil || string(got) != c.want {
			t.Errorf("%s + %s = %s, %v; want %s", c.doc, c.patch, got, err, c.want)
		}
	}
	if _, err := Merge(json.RawMessage(`[]`), json.RawMessage(`{}`), nil); !errors.Is(err, ErrAnswer) {
		t.Errorf("an array as the document: %v", err)
	}
	if _, err := Merge(json.RawMessage(`{}`), json.RawMessage(`null`), nil); !errors.Is(err, ErrInput) {
		t.Errorf("null as the change: %v", err)
	}
}

func TestSameJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[2]}`, ` {"b":[2], "a":1}`, true},
		{`{"a":1}`, `{"a":1.0}`, false},
		{`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, false},
		{`{"a":null}`, `{}`, false},
		{`x`, `x`, false},
	} {
		if got := SameJSON(json.RawMessage(c.a), json.RawMessage(c.b)); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
