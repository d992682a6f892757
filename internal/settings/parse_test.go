package settings

import (
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond, "1ns": 1, "0": 0, "0s": 0,
		"90d": 90 * day, "2w": 14 * day, "1w2d": 9 * day, "1d12h": 36 * time.Hour, "1w1s": 7*day + time.Second, "1w2d3h4m5s": 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second,
		"0.5d": 12 * time.Hour, ".5w": 84 * time.Hour, "0d": 0, "0w0d": 0, "36500d": 36500 * day,
		"6mo": 180 * day, "1y": 365 * day, "1y6mo2w1d": 560 * day, "1mo1m": 30*day + time.Minute, "1m1mo": 30*day + time.Minute,
		"2.5y": 21900 * time.Hour, "1d2w": 15 * day, "1h1h": 2 * time.Hour,
	} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", " ", "30", "1", "-1", "-30s", "-1d", "1d-2h", "d", "w", "wd", "5", "5x", "mo", "y", "1dd", "1mon", "1o", "300y", "200y200y", "2 d", "1 w", " 30s", "30s ", "1e3d", "0x1d", "NaNd", "Infd", "infinityw",
		"1Y", "1M", "1D", "1W", "three days", "1,5h", "1_000d", "999999999w", "1e400d", "100000000000h", "7625w53375d100000h",
	} {
		if got, err := ParseDuration(s); err == nil || got != 0 || !strings.Contains(err.Error(), "with a unit") {
			t.Errorf("%q: %s, %v", s, got, err)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"", "30s", "1w2d3h", "0.5d", "1e9d", "-1d", "9999999w", "d", "1dd", "7625w53375d", "2562047h47m16.854775807s"} {
		f.Add(s, int64(len(s))*1e15)
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		if d, err := ParseDuration(s); d < 0 || err != nil && d != 0 {
			t.Errorf("%q: %s, %v", s, d, err)
		}
		d := max(time.Duration(n), 0)
		if got, err := ParseDuration(d.String()); err != nil || got != d {
			t.Errorf("%s: %s, %v", d, got, err)
		}
	})
}

func TestParseBool(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"true": true, "yes": true, "on": true, "1": true, "TRUE": true, "Yes": true, "oN": true,
		"false": false, "no": false, "off": false, "0": false, "FALSE": false, "No": false,
	} {
		if got, err := ParseBool(s); err != nil || got != want {
			t.Errorf("%s: %t, %v", s, got, err)
		}
	}
	for _, s := range []string{"", " ", "t", "f", "y", "n", "2", "-1", "00", "true ", "enabled", "nein", "null"} {
		if got, err := ParseBool(s); err == nil || got {
			t.Errorf("%q: %t, %v", s, got, err)
		}
	}
}

func FuzzParseBool(f *testing.F) {
	for _, s := range []string{"", "true", "NO", "1", "2", "ON\n", "oﬀ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseBool(s)
		again, againErr := ParseBool(strings.ToUpper(s))
		if err == nil && (len(s) > len("false") || again != got || againErr != nil) || err != nil && got {
			t.Errorf("%q: %t, %v", s, got, err)
		}
	})
}

func TestCheckProfile(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "work", "a", "9", "my-org_2", strings.Repeat("a", 64)} {
		if err := CheckProfile(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"Work", "my.org", "-a", "_a", "a b", "a/b", "..", "ä", "a\n", " ", strings.Repeat("a", 65)} {
		if err := CheckProfile(s); err == nil {
			t.Errorf("%q is a profile", s)
		}
	}
}
