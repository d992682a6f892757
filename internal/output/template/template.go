// Package template executes Go templates on decoded JSON.
//
// The language and its parser are those of text/template. That package itself
// calls methods by the names in templates, so the linker has to keep every method
// of every type: a sixth of the program. JSON has no methods.
package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// A Template is a parsed template.
type Template struct {
	name      string
	trees     map[string]*parse.Tree
	functions []function
}

// Parse parses a template, in which toJSON is the function json. Its errors begin
// with the name and a line.
func Parse(name, text string, toJSON func(any) (string, error)) (*Template, error) {
	known := append(functions(),
		function{name: "json", least: 1, most: 1, call: func(args []any) (any, error) { return toJSON(args[0]) }})
	names := map[string]any{}
	for _, f := range known {
		names[f.name] = true
	}
	trees, err := parse.Parse(name, text, "", "", names)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return &Template{name, trees, known}, nil
}

// Execute applies the template to decoded JSON, whose numbers are json.Numbers. It
// differs from text/template where that is made for Go's values: null and missing
// values print nothing and are empty, and so are their fields; a number that fits
// is an int64, and any other compares by its value. Errors begin with the name,
// line and column.
func (t *Template) Execute(v any) (string, error) {
	v = integers(v)
	var out strings.Builder
	s := state{Template: t, out: &out, vars: []variable{{"$", v}}}
	err := s.walk(v, t.trees[t.name].Root)
	return out.String(), err
}

// integers converts the numbers in v that fit to int64; others keep their text.
func integers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

type state struct {
	*Template
	out   *strings.Builder
	vars  []variable // the innermost last
	depth int        // of nested templates
}

type variable struct {
	name  string
	value any
}

// maxDepth is the maximum depth of nested templates.
const maxDepth = 10_000

// What ends an iteration of a loop.
var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")
)

// An execError is an error with its position in the template.
type execError struct{ error }

// at adds a position to an error that has none.
func (s *state) at(node parse.Node, err error) error {
	if _, placed := errors.AsType[execError](err); placed {
		return err
	}
	place, source := s.trees[s.name].ErrorContext(node)
	return execError{fmt.Errorf("%s: <%s>: %w", place, source, err)}
}

// walk executes a node.
func (s *state) walk(dot any, node parse.Node) error {
	switch node := node.(type) {
	case *parse.ActionNode:
		v, err := s.pipeline(dot, node.Pipe)
		if err == nil && v != nil && len(node.Pipe.Decl) == 0 {
			fmt.Fprint(s.out, v)
		}
		return err
	case *parse.BreakNode:
		return errBreak
	case *parse.ContinueNode:
		return errContinue
	case *parse.IfNode:
		return s.branch(dot, node.BranchNode)
	case *parse.WithNode:
		return s.branch(dot, node.BranchNode)
	case *parse.ListNode:
		for _, n := range node.Nodes {
			if err := s.walk(dot, n); err != nil {
				return err
			}
		}
	case *parse.RangeNode:
		return s.loop(dot, node)
	case *parse.TemplateNode:
		return s.template(dot, node)
	case *parse.TextNode:
		s.out.Write(node.Text)
	}
	return nil // a comment
}

// branch executes {{if}} and {{with}}.
func (s *state) branch(dot any, n parse.BranchNode) error {
	defer s.leave(len(s.vars))
	v, err := s.pipeline(dot, n.Pipe)
	switch {
	case err != nil:
		return err
	case !truth(v) && n.ElseList == nil:
		return nil
	case !truth(v):
		return s.walk(dot, n.ElseList)
	case n.NodeType == parse.NodeWith:
		dot = v
	}
	return s.walk(dot, n.List)
}

// loop executes {{range}}.
func (s *state) loop(dot any, n *parse.RangeNode) error {
	defer s.leave(len(s.vars))
	over, err := s.value(dot, n.Pipe)
	if err != nil {
		return err
	}
	turns := 0
	turn := func(key, elem any) error {
		turns++
		defer s.leave(len(s.vars))
		given := []any{elem}
		if len(n.Pipe.Decl) > 1 {
			given = []any{key, elem}
		}
		for i, v := range n.Pipe.Decl {
			if err := s.set(v, n.Pipe.IsAssign, given[i]); err != nil {
				return err
			}
		}
		if err := s.walk(elem, n.List); !errors.Is(err, errContinue) {
			return err
		}
		return nil
	}
	switch over := over.(type) {
	case nil:
	case []any:
		for i := 0; i < len(over) && err == nil; i++ {
			err = turn(i, over[i])
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(over)) {
			if err = turn(key, over[key]); err != nil {
				break
			}
		}
	default:
		to, whole := integer(over)
		if !whole {
			return s.at(n.Pipe, fmt.Errorf("cannot range over %s", kind(over)))
		}
		if len(n.Pipe.Decl) > 1 {
			return s.at(n.Pipe, errors.New("a number has no keys: range over it with one variable"))
		}
		for i := int64(0); i < to && err == nil; i++ {
			err = turn(nil, i)
		}
	}
	switch {
	case errors.Is(err, errBreak):
		return nil
	case turns == 0 && n.ElseList != nil:
		return s.walk(dot, n.ElseList)
	}
	return err
}

// template executes {{template}}.
func (s *state) template(dot any, n *parse.TemplateNode) error {
	tree := s.trees[n.Name]
	if tree == nil {
		return s.at(n, fmt.Errorf("template %q is not defined", n.Name))
	}
	if s.depth == maxDepth {
		return s.at(n, fmt.Errorf("templates execute each other more than %d deep", maxDepth))
	}
	dot, err := s.pipeline(dot, n.Pipe)
	if err != nil {
		return err
	}
	inner := state{Template: s.Template, out: s.out, vars: []variable{{"$", dot}}, depth: s.depth + 1}
	return inner.walk(dot, tree.Root)
}
