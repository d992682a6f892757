package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Indent copies a valid JSON document with two spaces per level, and prefix before
// all lines but the first. It keeps the tokens, but escapes hazards. It does not
// buffer: at a depth of a thousand, indentation makes a document many times as
// long.
func Indent(w io.Writer, doc io.Reader, prefix string) error {
	in := indenter{r: bufio.NewReader(doc), w: bufio.NewWriterSize(w, 1<<14), prefix: prefix}
	if err := in.run(); err != nil {
		return err
	}
	return in.w.Flush()
}

type indenter struct {
	r      *bufio.Reader
	w      *bufio.Writer // keeps its first error
	prefix string
	depth  int
	empty  bool   // after the start of an array or object
	rune   []byte // the last one of a string, escaped
}

func (in *indenter) run() error {
	for {
		c, err := in.r.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = in.token(c)
		}
		if err != nil {
			return err
		}
	}
}

func (in *indenter) token(c byte) (err error) {
	if strings.IndexByte(" \t\r\n", c) >= 0 {
		return nil
	}
	closing := c == ']' || c == '}'
	if closing {
		in.depth--
	}
	if closing != in.empty { // the end of one with items, or the first item
		in.line()
	}
	in.empty = false
	switch c {
	case '[', '{':
		in.depth++
		in.empty = true
		return in.w.WriteByte(c)
	case ',':
		err = in.w.WriteByte(c)
		in.line()
	case ':':
		_, err = in.w.WriteString(": ")
	case '"':
		err = in.text()
	default:
		err = in.w.WriteByte(c)
	}
	return err
}

func (in *indenter) line() {
	_ = in.w.WriteByte('\n') // the writer keeps its error
	_, _ = in.w.WriteString(in.prefix)
	for range in.depth {
		_, _ = in.w.WriteString("  ")
	}
}

// text copies a string after its opening quotation mark.
func (in *indenter) text() error {
	_ = in.w.WriteByte('"')
	for escaped := false; ; {
		r, n, err := in.r.ReadRune()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		in.rune = appendSafe(in.rune[:0], r, n)
		if _, err := in.w.Write(in.rune); err != nil || r == '"' && !escaped {
			return err
		}
		escaped = r == '\\' && !escaped
	}
}

// indented is Indent for a document that may not be valid.
func indented(w io.Writer, doc json.RawMessage, prefix string) error {
	if err := valid(doc); err != nil {
		return err
	}
	return Indent(w, bytes.NewReader(trim(doc)), prefix)
}
