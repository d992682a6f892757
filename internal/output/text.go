package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

const zeroWidthJoiner = '\u200d'

// hidden are characters other than controls that are invisible or change how
// their neighbors look.
var hidden = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1}, // soft hyphen
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // grapheme joiner
		{Lo: 0x061c, Hi: 0x061c, Stride: 1}, // Arabic letter mark
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer vowels that do not show
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian selectors
		{Lo: 0x200b, Hi: 0x200f, Stride: 1}, // zero width, direction marks
		{Lo: 0x2028, Hi: 0x202e, Stride: 1}, // separators, embeddings, overrides
		{Lo: 0x2060, Hi: 0x206f, Stride: 1}, // word joiner, isolates
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0d, Stride: 1}, // variation selectors, but those of emoji
		{Lo: 0xfeff, Hi: 0xfeff, Stride: 1}, // byte order mark
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // Hangul filler, half as wide
		{Lo: 0xfff0, Hi: 0xfffb, Stride: 1}, // interlinear annotation
	},
	R32: []unicode.Range32{
		{Lo: 0x1bca0, Hi: 0x1bca3, Stride: 1}, // shorthand controls
		{Lo: 0x1d173, Hi: 0x1d17a, Stride: 1}, // musical controls
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}, // tags, variation selectors
	},
}

// hazard reports whether r may affect a terminal or mislead its reader.
func hazard(r rune) bool {
	return r < 0x20 || r >= 0x7f && (r < 0xa0 || unicode.Is(hidden, r))
}

// Clean makes text from a server safe for one line of a terminal: newlines, CR
// and tabs become spaces. Other control characters, and characters that hide or
// reorder text, become visible (\x1b, \u202e). Invalid bytes become U+FFFD.
// Joiners within emoji stay.
func Clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return hazard(r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	last := rune(0)
	for i, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case r == zeroWidthJoiner && pictograph(last) && pictograph(first(s[i+len("\u200d"):])):
			b.WriteRune(r)
		case hazard(r):
			b.WriteString(visible(r))
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// pictograph reports whether r is likely to be part of an emoji.
func pictograph(r rune) bool {
	return 0x1f000 <= r && r <= 0x1faff || 0x2190 <= r && r <= 0x2bff || r == '\ufe0f'
}

func visible(r rune) string {
	switch {
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// SafeWriter makes text safe for a terminal as Clean does, but keeps newlines
// and tabs. A character may be split over several writes. Close writes the rest
// of an incomplete one; it does not close w.
func SafeWriter(w io.Writer) io.WriteCloser { return &safeWriter{w: w} }

type safeWriter struct {
	w    io.Writer
	rest []byte // an incomplete character, or a CR
}

func (s *safeWriter) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	if err := s.flush(false); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *safeWriter) Close() error { return s.flush(true) }

// flush writes complete characters, or everything at the end.
func (s *safeWriter) flush(end bool) error {
	var b bytes.Buffer
	p := s.rest
	for len(p) > 0 && (end || utf8.FullRune(p) && !bytes.Equal(p, []byte("\r"))) {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == '\n' || r == '\t' || bytes.HasPrefix(p, []byte("\r\n")) || !hazard(r):
			b.WriteRune(r)
		default:
			b.WriteString(visible(r))
		}
		p = p[n:]
	}
	s.rest = append(s.rest[:0], p...)
	if b.Len() == 0 {
		return nil
	}
	_, err := s.w.Write(b.Bytes())
	return err
}
