package hub

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// message returns the server's reason from the body of an error, whatever its
// envelope: any of messageKeys, at any depth; errors by field; an HTML page; plain
// text. Of JSON in an unknown shape it returns the start, or "" if that has no values.
func message(body []byte) string {
	body = bytes.TrimSpace(body)
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.Decode(new(any)) != io.EOF {
		return cut(plainText(body))
	}
	text := reason(v)
	if text == "" && says(v) {
		text = string(body)
	}
	return cut(oneLine(text))
}

// messageKeys are the fields that hold a server's reason, in the order in which they
// are shown. The Hub, its gateways, its registry and SCIM use different ones.
var messageKeys = []string{
	"message", "text", "title", "error", "error_description", "msg", "detail", "details", "errors", "fields",
	"reason", "description",
}

// formErrors are the keys of errors that concern no single field of a form.
var formErrors = []string{"__all__", "non_field_errors", "detail", "details", "message", "error", "errors"}

// reason returns the text of a decoded JSON value that is meant for people, or "".
func reason(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case []any:
		return join(v)
	case map[string]any:
		if text := fieldErrors(v); text != "" {
			return text
		}
		var said []any
		for _, k := range messageKeys {
			said = append(said, reasonAt(k, v[k]))
		}
		text := join(said)
		if text == "" {
			text = reason(v["errinfo"]) // the last resort: it repeats the request
		}
		if text != "" {
			text = location(v) + text
		}
		return text
	}
	return ""
}

// reasonAt is reason for the value of a key. Under "fields" only lists are errors: the
// fields of a database error are column names and severities.
func reasonAt(key string, v any) string {
	if fields, ok := v.(map[string]any); ok && key == "fields" {
		return fieldErrors(fields)
	}
	return reason(v)
}

// fieldErrors returns the errors of a form, each with the name of its field, or "" if o
// is something else: a form has only lists.
func fieldErrors(o map[string]any) string {
	var said []any
	for _, k := range slices.Sorted(maps.Keys(o)) {
		list, ok := o[k].([]any)
		if !ok {
			return ""
		}
		text := join(list)
		if text != "" && !slices.Contains(formErrors, k) {
			text = k + ": " + text
		}
		said = append(said, text)
	}
	return join(said)
}

// location returns the path of the field that a validation error is about.
func location(o map[string]any) string {
	var steps []string
	loc, _ := o["loc"].([]any)
	for _, step := range loc {
		if s, ok := step.(string); ok {
			steps = append(steps, s)
		}
	}
	if len(steps) == 0 {
		return ""
	}
	return strings.Join(steps, ".") + ": "
}

// join returns the reasons of several values, each once: a reason that is part of
// another one is left out.
func join(vs []any) string {
	var said []string
	for _, v := range vs {
		text := reason(v)
		repeated := func(other string) bool { return repeats(other, text) }
		if text == "" || slices.ContainsFunc(said, repeated) {
			continue
		}
		said = slices.DeleteFunc(said, func(other string) bool { return repeats(text, other) })
		if said = append(said, text); len(said) > maxMessage {
			break // the rest would be cut
		}
	}
	return strings.ReplaceAll(strings.Join(said, "; "), ".; ", "; ")
}

// repeats reports whether text contains other as whole words.
func repeats(text, other string) bool {
	before, after, found := strings.Cut(text, other)
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return found && !unicode.IsLetter(last) && !unicode.IsLetter(next)
}

// says reports whether a decoded JSON value holds a text or a number.
func says(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v) != ""
	case json.Number:
		return true
	case []any:
		return slices.ContainsFunc(v, says)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), says)
	}
	return false
}

var (
	htmlStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s*(<!doctype|<html|<\?xml)`) })
	htmlTitle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`) })
	htmlTags  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?is)<(?:script|style|head)\b.*?</(?:script|style|head)>|<[^>]*>`)
	})
)

// plainText returns the words of a body that is not JSON. Of an HTML page that is its
// title, or its text if it has none.
func plainText(body []byte) string {
	if !htmlStart().Match(body) {
		return oneLine(string(body))
	}
	var text string
	if m := htmlTitle().FindSubmatch(body); m != nil {
		text = words(m[1])
	}
	if text == "" {
		text = words(body)
	}
	if text == "" {
		return "an HTML page"
	}
	return "an HTML page: " + text
}

// words returns the text of HTML without its tags.
func words(markup []byte) string {
	return oneLine(html.UnescapeString(string(htmlTags().ReplaceAll(markup, []byte(" ")))))
}

// oneLine returns s with every run of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
