package output

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/mattn/go-runewidth"
)

// helpers are the functions that templates have in addition to those of text/template:
// gh's, and some that know null and exact numbers.
type helpers struct {
	o     Options
	depth int        // of templates
	rows  [][]styled // of the table to be drawn next
}

func (h *helpers) functions() template.FuncMap {
	return template.FuncMap{
		"json":       toJSON,
		"join":       join,
		"split":      split,
		"lower":      func(v any) (string, error) { s, err := plainText(v); return strings.ToLower(s), err },
		"upper":      func(v any) (string, error) { s, err := plainText(v); return strings.ToUpper(s), err },
		"contains":   func(part, v any) (bool, error) { return onBoth(strings.Contains, v, part) },
		"hasPrefix":  func(part, v any) (bool, error) { return onBoth(strings.HasPrefix, v, part) },
		"hasSuffix":  func(part, v any) (bool, error) { return onBoth(strings.HasSuffix, v, part) },
		"regexMatch": regexMatch,
		"pluck":      pluck,
		"timeago":    func(v any) (string, error) { return onTime(v, func(t time.Time) string { return ago(t, h.o.Now) }) },
		"timefmt": func(layout string, v any) (string, error) {
			return onTime(v, func(t time.Time) string { return t.Format(layout) })
		},
		"truncate":    truncate,
		"color":       h.color,
		"autocolor":   h.color,
		"hyperlink":   h.hyperlink,
		"tablerow":    h.tableRow,
		"tablerender": h.tableRender,
		"len":         length,
		"index":       index,
		"eq":          equal,
		"ne":          func(a, b any) (bool, error) { same, err := equal(a, b); return !same, err },
		"lt":          ordered(func(c int) bool { return c < 0 }),
		"le":          ordered(func(c int) bool { return c <= 0 }),
		"gt":          ordered(func(c int) bool { return c > 0 }),
		"ge":          ordered(func(c int) bool { return c >= 0 }),
	}
}

// plainText converts a string, number or truth value to text. That of null is empty.
func plainText(v any) (string, error) {
	switch v.(type) {
	case nil:
		return "", nil
	case []any, map[string]any:
		return "", fmt.Errorf("expected text, got %s", kindOf(v))
	}
	return fmt.Sprint(v), nil
}

// onBoth applies f to two texts.
func onBoth(f func(s, t string) bool, v, w any) (bool, error) {
	s, err := plainText(v)
	t, other := plainText(w)
	return f(s, t), errors.Join(err, other)
}

func regexMatch(pattern string, v any) (bool, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false, err
	}
	s, err := plainText(v)
	return re.MatchString(s), err
}

// listOf converts a list or null.
func listOf(v any) ([]any, error) {
	items, ok := v.([]any)
	if !ok && !isNull(v) {
		return nil, fmt.Errorf("expected a list, got %s", kindOf(v))
	}
	return items, nil
}

// join joins the items of a list. The separator comes second, or first as gh has it.
func join(v, separator any) (string, error) {
	if _, first := v.(string); first {
		v, separator = separator, v
	}
	items, err := listOf(v)
	between, bad := plainText(separator)
	parts := make([]string, len(items))
	for i, item := range items {
		if item != nil {
			parts[i] = fmt.Sprint(item)
		}
	}
	return strings.Join(parts, between), errors.Join(err, bad)
}

func split(v, separator any) ([]any, error) {
	s, err := plainText(v)
	between, bad := plainText(separator)
	var parts []any
	for part := range strings.SplitSeq(s, between) {
		parts = append(parts, part)
	}
	return parts, errors.Join(err, bad)
}

// pluck returns a field of each object in a list.
func pluck(field string, v any) ([]any, error) {
	items, err := listOf(v)
	values := make([]any, len(items))
	for i, item := range items {
		object, ok := item.(map[string]any)
		if !ok && !isNull(item) {
			return nil, fmt.Errorf("expected objects, got %s", kindOf(item))
		}
		values[i] = object[field]
	}
	return values, err
}

// onTime formats a time that the server sent. That of null is empty.
func onTime(v any, format func(time.Time) string) (string, error) {
	s, err := plainText(v)
	if err != nil || s == "" {
		return "", err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "", fmt.Errorf("expected a time, got %q", s)
	}
	return format(t), nil
}

// truncate cuts text to a number of columns of the terminal.
func truncate(width int, v any) (any, error) {
	if s, ok := v.(styled); ok {
		s.text = runewidth.Truncate(s.text, width, ellipsis)
		return s, nil
	}
	s, err := plainText(v)
	return runewidth.Truncate(s, width, ellipsis), err
}

// color colors text if color is on.
func (h *helpers) color(style string, v any) (styled, error) {
	s, err := h.style(v)
	if err != nil {
		return s, err
	}
	color, err := styleCodes(style)
	if h.o.Color {
		s.mark.color = color
	}
	return s, err
}

// hyperlink links text to an address if the terminal shows hyperlinks. Without text it
// shows the address.
func (h *helpers) hyperlink(address string, v any) (styled, error) {
	s, err := h.style(v)
	s.text = cmp.Or(s.text, address)
	if h.o.Hyperlinks && isAddress(address) {
		s.mark.link = address
	}
	return s, err
}

func (h *helpers) style(v any) (styled, error) {
	if s, ok := v.(styled); ok {
		return s, nil
	}
	s, err := plainText(v)
	return styled{text: s}, err
}

// tableRow adds a row to the table that is drawn next.
func (h *helpers) tableRow(cells ...any) (string, error) {
	row := make([]styled, len(cells))
	for i, cell := range cells {
		var err error
		if row[i], err = h.style(cell); err != nil {
			return "", err
		}
	}
	h.rows = append(h.rows, row)
	return "", nil
}

// tableRender draws the rows so far in the width of the terminal.
func (h *helpers) tableRender() (drawn, error) {
	g := grid{color: h.o.Color}
	for _, row := range h.rows {
		for i := len(g.columns); i < len(row); i++ {
			g.columns = append(g.columns, span{index: i, soft: true, chosen: true})
		}
	}
	for _, row := range h.rows {
		cells := make([]string, len(g.columns))
		for i, cell := range row {
			cells[i] = Clean(cell.text)
			g.mark(i, cell.mark)
		}
		g.rows = append(g.rows, cells)
	}
	h.rows = nil
	g.plan(h.o.Width)
	var b strings.Builder
	err := g.draw(&b)
	return drawn(b.String()), err
}

// colors are the names of colors in the order of their codes.
var colors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "", "default"}

// styleCodes returns the codes of a style as gh's templates have it: a color's name or number,
// attributes, and the same for the background, as in green, red+b and 208+u:black.
func styleCodes(style string) (string, error) {
	var codes []string
	for i, part := range strings.SplitN(style, ":", 2) {
		name, attributes, _ := strings.Cut(part, "+")
		base := 30 + 10*i
		n := slices.Index(colors, name)
		switch index, err := strconv.ParseUint(name, 10, 8); {
		case err == nil:
			codes = append(codes, fmt.Sprintf("%d;5;%d", base+8, index))
		case n < 0:
			return "", fmt.Errorf("unknown color %q: must be one of %s or 0 to 255", name, strings.Join(colors[:8], ", "))
		case name != "" && strings.Contains(attributes, "h"):
			codes = append(codes, strconv.Itoa(base+60+n))
		case name != "":
			codes = append(codes, strconv.Itoa(base+n))
		}
		for _, a := range attributes {
			code, ok := map[rune]string{'b': "1", 'd': "2", 'u': "4", 'B': "5", 'i': "7", 's': "9"}[a]
			switch {
			case ok:
				codes = append(codes, code)
			case a != 'h':
				return "", fmt.Errorf("unknown attribute %q in color %q", a, style)
			}
		}
	}
	return strings.Join(codes, ";"), nil
}
