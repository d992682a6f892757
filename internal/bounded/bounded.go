// Package bounded reads files that may be devices or pipes, whose size is
// unknown and which may never end.
package bounded

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Limit is the maximum number of bytes read.
const Limit = 64 << 20

// ErrTooLarge means that a file holds more than Limit bytes.
var ErrTooLarge = errors.New("file too large: more than 64 MB")

// ReadFile is os.ReadFile, but fails if the file holds more than Limit bytes.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > Limit {
		return nil, tooLarge(f)
	}
	return Read(f)
}

func tooLarge(f *os.File) error {
	return &fs.PathError{Op: "read", Path: f.Name(), Err: ErrTooLarge}
}

// Read reads the rest of f, up to the same limit.
func Read(f *os.File) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, Limit+1))
	if err == nil && len(b) > Limit {
		err = tooLarge(f)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
