package cli

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Ruling is what a filter says of a row.
type Ruling int

const (
	CannotTell Ruling = iota // the server left out what the filter looks at
	DropRow
	KeepRow
)

// Rule is the ruling of a filter on something that the server sent, or left out.
func Rule(sent, keep bool) Ruling {
	switch {
	case !sent:
		return CannotTell
	case keep:
		return KeepRow
	}
	return DropRow
}

// A criterion is a filter that a flag asks for.
type criterion[T any] struct {
	flag  string
	field string // what it looks at, in the plural
	judge func(T) Ruling
}

// A Filter is what hubctl itself, and not the server, keeps of a listing.
type Filter[T any] struct {
	A        *App
	Cmd      *cobra.Command
	Things   string // what the rows are, in the plural
	criteria []criterion[T]
}

// By adds a criterion, for a flag of the command.
func (f *Filter[T]) By(flag, field string, judge func(T) Ruling) {
	f.criteria = append(f.criteria, criterion[T]{flag, field, judge})
	filters := strings.Fields(f.Cmd.Annotations[FiltersKey])
	Annotate(f.Cmd, FiltersKey, strings.Join(append(filters, flag), " "))
}

// FiltersKey is the annotation that holds the flags of a command's filters.
const FiltersKey = "filters"

// given are the criteria of the flags on the command line.
func (f *Filter[T]) given() []criterion[T] {
	return slices.DeleteFunc(slices.Clone(f.criteria), func(c criterion[T]) bool {
		flag := f.Cmd.Flags().Lookup(c.flag)
		return !flag.Changed || flag.Value.String() == "false"
	})
}

// Of yields the rows that fit every criterion. Rows of which that cannot be told
// are left out and counted: the command fails once the others are printed.
func (f *Filter[T]) Of(rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		given := f.given()
		missing := UndecidedError{Things: f.Things}
		defer func() {
			if missing.Rows > 0 {
				f.A.undecided = missing.and(f.A.undecided)
			}
		}()
		for row, err := range rows {
			if err == nil {
				missing.Of++
				if judged, by := f.judge(given, row); judged == CannotTell {
					missing.Add("--"+by[0], by[1], true)
					continue
				} else if judged == DropRow {
					continue
				}
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// judge is the ruling of all criteria, and the flag and field of the first that
// cannot tell.
func (f *Filter[T]) judge(given []criterion[T], row T) (judged Ruling, by [2]string) {
	judged = KeepRow
	for _, c := range given {
		switch c.judge(row) {
		case DropRow:
			return DropRow, by
		case CannotTell:
			if judged == KeepRow {
				judged, by = CannotTell, [2]string{c.flag, c.field}
			}
		case KeepRow:
		}
	}
	return judged, by
}

// UndecidedError is a listing with rows that its filters could not judge.
type UndecidedError struct {
	Things     string
	by, fields []string
	Rows, Of   int
}

// Add notes a row that cannot be judged by something, for want of a field. A row
// that is not a new one was counted before.
func (e *UndecidedError) Add(by, field string, newRow bool) {
	if newRow {
		e.Rows++
	}
	if !slices.Contains(e.by, by) {
		e.by = append(e.by, by)
	}
	if !slices.Contains(e.fields, field) {
		e.fields = append(e.fields, field)
	}
}

// and adds the rows that another filter of the same listing could not judge.
func (e *UndecidedError) and(other *UndecidedError) *UndecidedError {
	if other == nil {
		return e
	}
	rows := e.Rows + other.Rows
	for i, by := range other.by {
		e.Add(by, other.fields[min(i, len(other.fields)-1)], false)
	}
	e.Rows, e.Of = rows, max(e.Of, other.Of)
	return e
}

func (e *UndecidedError) Error() string {
	return fmt.Sprintf("cannot judge %d of %d %s by %s: the server left out %s",
		e.Rows, e.Of, e.Things, strings.Join(e.by, ", "), strings.Join(e.fields, " and "))
}

// UndecidedErrorOf is the error of the filters of this run, or nil.
func UndecidedErrorOf(a *App) error {
	if a.undecided == nil {
		return nil
	}
	return a.undecided
}

// hintUndecided says how the server may be made to send what it left out.
func hintUndecided(a *App) string {
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous {
		return "the server sends less to anonymous users: " + loginHint(a)
	}
	return ""
}
