package job

import (
	"fmt"
	"strings"
)

// An ItemError is the failure of one of several items.
type ItemError struct {
	ID  string
	Err error
}

func (e ItemError) Error() string { return e.ID + ": " + e.Err.Error() }

func (e ItemError) Unwrap() error { return e.Err }

// A BatchError is the failure of some or all items.
type BatchError struct {
	Failed []ItemError // in order, at least one
	Done   int         // number of items that succeeded
}

func (e *BatchError) Error() string { return strings.Join(e.Lines(), "\n") }

func (e *BatchError) Lines() []string {
	lines := make([]string, len(e.Failed))
	for i, f := range e.Failed {
		lines[i] = f.Error()
	}
	if e.Done > 0 || len(lines) > 1 {
		lines = append(lines, fmt.Sprintf("%d done, %d failed", e.Done, len(e.Failed)))
	}
	return lines
}

// Unwrap returns the first failure, which stands for all if no item succeeded.
func (e *BatchError) Unwrap() error { return e.Failed[0] }

// UndoneError is a failure that left everything unchanged.
type UndoneError struct{ Err error }

func (e *UndoneError) Error() string { return e.Err.Error() }

func (e *UndoneError) Unwrap() error { return e.Err }
