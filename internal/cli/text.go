package cli

import (
	"bytes"
	"cmp"
	"io"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// TextWriter writes a response to standard output unchanged. On a terminal, it
// removes control characters and ends the last line. Its errors are WriteErrors.
func TextWriter(a *App) (io.Writer, func() error) { return textWriter(a, a.IO.Out) }

func textWriter(a *App, w io.Writer) (io.Writer, func() error) {
	out := output.Checked(w)
	if !terminal.IsTerminal(a.IO.Out) {
		return out, func() error { return nil }
	}
	safe := output.SafeWriter(out)
	last := &lastByte{w: safe}
	return last, func() error {
		if err := safe.Close(); err != nil || last.b == 0 || last.b == '\n' {
			return err
		}
		_, err := io.WriteString(out, "\n")
		return err
	}
}

// lastByte is a writer that remembers the last byte.
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

// TextOptions returns the output options of a command that prints text. A format
// from the file or environment is only a preference and does not apply.
func (a *App) TextOptions() output.Options {
	o := a.Options()
	if !a.Flags.OutputGiven && o.JQ == "" && o.Template == "" {
		o.Format = "table"
	}
	return o
}

// DocumentOptions returns TextOptions, and whether to print a document instead of
// text.
func (a *App) DocumentOptions() (o output.Options, formatted bool, err error) {
	o = a.TextOptions()
	formatted = o.Format != "table" || o.JQ != "" || o.Template != ""
	if formatted {
		if err := output.CheckDocument(o); err != nil {
			return o, formatted, NewUsageError(err)
		}
	}
	return o, formatted, nil
}

// PrintText prints text like TextWriter, in the pager if it is long.
func (a *App) PrintText(text string) error {
	w, end := textWriter(a, a.Out())
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return end()
}

// CopyText prints the text in r, and returns its number of lines.
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
