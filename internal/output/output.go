// Package output prints the Hub's answers: as a table for people, and as JSON,
// YAML, newline-delimited JSON or CSV for programs.
//
// It does not trust text from a server: nothing it writes to a terminal can move
// the cursor, or hide or reorder text. JSON and YAML keep every field, key order
// and number as the server sent them.
package output

import (
	"encoding/json"
	"io"
	"iter"
	"slices"
	"time"
)

// A Row is a value that knows the JSON the server sent for it.
type Row interface{ JSON() json.RawMessage }

// Formats are the values Options.Format may have.
var Formats = []string{"table", "json", "yaml", "ndjson", "csv"}

// Options are the output flags, as the user gave them. JQ and Template take
// precedence over Quiet, and Quiet over Format.
type Options struct {
	Format     string    // one of Formats
	JQ         string    // filters the JSON
	Template   string    // formats the JSON
	Columns    []string  // table and csv only
	NoHeaders  bool      // table and csv only
	Sort       string    // "column" or "-column": table, csv and Quiet only
	Limit      int       // rows to print; 0 = all
	Quiet      bool      // the first Key column only, one per line
	Terminal   bool      // the output is a terminal: values are formatted for people
	NoTrunc    bool      // whole digests on a terminal
	Width      int       // columns of the terminal; 0 = unlimited
	Color      bool      // bold headings, and colors that mean something
	Hyperlinks bool      // the terminal shows them
	Website    string    // where the pages of rows are; "" = no links to them
	Now        time.Time // the base of relative times; zero = RFC 3339
	TempDir    string    // for listings over 8 MB; "" = os.TempDir()
	Things     string    // what the rows are, for "no … found"; "" = results
}

// mode is how o prints: a format, "jq", "template" or "quiet".
func (o Options) mode() string {
	switch {
	case o.JQ != "":
		return "jq"
	case o.Template != "":
		return "template"
	case o.Quiet:
		return "quiet"
	}
	return o.Format
}

// IsTable reports whether o prints a table.
func (o Options) IsTable() bool { return o.mode() == "table" }

// A Printer prints values of type T in the format the user chose.
type Printer[T Row] struct{ p *printer }

// Printer checks o against the table, so that a command can fail before it
// sends a request. Every error it returns is a usage error.
func (t Table[T]) Printer(w io.Writer, o Options) (*Printer[T], error) {
	p, err := newPrinter(table(t.Untyped()), w, o)
	return &Printer[T]{p}, err
}

// Rows prints a listing. It takes no row beyond Options.Limit from rows.
//
// If rows fails, json, yaml, jq and templates print nothing and Rows returns the
// error. The table and the formats that print row by row print the rows before
// the error, and Rows returns a *Partial, or the bare error if there were none.
func (p *Printer[T]) Rows(rows iter.Seq2[T, error]) error { return p.p.rows(Untyped(rows)) }

// Stream is Rows for a listing without an end: the table, too, prints each row as
// it arrives, uncut. Its columns grow with their cells.
func (p *Printer[T]) Stream(rows iter.Seq2[T, error]) error {
	p.p.stream = true
	return p.p.rows(Untyped(rows))
}

// Untyped returns the rows of a listing for an Untyped Table.
func Untyped[T Row](rows iter.Seq2[T, error]) iter.Seq2[Row, error] {
	if u, ok := any(rows).(iter.Seq2[Row, error]); ok {
		return u
	}
	return func(yield func(Row, error) bool) {
		for v, err := range rows {
			if !yield(v, err) {
				return
			}
		}
	}
}

// One prints a single value, wide columns included. The table has one line per
// column.
func (p *Printer[T]) One(v T) error { return p.p.one(v) }

// A printer is a Printer for rows of any type.
type printer struct {
	document
	all, shown table
	key        column // with Quiet
	order      order
	stream     bool // the table prints rows as they arrive
}

func newPrinter(t table, w io.Writer, o Options) (*printer, error) {
	d, err := newDocument(w, o)
	if err != nil {
		return nil, err
	}
	p := &printer{document: d, all: t}
	if p.shown, err = t.choose(o.Columns); err != nil {
		return nil, err
	}
	if p.order, err = t.order(o.Sort); err != nil {
		return nil, err
	}
	if o.mode() == "quiet" {
		p.key, err = t.key()
	}
	return p, err
}

func (p *printer) rows(rows iter.Seq2[Row, error]) error {
	rows = p.order.apply(rows, p.o.Limit)
	switch p.o.mode() {
	case "table":
		if p.stream {
			return p.flow(rows)
		}
		return p.table(rows)
	case "csv":
		return p.csv(p.shown, rows)
	case "quiet":
		return p.quiet(rows)
	}
	return p.list(raw(rows))
}

func (p *printer) one(v Row) error {
	shown := p.shown
	if len(p.o.Columns) == 0 {
		shown = p.all
	}
	switch p.o.mode() {
	case "table":
		return p.vertical(shown, v)
	case "csv":
		return p.csv(shown, single(v))
	case "quiet":
		return p.quiet(single(v))
	}
	return p.print(v.JSON())
}

// An order is the order of the rows.
type order struct {
	by         func(Row) Value // nil = as they arrive
	descending bool
}

type sortable struct {
	row Row
	key Value
}

// apply yields the rows in order, at most limit of them unless it is 0. Unless it
// sorts, it takes no more from rows than it yields.
func (o order) apply(rows iter.Seq2[Row, error], limit int) iter.Seq2[Row, error] {
	if o.by != nil {
		rows = o.sorted(rows, limit)
		limit = 0
	}
	return func(yield func(Row, error) bool) {
		n := 0
		for v, err := range rows {
			if !yield(v, err) {
				return
			}
			if n++; n == limit {
				return
			}
		}
	}
}

// sorted yields the sorted rows that precede an error, and then the error.
func (o order) sorted(rows iter.Seq2[Row, error], limit int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var all []sortable
		var failed error
		for v, err := range rows {
			if err != nil {
				failed = err
				break
			}
			all = append(all, sortable{v, o.by(v)})
		}
		slices.SortStableFunc(all, func(a, b sortable) int { return compareKeys(a.key, b.key, o.descending) })
		if limit > 0 && len(all) > limit {
			all = all[:limit]
		}
		for _, s := range all {
			if !yield(s.row, nil) {
				return
			}
		}
		if failed != nil {
			yield(nil, failed)
		}
	}
}

func single[T any](v T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(v, nil) }
}

func raw(rows iter.Seq2[Row, error]) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for v, err := range rows {
			var doc json.RawMessage
			if err == nil {
				doc = v.JSON()
			}
			if !yield(doc, err) {
				return
			}
		}
	}
}
