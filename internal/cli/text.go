package cli

import (
	"bytes"
	"cmp"
	"io"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// TextWriter is where the bytes of an answer go: to standard output as they
// are, but on a terminal without control characters and with a line's end. Its
// errors are WriteErrors.
func TextWriter(a *App) (io.Writer, func() error) {
	out := output.Checked(a.IO.Out)
	if !terminal.IsTerminal(a.IO.Out) {
		return out, func() error { return nil }
	}
	safe := output.SafeWriter(out)
	last := &lastByte{w: safe}
	return last, func() error {
		if err := safe.Close(); err != nil || last.b == 0 || last.b == '\n' {
			return err
		}
		return a.Print("\n")
	}
}

// lastByte remembers the last byte written through it.
type lastByte struct {
	w io.Writer
	b byte
}

func (l *lastByte) Write(p []byte) (int, error) {
	if len(p) > 0 {
		l.b = p[len(p)-1]
	}
	return l.w.Write(p)
}

// TextOptions are the options of a command whose result is a text. A format from
// the file or environment is only a preference, and does not change it.
func (a *App) TextOptions() output.Options {
	o := a.Options()
	if !a.Flags.OutputGiven && o.JQ == "" && o.Template == "" {
		o.Format = "table"
	}
	return o
}

// DocumentOptions are textOptions, and tell whether a document is wanted instead
// of the text.
func (a *App) DocumentOptions() (o output.Options, wanted bool, err error) {
	o = a.TextOptions()
	wanted = o.Format != "table" || o.JQ != "" || o.Template != ""
	if wanted {
		if err := output.CheckDocument(o); err != nil {
			return o, wanted, NewUsageError(err)
		}
	}
	return o, wanted, nil
}

// PrintText prints text as it is, but safe and with a line's end on a terminal.
func (a *App) PrintText(text string) error {
	w, end := TextWriter(a)
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return end()
}

// CopyText prints the text that r holds, and returns its number of lines.
func (a *App) CopyText(r io.Reader) (lines int, err error) {
	w, end := TextWriter(a)
	counter := lineCounter{w: w}
	_, err = io.Copy(&counter, r)
	return counter.n, cmp.Or(err, end())
}

// A lineCounter counts the lines written through it.
type lineCounter struct {
	w io.Writer
	n int
}

func (l *lineCounter) Write(p []byte) (int, error) {
	l.n += bytes.Count(p, []byte("\n"))
	return l.w.Write(p)
}
