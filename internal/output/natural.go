package output

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CompareNames orders names and versions as people do. Versions come before
// other names and are ordered by precedence: v1.9.0, 1.10.0-rc.1, 1.10.0. In
// other names, numbers are compared by value (web-2, web-10) and letters
// without regard to case. Only equal strings compare as equal.
func CompareNames(a, b string) int {
	v, w := parseVersion(a), parseVersion(b)
	return cmp.Or(
		v.compare(w),
		compareNatural(v.rest, w.rest),
		strings.Compare(a, b),
	)
}

// A version is a name split into dotted numbers and what follows them.
type version struct {
	numbers []string // without leading zeros, the last one not zero; nil = not a version
	is      bool
	release bool   // not a pre-release
	rest    string // the whole name if it is not a version
}

// parseVersion reads NUMBER[.NUMBER...] with an optional v before it. What
// follows must not be a letter, unless it names a pre-release.
func parseVersion(name string) version {
	s := name
	if len(s) > 1 && (s[0] == 'v' || s[0] == 'V') {
		s = s[1:]
	}
	v := version{is: true}
	for {
		number := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
		if number == "" {
			return version{rest: name}
		}
		v.numbers = append(v.numbers, strings.TrimLeft(number, "0"))
		s = s[len(number):]
		if len(s) < 2 || s[0] != '.' || !isDigit(s[1]) {
			break
		}
		s = s[1:]
	}
	for n := len(v.numbers); n > 0 && v.numbers[n-1] == ""; n-- {
		v.numbers = v.numbers[:n-1]
	}
	v.rest, v.release = s, !preRelease(s)
	if v.release && s != "" && !strings.ContainsRune("._+", rune(s[0])) {
		return version{rest: name}
	}
	return v
}

// preRelease reports whether s, which follows the numbers of a version, makes it
// a pre-release: -anything, or a word as in 3.13rc1.
func preRelease(s string) bool {
	for _, prefix := range []string{"-", "~", "rc", "alpha", "beta"} {
		if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// compare orders versions before other names, and then by their numbers and
// pre-releases before releases.
func (v version) compare(w version) int {
	if v.is != w.is {
		return compareBools(w.is, v.is)
	}
	for i := range max(len(v.numbers), len(w.numbers)) {
		var a, b string
		if i < len(v.numbers) {
			a = v.numbers[i]
		}
		if i < len(w.numbers) {
			b = w.numbers[i]
		}
		if n := compareNumbers(a, b); n != 0 {
			return n
		}
	}
	return compareBools(v.release, w.release)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareNumbers compares digits without leading zeros by their value.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// compareNatural compares letters without regard to case, and numbers by value.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		var x, y token
		x, a = next(a)
		y, b = next(b)
		if n := cmp.Or(cmp.Compare(x.letter, y.letter), compareNumbers(x.number, y.number)); n != 0 {
			return n
		}
	}
	return cmp.Compare(len(a), len(b))
}

// A token is a letter, or a number in the place of the letter 0.
type token struct {
	letter rune
	number string
}

// next splits the first token off s, which is not empty.
func next(s string) (token, string) {
	rest := strings.TrimLeft(s, "0123456789")
	if n := len(s) - len(rest); n > 0 {
		return token{'0', strings.TrimLeft(s[:n], "0")}, rest
	}
	r, n := utf8.DecodeRuneInString(s)
	return token{letter: unicode.ToLower(r)}, s[n:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
