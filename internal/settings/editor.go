package settings

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// find returns the value at the keys in a document, or nil.
func find(doc *yaml.Node, at []string) *yaml.Node {
	if len(doc.Content) == 0 {
		return nil
	}
	n := doc.Content[0]
	for _, name := range at {
		i := index(n, name)
		if i < 0 {
			return nil
		}
		n = n.Content[i+1]
	}
	return n
}

// index returns the index of a key in the content of a mapping, or -1.
func index(mapping *yaml.Node, name string) int {
	for i := 0; mapping.Kind == yaml.MappingNode && i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return i
		}
	}
	return -1
}

// rewrite applies the change to a document and encodes it. It fails if that would lose a comment,
// since the parser overlooks some.
func (c change) rewrite(path string, doc *yaml.Node, old []byte) ([]byte, error) {
	hasContent := doc.Kind != 0 && (!isNull(doc.Content[0]) || doc.Content[0].Value != "")
	if hasContent {
		text, err := encode(doc)
		if err != nil {
			return nil, err
		}
		if bytes.Count(text, []byte("#")) < bytes.Count(old, []byte("#")) {
			return nil, Error(fmt.Sprintf("%s: cannot change %s without losing a comment: use hubctl config edit",
				path, strings.Join(c.at, ".")))
		}
	} else { // the old text may consist of comments
		doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	if c.value == nil {
		remove(doc, doc.Content[0], c.at)
	} else {
		put(doc, doc.Content[0], c.at, c.node())
	}
	text, err := encode(doc)
	if hasContent || err != nil {
		return text, err
	}
	if len(old) > 0 && !bytes.HasSuffix(old, []byte("\n")) {
		old = append(old, '\n')
	}
	return append(old, text...), nil
}

func encode(doc *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(doc)
	return []byte(strings.TrimLeft(b.String(), "\n")), err
}

// node returns the value of the change, in quotes if it could be read as something else than text.
func (c change) node() *yaml.Node {
	n, err := strconv.Atoi(*c.value)
	if c.number && err == nil && strconv.Itoa(n) == *c.value {
		return toNode(n)
	}
	return toNode(*c.value)
}

func toNode(v any) *yaml.Node {
	var n yaml.Node
	_ = n.Encode(v) // fails for no text and no number
	return &n
}

// put sets a value below in, which is the value of key or the content of the document key.
func put(key, in *yaml.Node, at []string, value *yaml.Node) {
	if len(at) == 0 {
		key.LineComment, in.LineComment = "", cmp.Or(in.LineComment, key.LineComment)
		in.Kind, in.Tag, in.Value, in.Style, in.Content = value.Kind, value.Tag, value.Value, value.Style, nil
		return
	}
	if len(in.Content) == 0 {
		key.HeadComment, in.LineComment = paragraphs(key.HeadComment, in.LineComment), ""
		in.Kind, in.Tag, in.Value, in.Style = yaml.MappingNode, "!!map", "", 0
	}
	i := index(in, at[0])
	if i < 0 {
		if i = index(in, "profiles"); i < 0 { // settings outside of profiles come before them
			i = len(in.Content)
		}
		in.Content = slices.Insert(in.Content, i, toNode(at[0]), &yaml.Node{})
	}
	put(in.Content[i], in.Content[i+1], at[1:], value)
}

// remove removes an existing entry below in, which is the value of key or the content of the
// document key. Comments above and below the entry stay.
func remove(key, in *yaml.Node, at []string) {
	i := index(in, at[0])
	k := in.Content[i]
	if len(at) > 1 {
		remove(k, in.Content[i+1], at[1:])
		return
	}
	in.Content = slices.Delete(in.Content, i, i+2)
	switch {
	case i < len(in.Content):
		next := in.Content[i]
		next.HeadComment = paragraphs(k.HeadComment, k.FootComment, next.HeadComment)
	case i > 0:
		last := in.Content[i-2]
		last.FootComment = paragraphs(last.FootComment, k.HeadComment, k.FootComment)
	default:
		key.FootComment = paragraphs(k.HeadComment, k.FootComment, key.FootComment)
		if in.Style&yaml.FlowStyle == 0 {
			in.Kind, in.Tag = yaml.ScalarNode, "!!null"
		}
	}
}

// paragraphs joins comments with empty lines.
func paragraphs(comments ...string) string {
	return strings.Join(slices.DeleteFunc(comments, func(s string) bool { return s == "" }), "\n\n")
}
