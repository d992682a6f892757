// Package template executes Go templates on decoded JSON.
//
// The language and its parser are text/template's. That package itself calls
// methods by names that it finds in templates, so the linker has to keep every
// method of every type: a sixth of the program. JSON has no methods.
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

// Parse parses a template, which has toJSON as its function json. Its errors
// begin with the name and a line.
func Parse(name, text string, toJSON func(any) (string, error)) (*Template, error) {
	known := append(functions(), function{name: "json", least: 1, most: 1, call: func(args []any) (any, error) { return toJSON(args[0]) }})
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

// Execute applies the template to JSON that was decoded with its numbers as
// json.Number, of which it makes int64 where they fit. It differs from
// text/template where that is for Go's values and not for JSON's: what is null
// or missing prints nothing, is empty, and so are its fields; and a json.Number
// compares as the number that it is. Its errors begin with the name, line and
// column.
func (t *Template) Execute(v any) (string, error) {
	v = integers(v)
	var out strings.Builder
	s := state{Template: t, out: &out, vars: []variable{{"$", v}}}
	err := s.walk(v, t.trees[t.name].Root)
	return out.String(), err
}

// integers turns the numbers in v that fit into int64; the others keep their
// text.
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
	depth int        // of templates that execute templates
}

type variable struct {
	name  string
	value any
}

// maxDepth is how deep templates may execute each other.
const maxDepth = 10_000

// What ends a turn of a loop.
var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")
)

// An execError is an error with its place in the template.
type execError struct{ error }

// at adds its place to an error that has none.
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

// pipeline is the value of a pipeline, which may declare or set a variable.
func (s *state) pipeline(dot any, p *parse.PipeNode) (any, error) {
	v, err := s.value(dot, p)
	if p == nil || err != nil {
		return nil, err
	}
	for _, name := range p.Decl {
		if err := s.set(name, p.IsAssign, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// value is the value of a pipeline: what each command makes is the last
// argument of the next.
func (s *state) value(dot any, p *parse.PipeNode) (any, error) {
	if p == nil {
		return nil, nil
	}
	var final []any
	for _, cmd := range p.Cmds {
		v, err := s.command(dot, cmd, final)
		if err != nil {
			return nil, s.at(cmd, err)
		}
		final = []any{v}
	}
	return final[0], nil
}

func (s *state) command(dot any, cmd *parse.CommandNode, final []any) (any, error) {
	switch first := cmd.Args[0].(type) {
	case *parse.IdentifierNode:
		return s.call(dot, first.Ident, cmd.Args[1:], final)
	case *parse.NilNode:
		return nil, errors.New("nil is not a command")
	}
	if len(cmd.Args) > 1 || len(final) > 0 {
		return nil, fmt.Errorf("%s is no function, and takes no argument", cmd.Args[0])
	}
	return s.operand(dot, cmd.Args[0])
}

func (s *state) operand(dot any, node parse.Node) (any, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.NilNode:
		return nil, nil
	case *parse.BoolNode:
		return n.True, nil
	case *parse.StringNode:
		return n.Text, nil
	case *parse.NumberNode:
		return constant(n)
	case *parse.FieldNode:
		return field(dot, n.Ident)
	case *parse.VariableNode:
		v, err := s.variable(n.Ident[0])
		if err != nil {
			return nil, err
		}
		return field(v.value, n.Ident[1:])
	case *parse.ChainNode:
		v, err := s.operand(dot, n.Node)
		if err != nil {
			return nil, err
		}
		return field(v, n.Field)
	case *parse.PipeNode:
		return s.pipeline(dot, n)
	case *parse.IdentifierNode:
		return s.call(dot, n.Ident, nil, nil)
	}
	return nil, fmt.Errorf("cannot evaluate %s", node)
}

// field is what v has under a name, under a name in that, and so on.
func field(v any, names []string) (any, error) {
	for _, name := range names {
		switch object := v.(type) {
		case nil:
			return nil, nil
		case map[string]any:
			v = object[name]
		default:
			return nil, fmt.Errorf("%s has no field %s", kind(v), name)
		}
	}
	return v, nil
}

// call calls a function with the values of args, and with final if there is one.
func (s *state) call(dot any, name string, args []parse.Node, final []any) (any, error) {
	f, err := s.function(name, len(args)+len(final))
	if err != nil {
		return nil, err
	}
	values := make([]any, 0, len(args)+len(final))
	for _, arg := range args {
		v, err := s.operand(dot, arg)
		if err != nil {
			return nil, err
		}
		if f.settles != nil && f.settles(v) {
			return v, nil
		}
		values = append(values, v)
	}
	v, err := f.call(append(values, final...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// function is the function that is called so, if it takes n arguments.
func (s *state) function(name string, n int) (function, error) {
	i := slices.IndexFunc(s.functions, func(f function) bool { return f.name == name })
	f := s.functions[i] // the parser knows no others
	switch {
	case n < f.least:
		return f, fmt.Errorf("%s needs %d arguments, not %d", name, f.least, n)
	case f.most >= 0 && n > f.most:
		return f, fmt.Errorf("%s takes %d arguments, not %d", name, f.most, n)
	}
	return f, nil
}

func (s *state) variable(name string) (*variable, error) {
	for i := range slices.Backward(s.vars) {
		if s.vars[i].name == name {
			return &s.vars[i], nil
		}
	}
	return nil, fmt.Errorf("there is no variable %s", name)
}

// set gives a variable its value, and declares it unless it is assigned to.
func (s *state) set(name *parse.VariableNode, assign bool, value any) error {
	if !assign {
		s.vars = append(s.vars, variable{name.Ident[0], value})
		return nil
	}
	v, err := s.variable(name.Ident[0])
	if err != nil {
		return s.at(name, err)
	}
	v.value = value
	return nil
}

// leave forgets the variables but for the first n.
func (s *state) leave(n int) { s.vars = s.vars[:n] }
