// Package records reads the input of commands that take many things at once.
package records

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hubctl/hubctl/internal/redact"
)

// A Record is one line of the input, or several lines of CSV that belong together.
type Record struct {
	Line   int               // where it begins, counted from 1
	Fields map[string]string // by column name; an empty field is left out
}

// A Column is the name of a column and then its aliases, separated by spaces,
// such as "name repository".
type Column string

// Name returns the column's name, which is the key in a record's Fields.
func (c Column) Name() string {
	name, _, _ := strings.Cut(string(c), " ")
	return name
}

// Read reads records in one of three forms: JSON objects, one per line; CSV with
// a header line; or plain values of the first column, one per line. The first
// column is required, and fields other than free text must not hold a secret.
// Read skips a byte order mark and blank lines. It reports every mistake at once:
// its error is an Errors.
func Read(b []byte, columns []Column) ([]Record, error) {
	r := reader{names: map[string]string{}, required: columns[0].Name()}
	for _, c := range columns {
		for name := range strings.FieldsSeq(string(c)) {
			r.names[name] = c.Name()
		}
		r.known = append(r.known, c.Name())
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	line := 0
	for text := range bytes.Lines(b) {
		if line++; !utf8.Valid(text) {
			r.mistake(line, errors.New("not UTF-8"))
			return nil, r.wrong
		}
	}
	first := string(bytes.TrimSpace(b))
	first, _, _ = strings.Cut(first, "\n")
	first = strings.TrimSpace(first)
	switch {
	case strings.HasPrefix(first, "{"), strings.HasPrefix(first, "["):
		r.lines(b, r.object)
	case strings.ContainsAny(first, `,"`), r.names[strings.ToLower(first)] != "":
		r.table(b)
	default:
		r.lines(b, func(line int, text string) { r.add(line, map[string]string{r.required: text}) })
	}
	if len(r.wrong) > 0 {
		return nil, r.wrong
	}
	return r.records, nil
}

// IsFreeText reports whether a column holds free text, which may say anything, and
// not a name.
func IsFreeText(column string) bool {
	return column == "description" || column == "full_description"
}

// An Error is a mistake in one line.
type Error struct {
	Line int
	Err  error
}

func (e Error) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e Error) Unwrap() error { return e.Err }

// Errors are all mistakes in the input, in the order of lines.
type Errors []Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

type reader struct {
	names    map[string]string // column names by name and alias
	known    []string          // column names, in order
	required string            // the required column
	records  []Record
	wrong    Errors
}

func (r *reader) mistake(line int, err error) {
	r.wrong = append(r.wrong, Error{line, err})
}

func (r *reader) add(line int, fields map[string]string) {
	if fields[r.required] == "" {
		r.mistake(line, fmt.Errorf("no %s", r.required))
		return
	}
	for _, c := range r.known {
		if redact.HoldsSecret(fields[c]) && !IsFreeText(c) {
			r.mistake(line, fmt.Errorf("%s: %w", c, redact.ErrMisplaced))
			return
		}
	}
	r.records = append(r.records, Record{line, fields})
}

// column returns the column with a name or alias.
func (r *reader) column(name string) (string, error) {
	if c := r.names[strings.ToLower(strings.TrimSpace(name))]; c != "" {
		return c, nil
	}
	if redact.HoldsSecret(name) {
		return "", redact.ErrMisplaced
	}
	return "", fmt.Errorf("unknown column %q: there are %s", name, strings.Join(r.known, ", "))
}

func (r *reader) lines(b []byte, read func(line int, text string)) {
	line := 0
	for text := range bytes.Lines(b) {
		line++
		if text := strings.TrimSpace(string(text)); text != "" {
			read(line, text)
		}
	}
}

func (r *reader) object(line int, text string) {
	if !strings.HasPrefix(text, "{") {
		r.mistake(line, errors.New("expected a JSON object on every line"))
		return
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		r.mistake(line, fmt.Errorf("not JSON: %w", err))
		return
	}
	fields := map[string]string{}
	before := len(r.wrong)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		c, err := r.column(name)
		if err == nil && fields[c] != "" {
			err = fmt.Errorf("%s is given twice", c)
		}
		var value string
		if err == nil {
			value, err = plain(values[name])
		}
		switch {
		case err != nil:
			r.mistake(line, fmt.Errorf("%s: %w", name, err))
		case value != "":
			fields[c] = value
		}
	}
	if len(r.wrong) == before {
		r.add(line, fields)
	}
}

// plain returns a JSON string, number or boolean as it would be in CSV; null is "".
func plain(raw json.RawMessage) (string, error) {
	switch raw[0] {
	case '{', '[':
		return "", errors.New("expected a string, a number, true or false")
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return strings.TrimSpace(s), err
	case 'n':
		return "", nil
	}
	return string(raw), nil
}

func (r *reader) table(b []byte) {
	rows := csv.NewReader(bytes.NewReader(b))
	rows.FieldsPerRecord = -1 // its own error does not say how many there are
	var columns []string
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
			r.mistake(syntax.Line, syntax.Err)
			return // there is no telling where the next record begins
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		line, _ := rows.FieldPos(0)
		switch {
		case columns == nil:
			if columns = r.header(line, row); columns == nil {
				return
			}
		case len(row) != len(columns):
			r.mistake(line, fmt.Errorf("%d fields, but the header has %d columns", len(row), len(columns)))
		default:
			fields := map[string]string{}
			for i, value := range row {
				if value = strings.TrimSpace(value); value != "" {
					fields[columns[i]] = value
				}
			}
			r.add(line, fields)
		}
	}
}

// header returns the columns that a header line names, or nil if it is wrong.
func (r *reader) header(line int, row []string) []string {
	var columns []string
	seen := map[string]bool{}
	before := len(r.wrong)
	for _, name := range row {
		c, err := r.column(name)
		if err == nil && seen[c] {
			err = fmt.Errorf("the column %s is given twice", c)
		}
		if err != nil {
			r.mistake(line, err)
		}
		seen[c] = true
		columns = append(columns, c)
	}
	if len(r.wrong) == before && !seen[r.required] {
		r.mistake(line, fmt.Errorf("missing column %s", r.required))
	}
	if len(r.wrong) > before {
		return nil
	}
	return columns
}
