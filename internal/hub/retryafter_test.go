package hub

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return unix(now.Add(d)) }
	for _, test := range []struct {
		retry, x, reset string
		want            time.Duration
		said            bool
	}{
		{"", "", "", 0, false},
		{"0", "", "", 0, true},
		{"60", "", "", time.Minute, true},
		{"1.5", "", "", 1500 * time.Millisecond, true},
		{"Thu, 01 Oct 2026 12:00:30 GMT", "", "", 30 * time.Second, true},
		{"Thursday, 01-Oct-26 12:00:30 GMT", "", "", 30 * time.Second, true},
		{"Thu, 01 Oct 2026 11:00:00 GMT", "", "", 0, true},
		{in(time.Minute), "", "", time.Minute, true},
		{"", in(2 * time.Minute), "", 2 * time.Minute, true},
		{"", "90", "", 90 * time.Second, true},
		{"", "", in(3 * time.Minute), 3 * time.Minute, true},
		{"", "", "45", 45 * time.Second, true},
		{"", in(-time.Hour), "", 0, true},
		{"", "1696118400.75", "", 0, true},
		{"5", in(time.Hour), in(time.Hour), 5 * time.Second, true},
		{"", "6", "7", 6 * time.Second, true},
		{"soon", "6", "", 6 * time.Second, true},
		{"-5", "", "7", 7 * time.Second, true},
		{"-1", "", "", 0, false},
		{"NaN", "", "", 0, false},
		{"Inf", "-Inf", "nan", 0, false},
		{"1e300", "", "", 0, false},
		{"100000000001", "", "", 0, false},
		{"1000000000", "", "", 1e9 * time.Second, true},
		{"5 s", "5,6", "0b1", 0, false},
	} {
		h := http.Header{}
		for k, v := range map[string]string{"Retry-After": test.retry, "X-Retry-After": test.x, "X-RateLimit-Reset": test.reset} {
			if v != "" {
				h.Set(k, v)
			}
		}
		if got, said := RetryAfter(h, now); got != test.want || said != test.said {
			t.Errorf("%v: %s, %t", h, got, said)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "7", "1.5", "1790000000", "Thu, 01 Oct 2026 12:00:30 GMT", "-1", "nan", "1e99", "0x1p-2", "1_0", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(s, "", "", int64(1790000000))
		f.Add("", s, s, int64(-1))
	}
	f.Fuzz(func(t *testing.T, retry, x, reset string, now int64) {
		h := http.Header{"Retry-After": {retry}, "X-Retry-After": {x}, "X-Ratelimit-Reset": {reset}}
		d, said := RetryAfter(h, time.Unix(now%1e11, 0))
		if d < 0 || !said && d != 0 {
			t.Errorf("%q: %s, %t", h, d, said)
		}
	})
}
