package template

import (
	"errors"
	"fmt"
	"slices"
	"text/template/parse"
)

// pipeline evaluates a pipeline, which may declare or set a variable.
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

// value evaluates the commands of a pipeline. The result of each is the last
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
		return nil, fmt.Errorf("%s is not a function and takes no argument", cmd.Args[0])
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

// field looks up a chain of names in v.
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

// call calls a function with the values of args, and final if there is one.
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

// function returns the named function, if it takes n arguments.
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

// set declares a variable, or assigns to it.
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

// leave drops all variables but the first n.
func (s *state) leave(n int) { s.vars = s.vars[:n] }
