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
	Name  string        // for --columns and --sort; the heading is made from it
	Cell  func(T) Value // what one row has there
	Wide  bool          // shown by One, and by Rows only when --columns names it
	Spare bool          // left out by Rows on a terminal too narrow for it, unless --columns names it
	Key   bool          // an identifier: never cut; -q prints the first Key column
	Match bool          // a name: what --match looks at; without any, the Key columns
	Room  int           // how wide Stream makes it before it has seen a cell
}

func (c Column[T]) heading() string { return strings.ToUpper(strings.ReplaceAll(c.Name, "_", " ")) }

// A Table says how to print values of type T. It is declared once per type.
type Table[T Row] []Column[T]

// Names lists the columns, for help text and completion.
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

// Untyped is t without knowing what its rows are, which have to be of type T all
// the same. What works with a Table[Row] is in the program once, and not for
// each type.
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

// choose finds the named columns; without names, all but the wide ones.
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
	for _, c := range t {
		if c.Name == name {
			return c, nil
		}
	}
	names := Table[Row](t).Names()
	if near := nearest(name, names); near != "" {
		return column{}, fmt.Errorf("unknown column %q, did you mean %s? (have %s)", name, near, strings.Join(names, ", "))
	}
	return column{}, fmt.Errorf("unknown column %q (have %s)", name, strings.Join(names, ", "))
}

// nearest is the name a user may have meant by s, or "".
func nearest(s string, names []string) string {
	s = strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(s))
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

// distance counts the insertions, deletions and replacements between a and b.
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
