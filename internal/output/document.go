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

// CheckDocument is the check of Table.Printer for a command whose answer has
// no columns. Every error it returns is a mistake of the user's.
func CheckDocument(o Options) error {
	_, err := bareDocument(io.Discard, o)
	return err
}

// Document prints one JSON document the way o asks; nothing if doc is empty.
// With ndjson the elements of an array have a line each.
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
		return d, fmt.Errorf("this command has no columns to print as %s (have json, yaml, ndjson)", mode)
	}
	return d, nil
}

// A document prints JSON in the formats that need no columns.
type document struct {
	w     io.Writer // every error of it is a *WriteError
	o     Options
	query query // nil without JQ and Template
}

// newDocument makes the checks of o that need no table.
func newDocument(w io.Writer, o Options) (document, error) {
	d := document{w: checked{w}, o: o}
	mode := o.mode()
	columns := mode == "table" || mode == "csv"
	switch {
	case !slices.Contains(Formats, o.Format):
		return d, fmt.Errorf("unknown output format %q (have %s)", o.Format, strings.Join(Formats, ", "))
	case o.JQ != "" && o.Template != "":
		return d, errors.New("--jq and --template exclude each other")
	case (mode == "jq" || mode == "template") && o.Format != "json" && o.Format != "table":
		return d, fmt.Errorf("--%s prints what it makes of the JSON and excludes -o %s", mode, o.Format)
	case len(o.Columns) > 0 && !columns:
		return d, errors.New("--columns needs the format table or csv")
	case o.NoHeaders && !columns:
		return d, errors.New("--no-headers needs the format table or csv")
	case o.Sort != "" && !columns && mode != "quiet":
		return d, errors.New("--sort needs the format table or csv, or --quiet")
	case o.Limit < 0:
		return d, fmt.Errorf("--limit %d is negative", o.Limit)
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
		if err := indented(d.w, doc, ""); err != nil {
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

// list prints rows: ndjson as they come, all else whole or not at all.
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
		return indented(w, doc, "  ")
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

// whole spools what item makes of each row and prints it, then end, once all
// rows are in; [] if there were none.
func (d document) whole(
	rows iter.Seq2[json.RawMessage, error], item func(io.Writer, json.RawMessage) error, end string,
) error {
	s := NewSpool(d.o.TempDir)
	defer func() { _ = s.Close() }() // a temporary file at worst
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

// run prints what the query makes of v, unless it fails.
func (d document) run(v any) error {
	s := NewSpool(d.o.TempDir)
	defer func() { _ = s.Close() }() // a temporary file at worst
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

func (d document) write(b []byte, err error) error {
	if err == nil {
		_, err = d.w.Write(b)
	}
	return err
}

// stream writes the line of each row as it comes, in one write.
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
