package output

import "github.com/mattn/go-runewidth"

// Escapes measures text with the escape sequences that this package writes: colors
// and hyperlinks.
type Escapes struct{ state rune } // 0 = text; ESC, '[' or ']' = within a sequence

// Width returns the number of columns that the next character takes.
func (e *Escapes) Width(r rune) int {
	switch {
	case e.state == 0 && r == '\x1b', e.state == ']' && r == '\x1b':
		e.state = '\x1b'
	case e.state == '\x1b' && (r == '[' || r == ']'):
		e.state = r
	case e.state == '\x1b', e.state == '[' && r >= '@':
		e.state = 0
	case e.state == 0 && r >= ' ':
		return runewidth.RuneWidth(r)
	}
	return 0
}
