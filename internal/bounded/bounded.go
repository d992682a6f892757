// Package bounded reads files that may be devices or pipes, which have no size
// and perhaps no end.
package bounded

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Limit is how many bytes are read at most.
const Limit = 64 << 20

// ErrTooLarge is a file with more than Limit bytes.
var ErrTooLarge = errors.New("file too large: more than 64 MB")

// ReadFile is os.ReadFile, but fails on a file that holds more than Limit bytes.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return Read(f)
}

// Read reads what is left of f, with the same limit.
func Read(f *os.File) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, Limit+1))
	if err == nil && len(b) > Limit {
		err = &fs.PathError{Op: "read", Path: f.Name(), Err: ErrTooLarge}
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
