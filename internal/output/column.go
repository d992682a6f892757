package output

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errNoKey = errors.New("this command has no identifiers to print")

// A Column is one column of a table of T.
type Column[T Row] struct {
	Name  string        // for --columns and --sort; the heading derives from it
	Cell  func(T) Value // the value of one row
	Wide  bool          // shown by One, and by Rows only if --columns names it
	Spare bool          // dropped before other columns on a narrow terminal
	Key   bool          // an identifier: never cut; -q prints the first Key column
	Match bool          // searched by --match; without any, it searches the Key columns
	Room  int           // minimum width in Stream
}

func (c Column[T]) heading() string { return strings.ToUpper(strings.ReplaceAll(c.Name, "_", " ")) }

// A Table describes how to print values of type T. It is declared once per type.
type Table[T Row] []Column[T]

// Names returns the names of the columns.
func (t Table[T]) Names() []string {
	names := make([]string, len(t))
	for i, c := range t {
		names[i] = c.Name
	}
	return names
}

type (
	table  Table[Row]
	column = Column[Row]
)

// Untyped returns t as a table of any rows, which must still be of type T. Code
// for a Table[Row] is compiled once instead of once per type.
func (t Table[T]) Untyped() Table[Row] {
	if u, ok := any(t).(Table[Row]); ok {
		return u
	}
	u := make(Table[Row], len(t))
	for i, c := range t {
		cell := c.Cell
		u[i] = column{Name: c.Name, Wide: c.Wide, Spare: c.Spare, Key: c.Key, Match: c.Match, Room: c.Room}
		u[i].Cell = func(r Row) Value {
			v, _ := r.(T) // the only rows that reach it
			return cell(v)
		}
	}
	return u
}

// choose returns the named columns, or all but the wide ones without names.
func (t table) choose(names []string) (table, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(t), func(c column) bool { return c.Wide }), nil
	}
	chosen := make(table, len(names))
	for i, name := range names {
		var err error
		if chosen[i], err = t.find(name); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func (t table) order(sort string) (order, error) {
	if sort == "" {
		return order{}, nil
	}
	name, descending := strings.CutPrefix(sort, "-")
	c, err := t.find(name)
	return order{by: c.Cell, descending: descending}, err
}

func (t table) key() (column, error) {
	if i := slices.IndexFunc(t, func(c column) bool { return c.Key }); i >= 0 {
		return t[i], nil
	}
	return column{}, errNoKey
}

func (t table) find(name string) (column, error) {
	normal := normalize(name)
	for _, c := range t {
		if normalize(c.Name) == normal {
			return c, nil
		}
	}
	names := Table[Row](t).Names()
	meant := ""
	if near := nearest(normal, names); near != "" {
		meant = fmt.Sprintf(" (did you mean %s?)", near)
	}
	return column{}, fmt.Errorf("unknown column %q%s: must be one of %s", name, meant, strings.Join(names, ", "))
}

// normalize makes a column's name and its heading equal: LAST USED is last_used.
func normalize(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(name))
}

// nearest returns the name most similar to s, or "".
func nearest(s string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if d := distance(s, name); d < least && d < len(name) {
			best, least = name, d
		}
	}
	if best != "" || len(s) < 3 {
		return best
	}
	for _, name := range names {
		if strings.Contains(name, s) || strings.Contains(s, name) {
			return name
		}
	}
	return ""
}

// distance is the edit distance between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
