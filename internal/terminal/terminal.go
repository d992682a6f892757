// Package terminal is how hubctl talks to whoever started it: its standard
// streams, and the questions it asks at a terminal.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/hubctl/hubctl/internal/bounded"
	"github.com/hubctl/hubctl/internal/output"
)

// ErrNoAnswer is standard input that ended before it answered a question.
var ErrNoAnswer = errors.New("unexpected end of input")

// Streams are the standard streams of the process. They are files, since a
// prompt needs the terminal behind them.
type Streams struct {
	In, Out, Err *os.File
	stdinRead    bool // by ReadFile, to its end
	progressState
}

// IsTerminal reports whether f is a terminal.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Width is the width of the terminal f in columns, or 0 if f has none.
func Width(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// DiscardsOutput reports whether nobody can read what is written to standard
// output, because it is closed or the null device. On Unix, Go's runtime opens
// the null device in place of a closed standard output before another file can
// take its number.
func (s *Streams) DiscardsOutput() bool {
	info, err := s.Out.Stat()
	return err != nil || isNullDevice(s.Out, info)
}

// Ask prints a question and reads the line that answers it.
func (s *Streams) Ask(ctx context.Context, question string) (string, error) {
	_, _ = io.WriteString(s.Err, output.Clean(question)+" ")
	answer, err := s.ReadLine(ctx)
	if err != nil {
		_, _ = io.WriteString(s.Err, "\n") // nobody pressed Enter
	}
	return answer, err
}

// AskSecret is Ask without an echo. The echo is back when AskSecret returns, and
// when a signal stops or kills the process in the meantime.
func (s *Streams) AskSecret(ctx context.Context, question string) (string, error) {
	prompt := output.Clean(question) + " "
	secret, err := s.readHidden(ctx, func() { _, _ = io.WriteString(s.Err, prompt) })
	_, _ = io.WriteString(s.Err, "\n") // the terminal did not echo it
	return secret, err
}

// ReadLine reads one line of standard input, a byte at a time, so that the next
// reader finds what follows. On a terminal a line that ends without a newline is
// ErrNoAnswer: the user pressed Ctrl-D.
func (s *Streams) ReadLine(ctx context.Context) (string, error) {
	return Await(ctx, func() (string, error) {
		var line []byte
		one := make([]byte, 1)
		for len(line) < 64<<10 {
			n, err := s.In.Read(one)
			if n == 1 && one[0] == '\n' || errors.Is(err, io.EOF) && len(line) > 0 && !IsTerminal(s.In) {
				break
			}
			if errors.Is(err, io.EOF) {
				return "", ErrNoAnswer
			}
			if err != nil {
				return "", fmt.Errorf("standard input: %w", err)
			}
			line = append(line, one[:n]...)
		}
		return strings.TrimSuffix(string(line), "\r"), nil
	})
}

// ReadLines reads the rest of standard input and returns its lines, trimmed and
// without empty ones.
func (s *Streams) ReadLines(ctx context.Context) ([]string, error) {
	b, err := Await(ctx, s.readAll)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// ReadFile reads a file that the user named, or standard input for "-", which
// can be read once. It returns when the context ends, since a pipe or a device
// may block.
func (s *Streams) ReadFile(ctx context.Context, name string) ([]byte, error) {
	if name != "-" {
		return Await(ctx, func() ([]byte, error) { return bounded.ReadFile(name) })
	}
	if s.stdinRead {
		return nil, errors.New("standard input can be read only once")
	}
	s.stdinRead = true
	return Await(ctx, s.readAll)
}

func (s *Streams) readAll() ([]byte, error) {
	b, err := bounded.Read(s.In)
	if errors.Is(err, bounded.ErrTooLarge) {
		err = fmt.Errorf("standard input: %w", bounded.ErrTooLarge)
	}
	return b, err
}

// Await runs read, which may block forever, and gives up on it when the context
// ends.
func Await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := read()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
