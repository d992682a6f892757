package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// CheckDocument is the check of Table.Printer for a command whose answer has no
// columns. Every error it returns is a usage error.
func CheckDocument(o Options) error {
	_, err := bareDocument(io.Discard, o)
	return err
}

// Document prints one JSON document in the format of o, or nothing if doc is
// empty. With ndjson each element of an array has its own line.
func Document(w io.Writer, doc json.RawMessage, o Options) error {
	d, err := bareDocument(w, o)
	if err != nil {
		return err
	}
	return d.print(doc)
}

func bareDocument(w io.Writer, o Options) (document, error) {
	d, err := newDocument(w, o)
	if err != nil {
		return d, err
	}
	switch mode := o.mode(); mode {
	case "quiet":
		return d, errNoKey
	case "table", "csv":
		return d, fmt.Errorf("this command prints no %s: --output must be one of json, yaml, ndjson", mode)
	}
	return d, nil
}

// A document prints JSON in the formats without columns.
type document struct {
	w     io.Writer // its errors are *WriteErrors
	o     Options
	query query // nil without JQ and Template
}

// newDocument checks what can be checked of o without a table.
func newDocument(w io.Writer, o Options) (document, error) {
	d := document{w: checked{w}, o: o}
	mode := o.mode()
	columns := mode == "table" || mode == "csv"
	switch {
	case !slices.Contains(Formats, o.Format):
		return d, fmt.Errorf("invalid value %q for --output: must be one of %s", o.Format, strings.Join(Formats, ", "))
	case o.JQ != "" && o.Template != "":
		return d, errors.New("--jq and --template cannot be combined")
	case (mode == "jq" || mode == "template") && o.Format != "json" && o.Format != "table":
		return d, fmt.Errorf("--%s cannot be combined with -o %s", mode, o.Format)
	case len(o.Columns) > 0 && !columns:
		return d, &ColumnsError{Flag: "columns", format: mode}
	case o.NoHeaders && !columns:
		return d, &ColumnsError{Flag: "no-headers", format: mode}
	case o.Sort != "" && !columns && mode != "quiet":
		return d, &ColumnsError{Flag: "sort", format: mode}
	case o.Limit < 0:
		return d, fmt.Errorf("invalid value \"%d\" for --limit: must be 0 or more", o.Limit)
	}
	var err error
	switch mode {
	case "jq":
		d.query, err = newJQ(o)
	case "template":
		d.query, err = newTemplate(o)
	}
	return d, err
}

func (d document) print(doc json.RawMessage) error {
	if doc = trim(doc); len(doc) == 0 {
		return nil
	}
	switch d.o.mode() {
	case "json":
		if err := indented(d.w, doc, "", d.colored()); err != nil {
			return err
		}
		return d.write([]byte("\n"), nil)
	case "yaml":
		return d.write(toYAML(doc, false))
	case "ndjson":
		return d.lines(doc)
	}
	v, err := decode(doc)
	if err != nil {
		return err
	}
	return d.run(v)
}

// list prints rows: ndjson as they arrive, other formats whole or not at all.
func (d document) list(rows iter.Seq2[json.RawMessage, error]) error {
	switch d.o.mode() {
	case "ndjson":
		return stream(d.w, rows, compact)
	case "json":
		return d.array(rows)
	case "yaml":
		return d.sequence(rows)
	}
	all := []any{}
	for doc, err := range rows {
		if err != nil {
			return err
		}
		v, err := decode(doc)
		if err != nil {
			return err
		}
		all = append(all, v)
	}
	return d.run(all)
}

func (d document) array(rows iter.Seq2[json.RawMessage, error]) error {
	next := "[\n  "
	return d.whole(rows, func(w io.Writer, doc json.RawMessage) error {
		_, err := io.WriteString(w, next)
		next = ",\n  "
		if err != nil {
			return err
		}
		return indented(w, doc, "  ", d.colored())
	}, "\n]\n")
}

func (d document) sequence(rows iter.Seq2[json.RawMessage, error]) error {
	return d.whole(rows, func(w io.Writer, doc json.RawMessage) error {
		b, err := toYAML(doc, true)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}, "")
}

// whole prints the output of item for each row, then end, once all rows are in.
// It prints [] if there are none.
func (d document) whole(
	rows iter.Seq2[json.RawMessage, error], item func(io.Writer, json.RawMessage) error, end string,
) error {
	s := NewSpool(d.o.TempDir)
	defer func() { _ = s.Close() }() // at worst a temporary file stays
	n := 0
	for doc, err := range rows {
		if err == nil {
			err = item(s, doc)
		}
		if err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		end = "[]\n"
	}
	if _, err := io.WriteString(s, end); err != nil {
		return err
	}
	return s.CopyTo(d.w)
}

// run prints the result of the query, unless it fails.
func (d document) run(v any) error {
	s := NewSpool(d.o.TempDir)
	defer func() { _ = s.Close() }() // at worst a temporary file stays
	if err := d.query.run(s, v); err != nil {
		return err
	}
	return s.CopyTo(d.w)
}

func (d document) lines(doc json.RawMessage) error {
	var rows []json.RawMessage
	if doc[0] != '[' {
		return stream(d.w, single(doc), compact)
	}
	if err := json.Unmarshal(doc, &rows); err != nil {
		return err
	}
	return stream(d.w, each(rows), compact)
}

// colored reports whether JSON is colored: on a terminal only.
func (d document) colored() bool { return d.o.Color && d.o.Terminal }

func (d document) write(b []byte, err error) error {
	if err == nil {
		_, err = d.w.Write(b)
	}
	return err
}

// stream writes the line of each row as it arrives, in one write.
func stream[T any](w io.Writer, rows iter.Seq2[T, error], line func(T) ([]byte, error)) error {
	n := 0
	for v, err := range rows {
		var b []byte
		if err == nil {
			b, err = line(v)
		}
		if err != nil {
			return partial(n, err)
		}
		n++
		if len(b) == 0 {
			continue
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

func each[T any](vs []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func trim(doc []byte) []byte { return bytes.Trim(doc, " \t\r\n") }
