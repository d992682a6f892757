package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	goccy "github.com/goccy/go-yaml"
	"go.yaml.in/yaml/v3"
)

// canonical makes the values of different parsers comparable, with numbers as float64.
func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			m[k] = canonical(e)
		}
		return m
	case []any:
		s := []any{}
		for _, e := range v {
			s = append(s, canonical(e))
		}
		return s
	case nil, bool, string:
		return v
	}
	f, _, err := big.ParseFloat(fmt.Sprint(v), 10, 64, big.ToNearestEven)
	if err != nil {
		return fmt.Sprintf("%T %v", v, v)
	}
	near, _ := f.Float64()
	return near
}

// huge reports whether v has a number that some reader takes for a string: one that no
// float64 holds, or one with an exponent.
func huge(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			if huge(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, huge)
	case json.Number:
		f, err := v.Float64()
		return err != nil || f == 0 && v != "0" || strings.ContainsAny(v.String(), "eE")
	}
	return false
}

func checkYAML(t *testing.T, doc string) {
	t.Helper()
	v, err := decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	item, err := toYAML([]byte(doc), true)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]any{
		document1(t, doc, "yaml"):   v,
		string(item) + string(item): []any{v, v},
	} {
		if !utf8.ValidString(text) || strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), hazard) {
			t.Errorf("hazard in %q", text)
		}
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatalf("%q became\n%s\n%v", doc, text, err)
		}
		if got := literals(t, n.Content[0]); !reflect.DeepEqual(got, want) {
			t.Errorf("%q became\n%s\nas nodes %#v\nwant     %#v", doc, text, got, want)
		}
		if huge(v) {
			continue
		}
		for name, unmarshal := range map[string]func([]byte, any) error{
			"yaml.v3": yaml.Unmarshal,
			"goccy":   func(b []byte, v any) error { return goccy.Unmarshal(b, v) },
		} {
			var got any
			if err := unmarshal([]byte(text), &got); err != nil {
				t.Errorf("%s: %q became\n%s\n%v", name, doc, text, err)
			} else if !reflect.DeepEqual(canonical(got), canonical(want)) {
				t.Errorf("%s: %q became\n%s\ngot  %#v\nwant %#v", name, doc, text, canonical(got), canonical(want))
			}
		}
	}
}

// literals decodes n as decode does JSON: unquoted numbers keep their text.
func literals(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch {
	case n.Kind == yaml.SequenceNode:
		s := []any{}
		for _, e := range n.Content {
			s = append(s, literals(t, e))
		}
		return s
	case n.Kind == yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			if _, again := m[n.Content[i].Value]; again {
				t.Errorf("key %q twice", n.Content[i].Value)
			}
			m[n.Content[i].Value] = literals(t, n.Content[i+1])
		}
		return m
	case n.Style != 0:
		return n.Value
	case n.Value == "null":
		return nil
	case n.Value == "true" || n.Value == "false":
		return n.Value == "true"
	case strings.ContainsAny(n.Value[:1], "-0123456789"):
		return json.Number(n.Value)
	}
	return n.Value
}

func TestYAMLReadsBack(t *testing.T) {
	t.Parallel()
	for _, doc := range nasty {
		checkYAML(t, doc)
	}
}

func TestYAML(t *testing.T) {
	t.Parallel()
	same(t, document1(t, `{"z":"x","yes":"no","n":13114222271123456789012345,"f":1.0,"e":[],"o":{},"z":"last","t":"12:30:45",
		"url":"https://x.y/z?a=b#c","emoji":"go \ud83d\ude80","bidi":"a\u202eb","nel":"a\u0085b","win":"C:\\Users","colon":"a:","lead":" a\nb","trail":"a \nb","md":"# T\n\n- a","x\ny":"a\nb","list":[[1,{"a":"b"}]]}`, "yaml"), `
z: last
"yes": "no"
"n": 13114222271123456789012345
f: 1.0
e: []
o: {}
t: "12:30:45"
url: https://x.y/z?a=b#c
emoji: "go 🚀"
bidi: "a\u202eb"
nel: "a\Nb"
win: "C:\\Users"
colon: "a:"
lead: " a\nb"
trail: "a \nb"
md: |-
  # T

  - a
? "x\ny"
: "a\nb"
list:
  - - 1
    - a: b
`)
}

// A reader of YAML 1.1 does not take these for strings.
func TestYAMLQuotesWords(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "y", "Y", "n", "Yes", "NO", "on", "Off", "TRUE", "False", "Null", "~", "=", "<<", ".inf", "-.Inf", ".NaN", "NaN", "Infinity",
		"12", "-1", "+1", "0x1F", "0o17", "017", "1_000", "1e3", ".5", "12:30:45", "2021-10-12", "2021-10-12T14:37:15.697655Z",
		" a", "a ", "a: b", "a #b", "a:", "- a", "? a", "#a", "@a", "%a", "a\tb",
	} {
		if style(s) != yaml.DoubleQuotedStyle {
			t.Errorf("%q has no quotes", s)
		}
	}
	for _, s := range []string{"a", "nginx:1.29", "sha256:0f", "/v2/", "https://x.y/z?a=b#c", "Yes, it is", "日本"} {
		if style(s) != 0 {
			t.Errorf("%q has quotes", s)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, doc := range nasty {
		f.Add(doc)
		for _, s := range tokensOf(doc) {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if !json.Valid([]byte(doc)) {
			b, err := json.Marshal(map[string]any{doc: []string{doc, doc + "\n" + doc, doc + ": " + doc}})
			if err != nil {
				t.Fatal(err)
			}
			doc = string(b)
		}
		checkYAML(t, doc)
	})
}

// tokensOf returns the strings in doc.
func tokensOf(doc string) []string {
	var ss []string
	d := json.NewDecoder(bytes.NewBufferString(doc))
	for {
		token, err := d.Token()
		if err != nil {
			return ss
		}
		if s, ok := token.(string); ok {
			ss = append(ss, s)
		}
	}
}
