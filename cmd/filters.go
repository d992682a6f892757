package cmd

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
)

// A ruling is what a filter says of a row.
type ruling int

const (
	cannotTell ruling = iota // the server left out what the filter looks at
	dropRow
	keepRow
)

// rule is the ruling of a filter on something that the server sent, or left out.
func rule(sent, keep bool) ruling {
	switch {
	case !sent:
		return cannotTell
	case keep:
		return keepRow
	}
	return dropRow
}

// A criterion is a filter that a flag asks for.
type criterion[T any] struct {
	flag  string
	field string // what it looks at, in the plural
	judge func(T) ruling
}

// A filter is what hubctl itself, and not the server, keeps of a listing.
type filter[T any] struct {
	a        *app
	cmd      *cobra.Command
	things   string // what the rows are, in the plural
	criteria []criterion[T]
}

// by adds a criterion, for a flag of the command.
func (f *filter[T]) by(flag, field string, judge func(T) ruling) {
	f.criteria = append(f.criteria, criterion[T]{flag, field, judge})
	filters := strings.Fields(f.cmd.Annotations[filtersKey])
	annotate(f.cmd, filtersKey, strings.Join(append(filters, flag), " "))
}

// filtersKey is the annotation that holds the flags of a command's filters.
const filtersKey = "filters"

// given are the criteria of the flags on the command line.
func (f *filter[T]) given() []criterion[T] {
	return slices.DeleteFunc(slices.Clone(f.criteria), func(c criterion[T]) bool {
		flag := f.cmd.Flags().Lookup(c.flag)
		return !flag.Changed || flag.Value.String() == "false"
	})
}

// of yields the rows that fit every criterion. Rows of which that cannot be told
// are left out and counted: the command fails once the others are printed.
func (f *filter[T]) of(rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		given := f.given()
		missing := undecided{things: f.things}
		defer func() {
			if missing.rows > 0 {
				f.a.unjudged = &missing
			}
		}()
		for row, err := range rows {
			if err == nil {
				missing.of++
				if judged, by := f.judge(given, row); judged == cannotTell {
					missing.add("--"+by[0], by[1], true)
					continue
				} else if judged == dropRow {
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
func (f *filter[T]) judge(given []criterion[T], row T) (judged ruling, by [2]string) {
	judged = keepRow
	for _, c := range given {
		switch c.judge(row) {
		case dropRow:
			return dropRow, by
		case cannotTell:
			if judged == keepRow {
				judged, by = cannotTell, [2]string{c.flag, c.field}
			}
		case keepRow:
		}
	}
	return judged, by
}

// undecided is a listing with rows that its filters could not judge.
type undecided struct {
	things     string
	by, fields []string
	rows, of   int
}

// add notes a row that cannot be judged by something, for want of a field. A row
// that is not a new one was counted before.
func (e *undecided) add(by, field string, newRow bool) {
	if newRow {
		e.rows++
	}
	if !slices.Contains(e.by, by) {
		e.by = append(e.by, by)
	}
	if !slices.Contains(e.fields, field) {
		e.fields = append(e.fields, field)
	}
}

func (e *undecided) Error() string {
	return fmt.Sprintf("cannot judge %d of %d %s by %s: the server left out %s",
		e.rows, e.of, e.things, strings.Join(e.by, ", "), strings.Join(e.fields, " and "))
}

// undecidedError is the error of the filters of this run, or nil.
func (a *app) undecidedError() error {
	if a.unjudged == nil {
		return nil
	}
	return a.unjudged
}

// hintUndecided says how the server may be made to send what it left out.
func (a *app) hintUndecided() string {
	if a.opened != nil && a.opened.session.Kind == dockerhub.Anonymous {
		return "the server sends less to anonymous users: " + a.loginHint()
	}
	return ""
}
