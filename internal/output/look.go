package output

import (
	"strings"
	"time"
	"unicode"
)

// The colors of cells that stand out. The parameters are those of SGR sequences.
const (
	bold    = "1"
	dim     = "2"
	failing = "31" // red
	warning = "33" // yellow
)

// expiringSoon is how long before its end a thing stands out.
const expiringSoon = 14 * 24 * time.Hour

// statusColors are the colors of a status.
var statusColors = map[string]string{
	"inactive": warning, "pending": warning, "expiring": warning, "stale": warning,
	"expired": failing, "failed": failing, "error": failing, "revoked": failing,
}

// color returns the color of a cell, or "".
func (v Value) color(column string, now time.Time) string {
	switch {
	case v.kind == unknown:
		return dim
	case column == "active" && v.kind == truth && v.n == 0, column == "private" && v.kind == truth && v.n == 1:
		return warning
	case column == "status":
		return statusColors[strings.ToLower(v.text)]
	case column == "error":
		return failing
	case column != "expires" || v.kind != moment || now.IsZero():
		return ""
	case v.time.Before(now):
		return failing
	case v.time.Before(now.Add(expiringSoon)):
		return warning
	}
	return ""
}

func paint(text, color string) string {
	if color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// linked are the columns that link to the page of their row.
var linked = map[string]bool{"repository": true, "reference": true, "tag": true}

// linkOf returns the address of a row's page, or "" if column does not link to it.
func (o Options) linkOf(column string, row Row) string {
	r, ok := row.(interface{ Page() string })
	if o.Website == "" || !ok || !linked[column] {
		return ""
	}
	if address := o.Website + r.Page(); isAddress(address) {
		return address
	}
	return ""
}

// isAddress reports whether s can be the address of a hyperlink.
func isAddress(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > unicode.MaxASCII || hazard(c) })
}

// apply adds the color and link of m to text.
func (m mark) apply(text string) string {
	text = paint(text, m.color)
	if m.link == "" {
		return text
	}
	return "\x1b]8;;" + m.link + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}
