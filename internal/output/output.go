// Package output prints what the Hub answered: as a table for people, and as
// JSON, YAML, lines of JSON or CSV for programs.
//
// It trusts no text of a server: nothing it writes to a terminal can move the
// cursor, hide or reorder what is read. JSON and YAML keep every field, key
// order and number as they were sent.
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

// Options are the output flags, as the user gave them. JQ or Template decide
// over Quiet, and Quiet over Format.
type Options struct {
	Format    string    // one of Formats
	JQ        string    // filters the JSON
	Template  string    // formats the JSON
	Columns   []string  // table and csv only
	NoHeaders bool      // table and csv only
	Sort      string    // "column" or "-column": table, csv and Quiet only
	Limit     int       // rows to print; 0 = all
	Quiet     bool      // the first Key column only, one a line
	Terminal  bool      // the output is a terminal: values as people read them
	Width     int       // columns of the terminal; 0 = unlimited
	Color     bool      // headings bold, unknown values dim
	Now       time.Time // what "3 days ago" is relative to; zero = RFC 3339
	TempDir   string    // where listings over 8 MB wait; "" = os.TempDir()
}

// mode is what decides how o prints: a format, "jq", "template" or "quiet".
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

// IsTable reports whether o prints a table, for people.
func (o Options) IsTable() bool { return o.mode() == "table" }

// A Printer prints values of type T as the user asked for.
type Printer[T Row] struct{ p *printer }

// Printer checks o against the table, so that a command can fail before it
// asks anybody for anything. Every error it returns is a mistake of the user's.
func (t Table[T]) Printer(w io.Writer, o Options) (*Printer[T], error) {
	p, err := newPrinter(table(t.Untyped()), w, o)
	return &Printer[T]{p}, err
}

// Rows prints a listing. It takes no row beyond Options.Limit from rows.
//
// Where rows fail, json, yaml, jq and templates print nothing and Rows returns
// the error; the formats that print a row at a time, and the table, print what
// came and Rows returns a *Partial, or the bare error if nothing had come.
func (p *Printer[T]) Rows(rows iter.Seq2[T, error]) error { return p.p.rows(Untyped(rows)) }

// Stream is Rows for a listing that has no end: the table, too, prints each row
// as it comes, whole. Its columns grow with their cells.
func (p *Printer[T]) Stream(rows iter.Seq2[T, error]) error {
	p.p.stream = true
	return p.p.rows(Untyped(rows))
}

// Untyped are the rows of a listing for a Table that was made Untyped, too.
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

// One prints a single value, wide columns included. A table turns into a line
// for each column.
func (p *Printer[T]) One(v T) error { return p.p.one(v) }

// A printer is a Printer that does not know what its rows are.
type printer struct {
	document
	all, shown table
	key        column // with Quiet
	order      order
	stream     bool // the table does not wait for its last row
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

// An order says which rows are printed, and in which order.
type order struct {
	by         func(Row) Value // nil = as they come
	descending bool
}

type sortable struct {
	row Row
	key Value
}

// apply yields the rows in order, at most limit of them unless it is 0. It
// asks rows for no more than it yields, but for a sort, which needs all.
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

// sorted yields what came before an error, and then the error.
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
