package output

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

type kind uint8

const (
	unknown kind = iota
	text
	list
	moment
	size
	count
	truth
)

// A Value is what a cell holds. Its kind decides how it reads and sorts. The
// zero Value is unknown.
type Value struct {
	kind  kind
	text  string
	items []string
	n     int64
	time  time.Time
}

// Text is a string of the server's, printed as Clean makes it; "" is unknown.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

// List is several strings in one cell; none is unknown.
func List(ss []string) Value {
	if len(ss) == 0 {
		return Value{}
	}
	return Value{kind: list, items: ss}
}

// Time is a moment; the zero time is unknown.
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

// Bool is yes or no.
func Bool(b bool) Value {
	if b {
		return Value{kind: truth, n: 1}
	}
	return Value{kind: truth}
}

// Unknown is what the server did not say.
func Unknown() Value { return Value{} }

// Optional is Unknown if p is nil, and else what show makes of it.
func Optional[V any](p *V, show func(V) Value) Value {
	if p == nil {
		return Value{}
	}
	return show(*p)
}

// String is v for programs; an unknown v is "".
func (v Value) String() string { return v.machine(time.RFC3339) }

// machine is v for programs, with times in layout; an unknown v is "".
func (v Value) machine(layout string) string {
	switch v.kind {
	case text:
		return Clean(v.text)
	case list:
		return Clean(strings.Join(v.items, ","))
	case moment:
		return v.time.UTC().Format(layout)
	case size, count:
		return strconv.FormatInt(v.n, 10)
	case truth:
		return strconv.FormatBool(v.n == 1)
	}
	return ""
}

// cell is v in a table.
func (v Value) cell(o Options) string {
	switch {
	case v.kind == unknown:
		return "-"
	case !o.Terminal:
		return v.machine(time.RFC3339)
	}
	switch v.kind {
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
	}
	return v.machine(time.RFC3339)
}

// compareKeys orders sort keys; unknown ones come last either way.
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
	case text, list:
		a, b := v.machine(""), w.machine("")
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	case moment:
		return v.time.Compare(w.time)
	}
	return cmp.Compare(v.n, w.n)
}

// ago is t as people say it, in few letters: rounded, relative to now up to two
// years, else the day.
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

// decimal is a size in the units of a thousand the Hub counts in.
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

// grouped is n with a comma between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return s[:len(s)-len(strings.TrimPrefix(s, "-"))] + digits
}

// Size is a number of bytes as people read it.
func Size(n int64) string { return decimal(n) }
