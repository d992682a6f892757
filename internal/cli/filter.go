package cli

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Ruling is a filter's decision about a row.
type Ruling int

const (
	CannotTell Ruling = iota // the server did not send the field that the filter needs
	DropRow
	KeepRow
)

// Rule keeps or drops a row, or returns CannotTell if the field was not sent.
func Rule(sent, keep bool) Ruling {
	switch {
	case !sent:
		return CannotTell
	case keep:
		return KeepRow
	}
	return DropRow
}

// A criterion is the filter of one flag.
type criterion[T any] struct {
	flag  *pflag.Flag
	field string // required field, in the plural
	judge func(T) Ruling
}

// A Filter selects rows of a listing in hubctl rather than on the server.
type Filter[T any] struct {
	A        *App
	Cmd      *cobra.Command
	Things   string // noun for the rows, in the plural
	criteria []criterion[T]
}

// By adds the criterion for a flag, which needs a field that the server may omit.
func (f *Filter[T]) By(flag interface{ self() *pflag.Flag }, field string, judge func(T) Ruling) {
	f.criteria = append(f.criteria, criterion[T]{flag.self(), field, judge})
	filters := strings.Fields(f.Cmd.Annotations[FiltersKey])
	Annotate(f.Cmd, FiltersKey, strings.Join(append(filters, flag.self().Name), " "))
}

// FiltersKey is the annotation that lists a command's filter flags.
const FiltersKey = "filters"

// given returns the criteria of the flags on the command line.
func (f *Filter[T]) given() []criterion[T] {
	return slices.DeleteFunc(slices.Clone(f.criteria), func(c criterion[T]) bool {
		return !c.flag.Changed || c.flag.Value.String() == "false"
	})
}

// Of yields the rows that match every criterion. Rows that cannot be judged are
// skipped and counted: the command fails after it has printed the others.
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

// judge returns the combined ruling of all criteria, and the flag and field of the
// first one that cannot tell.
func (f *Filter[T]) judge(given []criterion[T], row T) (judged Ruling, by [2]string) {
	judged = KeepRow
	for _, c := range given {
		switch c.judge(row) {
		case DropRow:
			return DropRow, by
		case CannotTell:
			if judged == KeepRow {
				judged, by = CannotTell, [2]string{c.flag.Name, c.field}
			}
		case KeepRow:
		}
	}
	return judged, by
}

// UndecidedError is the error of a listing with rows that could not be judged.
type UndecidedError struct {
	Things     string
	by, fields []string
	Rows, Of   int
}

// Add records that a row could not be judged because a field is missing, and
// counts the row if it is a new one.
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
	return fmt.Sprintf("cannot apply %s to %d of %d %s: the server did not send %s",
		strings.Join(e.by, ", "), e.Rows, e.Of, e.Things, strings.Join(e.fields, " and "))
}

// UndecidedErrorOf returns the error of this run's filters, or nil.
func UndecidedErrorOf(a *App) error {
	if a.undecided == nil {
		return nil
	}
	return a.undecided
}

// hintUndecided returns how to get the fields that the server did not send.
func hintUndecided(a *App) string {
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous {
		return "the server sends less to anonymous users: " + loginHint(a)
	}
	return ""
}
