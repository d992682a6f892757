package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"
	"text/template/parse"
)

// A tmpl executes a Go template on decoded JSON.
type tmpl struct {
	*template.Template
	helpers *helpers
}

func newTemplate(o Options) (query, error) {
	h := &helpers{o: o}
	t, err := template.New("--template").Funcs(h.functions()).Parse(o.Template)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	t.Funcs(template.FuncMap{printed: h.print})
	for _, defined := range t.Templates() {
		h.guard(defined.Tree, defined.Root)
	}
	return tmpl{t, h}, nil
}

// printed is the name of the function that formats what an action prints.
const printed = "_print"

// guard ends every pipeline that prints with that function, as html/template does with
// its escapers, and makes the text of the template itself safe for a terminal.
func (h *helpers) guard(tree *parse.Tree, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			h.guard(tree, child)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			name := parse.NewIdentifier(printed).SetTree(tree).SetPos(n.Pos)
			call := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{name}}
			n.Pipe.Cmds = append(n.Pipe.Cmds, call)
		}
	case *parse.TextNode:
		n.Text = []byte(h.safe(string(n.Text)))
	case *parse.IfNode:
		h.guard(tree, n.List)
		h.guard(tree, n.ElseList)
	case *parse.RangeNode:
		h.guard(tree, n.List)
		h.guard(tree, n.ElseList)
	case *parse.WithNode:
		h.guard(tree, n.List)
		h.guard(tree, n.ElseList)
	}
}

func (t tmpl) run(w io.Writer, v any) error {
	if err := t.Execute(w, plainValues(v)); err != nil {
		var failed template.ExecError
		if errors.As(err, &failed) {
			return errors.New(Clean(strings.TrimPrefix(err.Error(), "template: ")))
		}
		return err
	}
	rest, err := t.helpers.tableRender()
	if err == nil {
		_, err = io.WriteString(w, string(rest))
	}
	return err
}

// A null is JSON's null. It is empty and so are its fields, and it prints nothing.
type null map[string]any

func (null) String() string { return "" }

// plainValues converts the numbers in v that fit to int64, and null to a nil null.
// Other numbers keep their text, except that text/template must see that 0.0 is zero.
func plainValues(v any) any {
	switch v := v.(type) {
	case nil:
		return null(nil)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if n, ok := numeric(v); ok && n.Sign() == 0 {
			return int64(0)
		}
	case []any:
		for i := range v {
			v[i] = plainValues(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainValues(v[k])
		}
	}
	return v
}

// isNull reports whether v is null or missing.
func isNull(v any) bool {
	_, empty := v.(null)
	return v == nil || empty
}

// A styled is text with a color or a link.
type styled struct {
	text string
	mark mark
}

func (s styled) String() string { return s.text }

// A drawn is a table that is safe to print.
type drawn string

// print formats what an action prints.
func (h *helpers) print(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case drawn:
		return string(v)
	case styled:
		return v.mark.apply(h.safe(v.text))
	}
	return h.safe(fmt.Sprint(v))
}

// safe makes s safe for a terminal, if it goes to one.
func (h *helpers) safe(s string) string {
	var b strings.Builder
	_ = writeText(&b, s, h.o.Terminal) // a Builder does not fail
	return b.String()
}
