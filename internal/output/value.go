package output

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type kind uint8

const (
	unknown kind = iota
	text
	digest
	list
	moment
	size
	count
	truth
	share
)

// A Value is the content of a cell. Its kind decides how it reads and sorts.
// The zero Value is unknown.
type Value struct {
	kind  kind
	text  string
	items []string
	n     int64
	time  time.Time
}

// Text is a string from the server, printed cleaned; "" is unknown.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

// Digest is a content digest, shortened on a terminal; "" is unknown.
func Digest(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: digest, text: s}
}

// List is several strings in one cell; an empty list is unknown.
func List(ss []string) Value {
	if len(ss) == 0 {
		return Value{}
	}
	return Value{kind: list, items: ss}
}

// Time is a point in time; the zero time is unknown.
func Time(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: moment, time: t}
}

// Bytes is a size.
func Bytes(n int64) Value { return Value{kind: size, n: n} }

// Count is a number of things.
func Count(n int64) Value { return Value{kind: count, n: n} }

// Rounded is Count for a number in digits, and Text for a rounded one, such as 10K+.
func Rounded(s string) Value {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Count(n)
	}
	return Text(s)
}

// Share is the part that n is of total: a bar on a terminal, and a fraction for
// programs.
func Share(n, total int64) Value {
	if total <= 0 {
		return Value{}
	}
	return Value{kind: share, n: int64(float64(n) / float64(total) * shareUnit)}
}

const shareUnit = 10000 // a whole

// bar draws v, which is a share.
func (v Value) bar() string {
	const width = 10
	eighths := int(v.n * width * 8 / shareUnit)
	text := strings.Repeat("█", eighths/8)
	if eighths%8 > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[eighths%8-1])
	}
	percent := (v.n*100 + shareUnit/2) / shareUnit
	return fmt.Sprintf("%s%*s %3d%%", text, width-utf8.RuneCountInString(text), "", percent)
}

// Bool is yes or no.
func Bool(b bool) Value {
	if b {
		return Value{kind: truth, n: 1}
	}
	return Value{kind: truth}
}

// Unknown is a value the server did not send.
func Unknown() Value { return Value{} }

// Optional is Unknown if p is nil, and show(*p) otherwise.
func Optional[V any](p *V, show func(V) Value) Value {
	if p == nil {
		return Value{}
	}
	return show(*p)
}

// String is v for programs; an unknown v is "".
func (v Value) String() string { return v.machine(time.RFC3339) }

// machine formats v for programs, with times in layout; an unknown v is "".
func (v Value) machine(layout string) string {
	switch v.kind {
	case text, digest:
		return Clean(v.text)
	case list:
		return Clean(strings.Join(v.items, ","))
	case moment:
		return v.time.UTC().Format(layout)
	case size, count:
		return strconv.FormatInt(v.n, 10)
	case truth:
		return strconv.FormatBool(v.n == 1)
	case share:
		return strconv.FormatFloat(float64(v.n)/shareUnit, 'f', -1, 64)
	}
	return ""
}

// cell formats v for a table.
func (v Value) cell(o Options) string {
	switch {
	case v.kind == unknown:
		return "-"
	case !o.Terminal:
		return v.machine(time.RFC3339)
	}
	switch v.kind {
	case digest:
		if !o.NoTrunc {
			return abbreviate(Clean(v.text), shortDigest)
		}
	case list:
		return Clean(strings.Join(v.items, ", "))
	case moment:
		return ago(v.time, o.Now)
	case size:
		return decimal(v.n)
	case count:
		return grouped(v.n)
	case truth:
		if v.n == 1 {
			return "yes"
		}
		return "no"
	case share:
		return v.bar()
	}
	return v.machine(time.RFC3339)
}

// compareKeys orders sort keys. Unknown ones come last in either direction.
func compareKeys(a, b Value, descending bool) int {
	switch {
	case a.kind == unknown || b.kind == unknown:
		return cmp.Compare(b.kind, a.kind)
	case descending:
		return b.compare(a)
	}
	return a.compare(b)
}

func (v Value) compare(w Value) int {
	if v.kind != w.kind {
		return cmp.Compare(v.kind, w.kind)
	}
	switch v.kind {
	case text, digest, list:
		return CompareNames(v.machine(""), w.machine(""))
	case moment:
		return v.time.Compare(w.time)
	}
	return cmp.Compare(v.n, w.n)
}

// shortDigest is the number of characters of a digest that a terminal shows, after the
// algorithm, unless two digests would look the same.
const shortDigest = 12

// abbreviate keeps n characters of a digest, after its algorithm. What is not a
// digest stays whole.
func abbreviate(s string, n int) string {
	_, hex, ok := strings.Cut(s, ":")
	if !ok || len(hex) <= n || strings.Trim(hex, "0123456789abcdef") != "" {
		return s
	}
	return s[:len(s)-len(hex)+n]
}

// abbreviateAll shortens the digests in a column as far as different ones stay
// different.
func abbreviateAll(rows [][]string, column int) {
	n := shortDigest
	for ; ; n += 4 {
		a, _ := blurred(rows, func(row []string) string { return abbreviate(row[column], n) },
			func(a, b []string) bool { return a[column] == b[column] })
		if a == nil {
			break
		}
	}
	for _, row := range rows {
		row[column] = abbreviate(row[column], n)
	}
}

// ago is a short, rounded form of t: relative to now for up to two years, and
// the date beyond.
func ago(t, now time.Time) string {
	if now.IsZero() {
		return t.UTC().Format(time.RFC3339)
	}
	const day = 24 * time.Hour
	d := now.Sub(t).Abs()
	for _, u := range []struct {
		name  string
		of    time.Duration
		below time.Duration
	}{
		{"s", time.Second, time.Minute},
		{"m", time.Minute, time.Hour},
		{"h", time.Hour, 2 * day},
		{"d", day, 100 * day},
		{"mo", 30 * day, 730 * day},
	} {
		n := d.Round(u.of)
		switch {
		case n >= u.below:
			continue
		case n == 0:
			return "now"
		case t.After(now):
			return fmt.Sprintf("in %d%s", n/u.of, u.name)
		}
		return fmt.Sprintf("%d%s ago", n/u.of, u.name)
	}
	return t.In(now.Location()).Format(time.DateOnly)
}

// decimal formats a size in powers of 1000, as the Hub does.
func decimal(n int64) string {
	f, unit := float64(n), ""
	for _, unit = range []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"} {
		if -999.95 < f && f < 999.95 {
			break
		}
		f /= 1000
	}
	if unit == "B" {
		return strconv.FormatInt(n, 10) + " B"
	}
	return fmt.Sprintf("%.1f %s", f, unit)
}

// grouped formats n with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return s[:len(s)-len(strings.TrimPrefix(s, "-"))] + digits
}

// Size formats a number of bytes for people.
func Size(n int64) string { return decimal(n) }
