// Package terminal has the standard streams, and prompts at a terminal.
package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/hubctl/hubctl/internal/bounded"
	"github.com/hubctl/hubctl/internal/output"
)

// ErrNoAnswer is the end of standard input where a prompt expected an answer.
var ErrNoAnswer = errors.New("unexpected end of input")

// Streams are the standard streams of the process. They are files, because a prompt needs
// their terminal.
type Streams struct {
	In, Out, Err *os.File
	Reword       func(string) string // changes the wording of messages and help; nil = it does not
	stdinRead    bool                // by ReadFile, to its end
	progressState
	pageState
}

// Worded returns a message or help page as Reword words it.
func (s *Streams) Worded(text string) string {
	if s.Reword == nil {
		return text
	}
	return s.Reword(text)
}

// IsTerminal reports whether f is a terminal.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Width returns the width of the terminal f in columns, or 0 if f is not one.
func Width(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// PromptWidth returns the width for prompts on f.
func PromptWidth(f *os.File) int { return cmp.Or(Width(f), 80) }

// DiscardsOutput reports whether output is lost because standard output is closed or the null
// device. On Unix, Go's runtime opens the null device in place of a closed standard output.
func (s *Streams) DiscardsOutput() bool {
	info, err := s.Out.Stat()
	return err != nil || isNullDevice(s.Out, info)
}

// Ask prints a question, broken to fit the terminal, and reads a line.
func (s *Streams) Ask(ctx context.Context, question string) (string, error) {
	s.EndProgress()
	s.Message(s.prompt(question))
	answer, err := s.ReadLine(ctx)
	if err != nil {
		_, _ = io.WriteString(s.Err, "\n") // Enter was not pressed
	}
	return answer, err
}

// AskSecret is Ask without an echo. The echo is back when AskSecret returns, and when a signal
// stops or kills the process.
func (s *Streams) AskSecret(ctx context.Context, question string) (string, error) {
	s.EndProgress()
	_ = s.Flush()
	prompt := s.prompt(question)
	secret, err := s.readHidden(ctx, func() { _, _ = io.WriteString(s.Err, prompt) })
	_, _ = io.WriteString(s.Err, "\n") // the terminal did not echo it
	return secret, err
}

// prompt returns question with its lines broken at spaces, and a space after it.
func (s *Streams) prompt(question string) string {
	var b strings.Builder
	width := PromptWidth(s.Err)
	for line := range strings.SplitSeq(question, "\n") {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		column := 0
		for word := range strings.SplitSeq(output.Clean(line), " ") {
			length := utf8.RuneCountInString(word)
			if column > 0 && column+length >= width {
				b.WriteByte('\n')
				column = 0
			} else if column > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
			column += length + 1
		}
	}
	return b.String() + " "
}

// ReadLine reads a line of standard input byte by byte, which leaves the rest to the next
// reader. On a terminal a line without a newline is ErrNoAnswer: the user pressed Ctrl-D.
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

// ReadLines reads the rest of standard input and returns its lines, trimmed, without empty
// ones.
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

// ReadFile reads a file, or standard input for "-", which can be read once. It returns when
// the context ends: a pipe or a device may block.
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

// ReadText is ReadFile for a text, which must be UTF-8.
func (s *Streams) ReadText(ctx context.Context, name string) (string, error) {
	b, err := s.ReadFile(ctx, name)
	if err == nil && !utf8.Valid(b) {
		err = fmt.Errorf("%s: not UTF-8", name)
	}
	return string(b), err
}

func (s *Streams) readAll() ([]byte, error) {
	b, err := bounded.Read(s.In)
	if errors.Is(err, bounded.ErrTooLarge) {
		err = fmt.Errorf("standard input: %w", bounded.ErrTooLarge)
	}
	return b, err
}

// Await runs read, which may block forever, and abandons it when the context ends.
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
