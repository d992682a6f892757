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

// A goTemplate executes a Go template on decoded JSON.
type goTemplate struct {
	*template.Template
	helpers *helpers
}

func newTemplate(o Options) (query, error) {
	h := &helpers{o: o}
	t, err := template.New("--template").Funcs(h.functions()).Parse(o.Template)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	t.Funcs(template.FuncMap{printed: h.print, entered: h.enter, left: h.leave})
	for _, defined := range t.Templates() {
		h.guard(defined.Tree, defined.Root)
	}
	return goTemplate{t, h}, nil
}

// The names of functions that no template can call: these are keywords.
const (
	printed = "block"    // formats what an action prints
	entered = "template" // begins a template that another executes
	left    = "end"      // ends it
)

// maxDepth is how deep templates may execute each other. The limit of text/template,
// 100,000, takes 100 MB of memory, and hours if there are loops. No answer is deeper.
const maxDepth = 1000

func (h *helpers) enter() (string, error) {
	if h.depth++; h.depth > maxDepth {
		return "", fmt.Errorf("templates execute each other more than %d deep", maxDepth)
	}
	return "", nil
}

func (h *helpers) leave() string {
	h.depth--
	return ""
}

// action returns the node of {{name}}.
func action(tree *parse.Tree, name string, pos parse.Pos) parse.Node {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{call(tree, name, pos)}}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: pipe}
}

// call returns the node of a function's name.
func call(tree *parse.Tree, name string, pos parse.Pos) *parse.CommandNode {
	function := parse.NewIdentifier(name).SetTree(tree).SetPos(pos)
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{function}}
}

// guard ends every pipeline that prints with a call of printed, as html/template does
// to escape, counts how deep templates execute each other, and makes the text of
// the template itself safe for a terminal.
func (h *helpers) guard(tree *parse.Tree, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		nodes := make([]parse.Node, 0, len(n.Nodes))
		for _, child := range n.Nodes {
			h.guard(tree, child)
			if at := child.Position(); child.Type() == parse.NodeTemplate {
				nodes = append(nodes, action(tree, entered, at), child, action(tree, left, at))
			} else {
				nodes = append(nodes, child)
			}
		}
		n.Nodes = nodes
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, call(tree, printed, n.Pos))
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

func (t goTemplate) run(w io.Writer, v any) error {
	if err := t.Execute(w, plainValues(v)); err != nil {
		if _, failed := errors.AsType[template.ExecError](err); failed {
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
