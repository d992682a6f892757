package rawapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Fields makes a JSON object of key=value arguments, or nil if there are none. readFile reads the
// file of an @file value.
func Fields(readFile func(name string) ([]byte, error), typed, text []string) (map[string]any, error) {
	var fields map[string]any
	for i, arg := range slices.Concat(typed, text) {
		key, s, ok := strings.Cut(arg, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("invalid field %q: expected key=value", arg)
		}
		var value any = s
		if i < len(typed) {
			var err error
			if value, err = fieldValue(readFile, s); err != nil {
				return nil, fmt.Errorf("field %s: %w", key, err)
			}
		}
		path, err := fieldPath(key)
		if err != nil {
			return nil, err
		}
		next, err := setField(anyMap(fields), path, value)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", key, err)
		}
		fields, _ = next.(map[string]any) // always one: a path begins with a name
	}
	return fields, nil
}

func anyMap(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

var numberShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)
})

// fieldValue parses a value: true, false, null, a number, @file, or a string.
func fieldValue(readFile func(string) ([]byte, error), s string) (any, error) {
	switch {
	case s == "true":
		return true, nil
	case s == "false":
		return false, nil
	case s == "null":
		return nil, nil
	case numberShape().MatchString(s):
		return json.Number(s), nil
	case strings.HasPrefix(s, "@"):
		b, err := readFile(s[1:])
		return string(b), err
	}
	return s, nil
}

var keyShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^\[\]]+)((?:\[[^\[\]]*\])*)$`) })

// fieldPath splits a key such as a[b][] into a, b and "".
func fieldPath(key string) ([]string, error) {
	m := keyShape().FindStringSubmatch(key)
	if m == nil {
		return nil, fmt.Errorf("invalid field name %q: expected key, key[sub] or key[]", key)
	}
	path := []string{m[1]}
	if m[2] != "" {
		path = append(path, strings.Split(m[2][1:len(m[2])-1], "][")...)
	}
	return path, nil
}

var errFieldClash = errors.New("used both as a value and as an object or array")

// setField sets a value below at, which may be nil, and returns the result. An empty step appends to
// an array; a name after it begins a new element if the last one has that name already.
func setField(at any, path []string, value any) (any, error) {
	if len(path) == 0 {
		if at != nil {
			return nil, errFieldClash
		}
		return value, nil
	}
	if path[0] == "" {
		list, ok := at.([]any)
		if at != nil && !ok {
			return nil, errFieldClash
		}
		if len(path) > 1 && len(list) > 0 {
			if last, ok := list[len(list)-1].(map[string]any); ok {
				if _, taken := last[path[1]]; !taken || len(path) > 2 {
					set, err := setField(last, path[1:], value)
					list[len(list)-1] = set
					return list, err
				}
			}
		}
		element, err := setField(nil, path[1:], value)
		return append(list, element), err
	}
	object, ok := at.(map[string]any)
	if at != nil && !ok {
		return nil, errFieldClash
	}
	if object == nil {
		object = map[string]any{}
	}
	if len(path) == 1 {
		if _, taken := object[path[0]]; taken {
			return nil, errors.New("given twice")
		}
		object[path[0]] = value
		return object, nil
	}
	set, err := setField(object[path[0]], path[1:], value)
	object[path[0]] = set
	return object, err
}

// AddQuery adds fields to a query, arrays as repeated keys.
func AddQuery(q url.Values, fields map[string]any) error {
	for key, value := range fields {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, v := range list {
			switch v.(type) {
			case nil:
				q.Add(key, "")
			case map[string]any, []any:
				return fmt.Errorf("field %s: a query has no nested values", key)
			default:
				q.Add(key, fmt.Sprint(v))
			}
		}
	}
	return nil
}
