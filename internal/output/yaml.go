package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// toYAML formats doc in block style, as an item of a sequence if item is set. Keys
// keep their order and numbers their text. The last value of a repeated key
// takes the place of the first.
func toYAML(doc json.RawMessage, item bool) ([]byte, error) {
	if err := valid(doc); err != nil { // a decoder checks less
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	r := yamlReader{Decoder: d}
	n, err := r.node()
	if err != nil {
		return nil, err
	}
	if n.Kind == yaml.ScalarNode {
		quote(n)
	}
	if item {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return nil, err
	}
	return unescape(escape(b.Bytes())), nil
}

// unescape undoes the encoder's escapes of characters that a terminal can show,
// such as emoji. style ensures that escapes are within double quotes.
func unescape(doc []byte) []byte {
	if !bytes.Contains(doc, []byte(`\U`)) {
		return doc
	}
	b := make([]byte, 0, len(doc))
	for i := 0; i < len(doc); i++ {
		b = append(b, doc[i])
		if doc[i] != '\\' {
			continue
		}
		i++
		if doc[i] == 'U' {
			if r, err := strconv.ParseUint(string(doc[i+1:i+9]), 16, 32); err == nil && !hazard(rune(r)) {
				b = utf8.AppendRune(b[:len(b)-1], rune(r))
				i += 8
				continue
			}
		}
		b = append(b, doc[i])
	}
	return b
}

// maxYAML limits the memory, in bytes, of a document as YAML, and nodeWeight is the
// measured size of one value. A listing is written row by row.
const (
	maxYAML    = 40 << 20
	nodeWeight = 700
)

// A yamlReader converts JSON to YAML.
type yamlReader struct {
	*json.Decoder
	depth, weight int
}

// node reads the next value.
func (d *yamlReader) node() (*yaml.Node, error) {
	if d.weight += nodeWeight + 4*d.depth; d.weight > maxYAML {
		return nil, errors.New("the answer has too many values for -o yaml (use -o json)")
	}
	d.depth++
	defer func() { d.depth-- }()
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return d.mapping()
		}
		return d.sequence()
	case string:
		return scalar(t, style(t)), nil
	case json.Number:
		return scalar(t.String(), 0), nil
	case bool:
		return scalar(strconv.FormatBool(t), 0), nil
	}
	return scalar("null", 0), nil
}

func scalar(s string, style yaml.Style) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: s, Style: style}
}

func (d *yamlReader) sequence() (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for d.More() {
		item, err := d.node()
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, item)
	}
	_, err := d.Token()
	return n, err
}

func (d *yamlReader) mapping() (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	at := map[string]int{}
	for d.More() {
		key, err := d.node()
		if err != nil {
			return nil, err
		}
		value, err := d.node()
		if err != nil {
			return nil, err
		}
		if i, again := at[key.Value]; again {
			n.Content[i] = value
			continue
		}
		if long(key.Value) {
			quote(key)
			quote(value)
		}
		n.Content = append(n.Content, key, value)
		at[key.Value] = len(n.Content) - 1
	}
	_, err := d.Token()
	return n, err
}

// long reports whether the encoder writes key after a question mark, where some
// readers do not accept a literal block.
func long(key string) bool {
	return len(key) > 100 || strings.ContainsAny(key, "\n\r\u0085\u2028\u2029")
}

// quote replaces literal blocks in n by quoted strings.
func quote(n *yaml.Node) {
	if n.Style == yaml.LiteralStyle {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, c := range n.Content {
		quote(c)
	}
}

// style is a style in which every YAML reader reads s back.
func style(s string) yaml.Style {
	switch {
	case plain(s):
		return 0
	case literal(s):
		return yaml.LiteralStyle
	}
	return yaml.DoubleQuotedStyle
}

// words are not strings to some YAML readers.
var words = []string{
	"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
}

// plain reports whether s needs no quotes. Anything that does not begin with a
// letter or a slash does, since it may be a number, a date or an indicator.
func plain(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return (unicode.IsLetter(r) || r == '/') &&
		!slices.Contains(words, strings.ToLower(s)) &&
		!strings.ContainsFunc(s, special) &&
		!strings.ContainsAny(s, "<>{}[]&*!|'\"%@`") &&
		!strings.Contains(s, ": ") && !strings.Contains(s, " #") &&
		!strings.HasSuffix(s, ":") && !strings.HasSuffix(s, " ")
}

// literal reports whether s may be a literal block.
func literal(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	if !strings.Contains(body, "\n") || strings.ContainsFunc(strings.ReplaceAll(body, "\n", ""), special) {
		return false
	}
	return !strings.HasPrefix(body, " ") && !strings.HasPrefix(body, "\n") && !strings.HasSuffix(body, "\n")
}

// special reports whether r needs quotes in any position.
func special(r rune) bool {
	return hazard(r) || r > 0xffff || r == utf8.RuneError || r == '\\' || r != ' ' && !unicode.IsPrint(r)
}
