package output

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
)

// kindOf names the kind of v, for people.
func kindOf(v any) string {
	switch v.(type) {
	case nil, null:
		return "null"
	case bool:
		return "a truth value"
	case string, styled:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// numeric converts any number to a form in which all can be compared.
func numeric(v any) (*big.Float, bool) {
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

// compare orders two numbers or two strings.
func compare(a, b any) (order int, ok bool) {
	x, numbers := numeric(a)
	y, both := numeric(b)
	if numbers && both {
		return x.Cmp(y), true
	}
	s, texts := a.(string)
	t, both := b.(string)
	return cmp.Compare(s, t), texts && both
}

// ordered returns the function that compares two values in one way.
func ordered(is func(order int) bool) func(a, b any) (bool, error) {
	return func(a, b any) (bool, error) {
		order, ok := compare(a, b)
		if !ok {
			return false, fmt.Errorf("cannot compare %s with %s", kindOf(a), kindOf(b))
		}
		return is(order), nil
	}
}

// equal reports whether v equals w or any of others.
func equal(v, w any, others ...any) (bool, error) {
	for _, other := range append([]any{w}, others...) {
		if same, err := alike(v, other); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// alike compares two values, which must be of the same kind unless one is null.
func alike(v, w any) (bool, error) {
	if isNull(v) || isNull(w) {
		return isNull(v) && isNull(w), nil
	}
	if order, ok := compare(v, w); ok {
		return order == 0, nil
	}
	x, truths := v.(bool)
	y, both := w.(bool)
	if !truths || !both {
		return false, fmt.Errorf("cannot compare %s with %s", kindOf(v), kindOf(w))
	}
	return x == y, nil
}

// length is the number of items in v, or of bytes in a string.
func length(v any) (int, error) {
	switch v := v.(type) {
	case nil, null:
		return 0, nil
	case string:
		return len(v), nil
	case []any:
		return len(v), nil
	case map[string]any:
		return len(v), nil
	}
	return 0, fmt.Errorf("%s has no length", kindOf(v))
}

// index looks up keys in v: index v 1 "a" is v[1]["a"].
func index(v any, keys ...any) (any, error) {
	for _, key := range keys {
		switch in := v.(type) {
		case nil, null:
			return nil, nil
		case map[string]any:
			name, ok := key.(string)
			if !ok {
				return nil, fmt.Errorf("%s is not a field of an object", kindOf(key))
			}
			v = in[name]
		case []any:
			i, ok := integer(key)
			if !ok {
				return nil, fmt.Errorf("%s is not an index", kindOf(key))
			}
			if i < 0 || i >= int64(len(in)) {
				return nil, fmt.Errorf("%d is out of range", i)
			}
			v = in[i]
		default:
			return nil, fmt.Errorf("%s has no parts", kindOf(v))
		}
	}
	return v, nil
}
