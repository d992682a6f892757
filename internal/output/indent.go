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
func Indent(w io.Writer, doc io.Reader, prefix string) error { return indent(w, doc, prefix, false) }

func indent(w io.Writer, doc io.Reader, prefix string, color bool) error {
	in := indenter{r: bufio.NewReader(doc), w: bufio.NewWriterSize(w, 1<<14), prefix: prefix, color: color, value: true}
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
	color  bool
	within []byte // the arrays and objects around it, by their first characters; only with color
	value  bool   // what follows is a value, not a key; only with color
	plain  bool   // a word such as true has begun; only with color
}

func (in *indenter) run() error {
	for {
		c, err := in.r.ReadByte()
		if errors.Is(err, io.EOF) {
			in.endWord()
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
	if in.color {
		in.paint(c)
	}
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
		err = in.painted(in.text)
	case 't', 'f', 'n':
		if in.color && !in.plain {
			in.plain = true
			color := wordColor
			if c == 'n' {
				color = nullColor
			}
			_, _ = in.w.WriteString("\x1b[" + color + "m") // the writer keeps its error
		}
		err = in.w.WriteByte(c)
	default:
		err = in.w.WriteByte(c)
	}
	return err
}

// The colors of keys and values, as gh has them.
const (
	keyColor  = "1;34"
	textColor = "32"
	wordColor = "33"
	nullColor = "36"
)

// paint starts or ends the color of a token that begins with c, or that c ends.
// Numbers have none.
func (in *indenter) paint(c byte) {
	if strings.IndexByte(",]}", c) >= 0 {
		in.endWord()
	}
	switch c {
	case '[', '{':
		in.within = append(in.within, c)
		in.value = c == '['
	case ']', '}':
		in.within = in.within[:len(in.within)-1]
	case ',':
		in.value = in.within[len(in.within)-1] == '['
	case ':':
		in.value = true
	}
}

// endWord ends the color of a word such as true.
func (in *indenter) endWord() {
	if in.plain {
		in.plain = false
		_, _ = in.w.WriteString("\x1b[0m") // the writer keeps its error
	}
}

func (in *indenter) line() {
	_ = in.w.WriteByte('\n') // the writer keeps its error
	_, _ = in.w.WriteString(in.prefix)
	for range in.depth {
		_, _ = in.w.WriteString("  ")
	}
}

// painted writes a string in its color.
func (in *indenter) painted(text func() error) error {
	if !in.color {
		return text()
	}
	color := textColor
	if !in.value {
		color = keyColor
	}
	_, _ = in.w.WriteString("\x1b[" + color + "m") // the writer keeps its error
	if err := text(); err != nil {
		return err
	}
	_, err := in.w.WriteString("\x1b[0m")
	return err
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
func indented(w io.Writer, doc json.RawMessage, prefix string, color bool) error {
	if err := valid(doc); err != nil {
		return err
	}
	return indent(w, bytes.NewReader(trim(doc)), prefix, color)
}
