package output

import (
	"fmt"
	"io"
	"slices"
)

// A ColumnsError is a flag about columns given with a format that has none.
type ColumnsError struct{ Flag, format string }

func (e *ColumnsError) Error() string {
	if slices.Contains([]string{"jq", "template", "quiet"}, e.format) {
		return fmt.Sprintf("--%s cannot be combined with --%s", e.Flag, e.format)
	}
	return fmt.Sprintf("--%s applies only to table and csv output, not to %s", e.Flag, e.format)
}

// A Partial is a listing that failed after rows were printed.
type Partial struct { //nolint:errname // output.PartialError would say no more
	Printed int
	Err     error
}

func (e *Partial) Error() string {
	rows := "rows"
	if e.Printed == 1 {
		rows = "row"
	}
	return fmt.Sprintf("the listing is incomplete: failed after %d %s: %v", e.Printed, rows, e.Err)
}

// Unwrap returns the reason for the failure.
func (e *Partial) Unwrap() error { return e.Err }

func partial(printed int, err error) error {
	if printed == 0 {
		return err
	}
	return &Partial{printed, err}
}

// A WriteError is a failure of the output itself, such as a closed pipe.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "cannot write output: " + e.Err.Error() }

// Unwrap returns the error of the writer.
func (e *WriteError) Unwrap() error { return e.Err }

// Checked wraps the errors of w in *WriteErrors.
func Checked(w io.Writer) io.Writer { return checked{w} }

// A checked writer wraps the errors of w in *WriteErrors.
type checked struct{ w io.Writer }

func (c checked) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return n, &WriteError{err}
	}
	return n, nil
}
