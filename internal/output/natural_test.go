package output

import (
	"slices"
	"strings"
	"testing"
)

func TestCompareNames(t *testing.T) {
	t.Parallel()
	for _, ordered := range []string{
		"1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1-0 1.0.1",
		"9.9.0 9.10.0 10.0.0-rc1 10.0.0 v11.0.0 14.9.3-ce.0 15.2.1-ce.0 latest nightly",
		"v1.9.0 v1.10.0-rc1 v1.10.0 v2",
		"3.12 3.12.1 3.13rc1 3.13 3.13_1 20260102",
		"01 1 1.0 V1 v1 1.1",
		"99999999999999999999998 99999999999999999999999 100000000000000000000000",
		"acme/api acme/api-2 acme/api-10 acme/API-11 acme/apis acme/web",
		"1st 2a A a b v v1x version",
		"alpine3.9 alpine3.19 alpine3.20-perl",
		" a b é 日本",
	} {
		want := strings.Split(ordered, " ")
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, CompareNames)
		if !slices.Equal(got, want) {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}
	}
}

// FuzzCompareNames: the order is total, and only equal strings compare as equal.
func FuzzCompareNames(f *testing.F) {
	f.Add("1.0-rc1", "1.0", "v1")
	f.Add("1.0.", "1.00", "1._")
	f.Add("web-02", "web-2", "WEB-2a")
	f.Add("\xff", "\xfe", "�")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if n := CompareNames(a, b); (n == 0) != (a == b) || n != -CompareNames(b, a) {
			t.Errorf("%q and %q: %d and %d", a, b, n, CompareNames(b, a))
		}
		s := []string{a, b, c}
		slices.SortFunc(s, CompareNames)
		if CompareNames(s[0], s[1]) > 0 || CompareNames(s[1], s[2]) > 0 || CompareNames(s[0], s[2]) > 0 {
			t.Errorf("not in order: %q", s)
		}
	})
}
