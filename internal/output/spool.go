package output

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

const spoolMemory = 8 << 20

// A Spool buffers output in memory, and beyond 8 MB in a temporary file that only
// this user may read.
type Spool struct {
	dir    string
	memory bytes.Buffer
	file   *os.File
	named  bool          // Close must remove file
	out    *bufio.Writer // to file
}

// NewSpool returns an empty spool that overflows to dir, or to os.TempDir() if
// dir is "". It must be closed.
func NewSpool(dir string) *Spool { return &Spool{dir: dir} }

// Write buffers p. It fails only if it cannot write to a temporary file.
func (s *Spool) Write(p []byte) (int, error) {
	if s.file == nil {
		if s.memory.Len()+len(p) <= spoolMemory {
			return s.memory.Write(p)
		}
		if err := s.overflow(); err != nil {
			return 0, fmt.Errorf("cannot buffer output in a temporary file: %w", err)
		}
	}
	return s.out.Write(p)
}

func (s *Spool) overflow() error {
	var err error
	if s.file, err = os.CreateTemp(s.dir, "hubctl-*.tmp"); err != nil {
		return err
	}
	// A file without a name disappears with the process. Windows has none.
	s.named = os.Remove(s.file.Name()) != nil //nolint:gosec // the name is CreateTemp's
	s.out = bufio.NewWriterSize(s.file, 1<<16)
	_, err = s.memory.WriteTo(s.out)
	s.memory = bytes.Buffer{}
	return err
}

// CopyTo writes the buffered output to w.
func (s *Spool) CopyTo(w io.Writer) error {
	r, err := s.Reader()
	if err == nil {
		_, err = io.Copy(w, r)
	}
	return err
}

// Reader reads the buffered output from its start. No Write may follow.
func (s *Spool) Reader() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.memory.Bytes()), nil
	}
	if err := s.out.Flush(); err != nil {
		return nil, err
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return s.file, err
}

// Close discards the output and its file. It may be called twice.
func (s *Spool) Close() error {
	s.memory = bytes.Buffer{}
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file, s.out = nil, nil
	err := f.Close()
	if s.named {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
