package settings

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// An editor changes the text of a configuration file at the positions that the parser reports.
// Where they are ambiguous it changes nothing, and the caller finds the result wrong.
type editor struct {
	file    *configFile
	root    *yaml.Node // nil = no content
	mark    string     // the byte order mark, or ""
	text    string     // the rest
	starts  []int      // of the lines, and of the one after the last
	newline string
	line    int // of the change

	from, to int // the replaced text
	by       string
}

const byteOrderMark = "\ufeff"

func newEditor(path string, b []byte) (*editor, error) {
	if !utf8.Valid(b) {
		return nil, Error(path + ": not UTF-8: save it as UTF-8 first")
	}
	file, root, err := parseFile(path, b)
	if err != nil {
		return nil, err
	}
	if root != nil && isNull(root) && root.Value == "" {
		root = nil
	}
	e := &editor{file: file, root: root, text: string(b), newline: "\n", starts: []int{0}, line: 1}
	if text, marked := strings.CutPrefix(e.text, byteOrderMark); marked {
		e.mark, e.text = byteOrderMark, text
	}
	if i := strings.IndexByte(e.text, '\n'); i > 0 && e.text[i-1] == '\r' {
		e.newline = "\r\n"
	}
	for i, r := range e.text {
		switch {
		case r == '\r' && strings.HasPrefix(e.text[i+1:], "\n"):
		case strings.ContainsRune("\r\n\u0085\u2028\u2029", r): // the line ends of YAML 1.1
			e.starts = append(e.starts, i+utf8.RuneLen(r))
		}
	}
	if e.starts[len(e.starts)-1] < len(e.text) {
		e.starts = append(e.starts, len(e.text))
	}
	return e, nil
}

func (e *editor) replace(from, to int, by string) { e.from, e.to, e.by = from, to, by }

func (e *editor) result() []byte {
	return []byte(e.mark + e.text[:e.from] + e.by + e.text[e.to:])
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// pair returns the entry of a mapping with a key, or nil, nil.
func pair(mapping *yaml.Node, name string) (k, v *yaml.Node) {
	for i := 0; mapping != nil && mapping.Kind == yaml.MappingNode && i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// put sets the value of an entry, new or not.
func (e *editor) put(c change) {
	in, flow := e.root, false
	var key *yaml.Node // of in
	for i, name := range c.at {
		k, v := pair(in, name)
		if k == nil {
			e.add(key, in, flow, c.at[i:], c)
			return
		}
		flow = flow || e.isFlow(in)
		key, in = k, v
	}
	e.line = key.Line
	if isNull(in) && in.Value == "" {
		at := e.afterColon(key)
		e.replace(at, at, " "+c.scalar(0))
	} else if from, to, ok := e.token(in); ok {
		e.replace(from, to, c.scalar(in.Style))
	}
}

// add adds an entry to a mapping, or to an empty value. The mapping belongs to key, which is nil for
// the top of the file, and is within braces with flow.
func (e *editor) add(key, in *yaml.Node, flow bool, names []string, c change) {
	braces := strings.Join(quoteAll(names), ": {") + ": " + c.scalar(0) + strings.Repeat("}", len(names)-1)
	switch {
	case in == nil:
		e.insertLines(len(e.text), "", names, c)
	case isNull(in) && in.Value != "": // null or ~
		e.line = in.Line
		if from, to, ok := e.token(in); ok {
			e.replace(from, to, "{"+braces+"}")
		}
	case isNull(in) && flow:
		e.line = key.Line
		at := e.afterColon(key)
		e.replace(at, at, " {"+braces+"}")
	case isNull(in):
		e.line = key.Line
		if indent, ok := e.indent(key); ok {
			e.insertLines(e.starts[key.Line], indent+e.step(), names, c)
		}
	case e.isFlow(in):
		e.line = in.Line
		if len(in.Content) > 0 {
			braces += ", "
		}
		at := e.skipProperties(e.offset(in)) + len("{")
		e.replace(at, at, braces)
	default:
		last := len(in.Content) - 2
		if last > 0 && in == e.root && in.Content[last].Value == "profiles" {
			last -= 2 // settings outside of profiles come before them
		}
		e.line = in.Content[last].Line
		if indent, ok := e.indent(in.Content[last]); ok {
			e.insertLines(e.entryEnd(in.Content[last], in.Content[last+1]), indent, names, c)
		}
	}
}

// insertLines adds an entry on its own lines.
func (e *editor) insertLines(at int, indent string, names []string, c change) {
	var b strings.Builder
	if at > 0 && !strings.HasSuffix(e.text[:at], "\n") {
		b.WriteString(e.newline)
	}
	for i, name := range quoteAll(names) {
		b.WriteString(indent + strings.Repeat(e.step(), i) + name + ":")
		if i == len(names)-1 {
			b.WriteString(" " + c.scalar(0))
		}
		b.WriteString(e.newline)
	}
	e.replace(at, at, b.String())
}

// remove removes an existing entry.
func (e *editor) remove(names []string) {
	in := e.root
	for _, name := range names[:len(names)-1] {
		_, in = pair(in, name)
	}
	k, v := pair(in, names[len(names)-1])
	e.line = k.Line
	if !e.isFlow(in) {
		if _, ok := e.indent(k); ok {
			e.replace(e.starts[k.Line-1], e.entryEnd(k, v), "")
		}
		return
	}
	from := e.skipProperties(e.offset(k))
	to, _ := e.end(k, v)
	after := strings.TrimLeft(e.text[to:], " \t")
	if rest, comma := strings.CutPrefix(after, ","); comma {
		to = len(e.text) - len(strings.TrimLeft(rest, " \t"))
	} else if before, comma := strings.CutSuffix(strings.TrimRight(e.text[:from], " \t\r\n"), ","); comma {
		from = len(before)
	}
	e.replace(from, to, "")
}

// offset returns where a node begins.
func (e *editor) offset(n *yaml.Node) int {
	at := e.starts[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(e.text[at:])
		at += size
	}
	return at
}

var (
	properties  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[&!]\S*\s+)+`) })
	doubleQuote = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)^"(?:[^"\\]|\\.)*"`) })
	singleQuote = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^'(?:[^']|'')*'`) })
	betweenFlow = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[\s,]|#.*)*`) })
	beforeColon = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*:`) })
)

// skipProperties skips the anchor and the tag of a node.
func (e *editor) skipProperties(at int) int { return at + len(properties().FindString(e.text[at:])) }

func (e *editor) isFlow(n *yaml.Node) bool { return n != nil && n.Style&yaml.FlowStyle != 0 }

// token returns where a value is, without its anchor and tag, if that is certain.
func (e *editor) token(n *yaml.Node) (from, to int, ok bool) {
	from = e.skipProperties(e.offset(n))
	text := e.text[from:]
	found := ""
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		found = doubleQuote().FindString(text)
	case n.Style&yaml.SingleQuotedStyle != 0:
		found = singleQuote().FindString(text)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && strings.HasPrefix(text, n.Value):
		found = n.Value
	}
	return from, from + len(found), found != ""
}

// afterColon returns the position after the colon of a key, or after a key without one.
func (e *editor) afterColon(k *yaml.Node) int {
	_, at, _ := e.token(k)
	return at + len(beforeColon().FindString(e.text[at:]))
}

// end returns where the value of an entry ends. It is not whole if the value continues on lines
// that are indented more than the key.
func (e *editor) end(k, v *yaml.Node) (at int, whole bool) {
	switch {
	case v.Kind == yaml.MappingNode && e.isFlow(v):
		at = e.skipProperties(e.offset(v)) + len("{")
		if n := len(v.Content); n > 0 {
			at, _ = e.end(v.Content[n-2], v.Content[n-1])
		}
		at += len(betweenFlow().FindString(e.text[at:]))
		return min(at+len("}"), len(e.text)), true
	case v.Kind == yaml.MappingNode:
		n := len(v.Content)
		return e.end(v.Content[n-2], v.Content[n-1])
	case isNull(v) && v.Value == "":
		return e.afterColon(k), true
	}
	_, at, whole = e.token(v)
	return at, whole
}

// entryEnd returns the start of the line after an entry on its own lines. Lines indented more than
// the key belong to it, comments too.
func (e *editor) entryEnd(k, v *yaml.Node) int {
	at, _ := e.end(k, v)
	next, _ := slices.BinarySearch(e.starts, at)
	next = min(max(next, k.Line), len(e.starts)-1)
	for i := next; i+1 < len(e.starts); i++ {
		line := e.text[e.starts[i]:e.starts[i+1]]
		switch text := strings.TrimLeft(line, " "); {
		case len(line)-len(text) >= k.Column && strings.TrimSpace(text) != "":
			next = i + 1
		case strings.TrimSpace(text) != "":
			return e.starts[next]
		}
	}
	return e.starts[next]
}

// indent returns the text before the key of an entry, if it is only blanks.
func (e *editor) indent(k *yaml.Node) (string, bool) {
	before := e.text[e.starts[k.Line-1]:e.offset(k)]
	return before, strings.Trim(before, " ") == ""
}

// step returns the indentation of nested entries.
func (e *editor) step() string {
	k, v := pair(e.root, "profiles")
	if k != nil && v.Kind == yaml.MappingNode && !e.isFlow(v) && len(v.Content) > 0 && v.Content[0].Column > k.Column {
		return strings.Repeat(" ", v.Content[0].Column-k.Column)
	}
	return "  "
}

func quoteAll(names []string) []string {
	quoted := slices.Clone(names)
	for i, name := range names {
		quoted[i] = scalar(name, 0)
	}
	return quoted
}

func (c change) scalar(style yaml.Style) string {
	quoted := style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
	if c.number && quoted == 0 && wholeNumber().MatchString(*c.value) {
		return *c.value
	}
	return scalar(*c.value, quoted)
}

var (
	wholeNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:0|[1-9]\d*)$`) })
	plain       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9/._@+:-]*$`) })
	notText     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(?:y|n|yes|no|on|off|[0-9:._+-]+)$|:$`) // not text to YAML 1.1
	})
)

// scalar returns s as YAML, valid within braces too: with the quotes of style, or with some if it
// could be read as something else.
func scalar(s string, style yaml.Style) string {
	if style == 0 && (!plain().MatchString(s) || notText().MatchString(s)) {
		style = yaml.SingleQuotedStyle
	}
	b, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: style})
	if err != nil {
		return "" // not s, so nothing is written
	}
	return string(bytes.TrimSuffix(b, []byte("\n")))
}
