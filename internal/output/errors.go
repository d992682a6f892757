package output

import (
	"fmt"
	"io"
)

// A Partial is a listing that failed after rows were printed.
type Partial struct { //nolint:errname // output.PartialError would say no more
	Printed int
	Err     error
}

func (e *Partial) Error() string {
	return fmt.Sprintf("the listing is incomplete, it failed after %d rows: %v", e.Printed, e.Err)
}

// Unwrap is what the listing failed of.
func (e *Partial) Unwrap() error { return e.Err }

func partial(printed int, err error) error {
	if printed == 0 {
		return err
	}
	return &Partial{printed, err}
}

// A WriteError is a failure of the output itself, such as a closed pipe.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "cannot write the output: " + e.Err.Error() }

// Unwrap is what the writer said.
func (e *WriteError) Unwrap() error { return e.Err }

// Checked is w with every error of it wrapped in a *WriteError.
func Checked(w io.Writer) io.Writer { return checked{w} }

// A checked writer wraps every error of w in a *WriteError.
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
