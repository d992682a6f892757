package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math/big"
	"net/url"
	"strings"
	"text/template/parse"
)

// A function can be called by a template.
type function struct {
	name    string
	least   int // arguments
	most    int // -1 = any number
	call    func(args []any) (any, error)
	settles func(any) bool // whether an argument is the result, so that no other is evaluated; may be nil
}

// functions are those of text/template except call and js, and some for text.
func functions() []function {
	return []function{
		{name: "and", least: 1, most: -1, call: last, settles: func(v any) bool { return !truth(v) }},
		{name: "or", least: 1, most: -1, call: last, settles: truth},
		{name: "not", least: 1, most: 1, call: func(args []any) (any, error) { return !truth(args[0]), nil }},
		{name: "len", least: 1, most: 1, call: func(args []any) (any, error) { return size(args[0]) }},
		{name: "index", least: 1, most: -1, call: index},
		{name: "slice", least: 1, most: 3, call: slice},
		{name: "print", most: -1, call: func(args []any) (any, error) { return fmt.Sprint(args...), nil }},
		{name: "println", most: -1, call: func(args []any) (any, error) { return fmt.Sprintln(args...), nil }},
		{name: "printf", least: 1, most: -1, call: printf},
		{name: "html", most: -1, call: func(args []any) (any, error) { return html.EscapeString(fmt.Sprint(args...)), nil }},
		{
			name: "urlquery", most: -1,
			call: func(args []any) (any, error) { return url.QueryEscape(fmt.Sprint(args...)), nil },
		},
		{name: "eq", least: 2, most: -1, call: equal},
		{name: "ne", least: 2, most: 2, call: unequal},
		{name: "lt", least: 2, most: 2, call: ordered(func(c int) bool { return c < 0 })},
		{name: "le", least: 2, most: 2, call: ordered(func(c int) bool { return c <= 0 })},
		{name: "gt", least: 2, most: 2, call: ordered(func(c int) bool { return c > 0 })},
		{name: "ge", least: 2, most: 2, call: ordered(func(c int) bool { return c >= 0 })},
		{name: "join", least: 2, most: 2, call: join},
		{name: "split", least: 2, most: 2, call: split},
		{name: "lower", least: 1, most: 1, call: onText(strings.ToLower)},
		{name: "upper", least: 1, most: 1, call: onText(strings.ToUpper)},
	}
}

// kind names the kind of v, for people.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a truth value"
	case string:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// truth reports whether v is not empty.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	n, _ := number(v)
	return n.Sign() != 0
}

// constant is a number in the text of a template: an int, or a float64 if it has a
// point or an exponent.
func constant(n *parse.NumberNode) (any, error) {
	hex := len(n.Text) > 2 && n.Text[0] == '0' && (n.Text[1] == 'x' || n.Text[1] == 'X')
	switch {
	case n.IsComplex:
		return nil, fmt.Errorf("%s: JSON has no complex numbers", n.Text)
	case n.IsFloat && n.Text[0] != '\'' &&
		(strings.ContainsAny(n.Text, ".pP") || !hex && strings.ContainsAny(n.Text, "eE")):
		return n.Float64, nil
	case n.IsInt && int64(int(n.Int64)) == n.Int64:
		return int(n.Int64), nil
	}
	return nil, fmt.Errorf("%s is too large", n.Text)
}

// integer converts a whole number that fits.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// number converts any number to a form in which all can be compared.
func number(v any) (*big.Float, bool) {
	switch v := v.(type) {
	case float64:
		return big.NewFloat(v), true
	case json.Number:
		n := new(big.Float).SetPrec(256) // 77 digits
		_, ok := n.SetString(v.String()) // an exponent has at most ten digits
		return n, ok
	}
	n, ok := integer(v)
	return new(big.Float).SetInt64(n), ok
}

// compare orders two numbers or two strings.
func compare(a, b any) (order int, ok bool) {
	x, numbers := number(a)
	y, both := number(b)
	if numbers && both {
		return x.Cmp(y), true
	}
	s, texts := a.(string)
	t, both := b.(string)
	return cmp.Compare(s, t), texts && both
}

func ordered(is func(order int) bool) func(args []any) (any, error) {
	return func(args []any) (any, error) {
		order, ok := compare(args[0], args[1])
		if !ok {
			return nil, fmt.Errorf("cannot compare %s with %s", kind(args[0]), kind(args[1]))
		}
		return is(order), nil
	}
}

// equal reports whether the first argument equals any other. null equals only
// null. Other values can be compared only if they are of the same kind.
func equal(args []any) (any, error) {
	for _, arg := range args[1:] {
		same := args[0] == nil && arg == nil
		if args[0] != nil && arg != nil {
			var err error
			if same, err = alike(args[0], arg); err != nil {
				return nil, err
			}
		}
		if same {
			return true, nil
		}
	}
	return false, nil
}

func alike(a, b any) (bool, error) {
	if order, ok := compare(a, b); ok {
		return order == 0, nil
	}
	x, truths := a.(bool)
	y, both := b.(bool)
	if !truths || !both {
		return false, fmt.Errorf("cannot compare %s with %s", kind(a), kind(b))
	}
	return x == y, nil
}

func unequal(args []any) (any, error) {
	same, err := equal(args)
	return same == false, err
}

func last(args []any) (any, error) { return args[len(args)-1], nil }

// size is the number of items in v, or of bytes in a string.
func size(v any) (int, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case string:
		return len(v), nil
	case []any:
		return len(v), nil
	case map[string]any:
		return len(v), nil
	}
	return 0, fmt.Errorf("%s has no length", kind(v))
}

// index looks up the other arguments in the first: index x 1 "a" is x[1]["a"].
func index(args []any) (any, error) {
	v := args[0]
	for _, at := range args[1:] {
		switch in := v.(type) {
		case nil:
			return nil, nil
		case map[string]any:
			key, ok := at.(string)
			if !ok {
				return nil, fmt.Errorf("%s is not a field of an object", kind(at))
			}
			v = in[key]
		case []any:
			i, err := position(at, len(in)-1)
			if err != nil {
				return nil, err
			}
			v = in[i]
		case string:
			i, err := position(at, len(in)-1)
			if err != nil {
				return nil, err
			}
			v = int(in[i])
		default:
			return nil, fmt.Errorf("%s has no parts", kind(v))
		}
	}
	return v, nil
}

// slice returns a part of a list or a string: slice x 1 2 is x[1:2].
func slice(args []any) (any, error) {
	end, err := size(args[0])
	if err != nil {
		return nil, err
	}
	bounds := []int{0, end}
	for i, arg := range args[1:] {
		if bounds[i], err = position(arg, end); err != nil {
			return nil, err
		}
	}
	if bounds[0] > bounds[1] {
		return nil, fmt.Errorf("%d comes after %d", bounds[0], bounds[1])
	}
	switch v := args[0].(type) {
	case string:
		return v[bounds[0]:bounds[1]], nil
	case []any:
		return v[bounds[0]:bounds[1]], nil
	case nil:
		return nil, nil
	}
	return nil, fmt.Errorf("%s has no order", kind(args[0]))
}

// position converts an index that may be at most most.
func position(v any, most int) (int, error) {
	i, ok := integer(v)
	switch {
	case !ok:
		return 0, fmt.Errorf("%s is not an index", kind(v))
	case i < 0 || i > int64(most):
		return 0, fmt.Errorf("%d is out of range", i)
	}
	return int(i), nil
}

func printf(args []any) (any, error) {
	format, err := text(args[0])
	return fmt.Sprintf(format, args[1:]...), err
}

// text converts a string or null.
func text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return "", fmt.Errorf("%s where a string should be", kind(v))
}

func onText(change func(string) string) func(args []any) (any, error) {
	return func(args []any) (any, error) {
		s, err := text(args[0])
		return change(s), err
	}
}

// join joins the items of a list with a separator.
func join(args []any) (any, error) {
	items, ok := args[0].([]any)
	if !ok && args[0] != nil {
		return nil, fmt.Errorf("%s where a list should be", kind(args[0]))
	}
	separator, err := text(args[1])
	parts := make([]string, len(items))
	for i, item := range items {
		if item != nil {
			parts[i] = fmt.Sprint(item)
		}
	}
	return strings.Join(parts, separator), err
}

func split(args []any) (any, error) {
	s, err := text(args[0])
	separator, sepErr := text(args[1])
	var parts []any
	for part := range strings.SplitSeq(s, separator) {
		parts = append(parts, part)
	}
	return parts, errors.Join(err, sepErr)
}
