package output

import (
	"testing"
	"time"
)

func TestValues(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	when := now.In(time.FixedZone("", 3600)).Add(123456789)
	for _, c := range []struct {
		v                       Value
		terminal, piped, atomic string
	}{
		{Unknown(), "-", "-", ""},
		{Value{}, "-", "-", ""},
		{Time(time.Time{}), "-", "-", ""},
		{Optional(nil, Bool), "-", "-", ""},
		{Optional(new(true), Bool), "yes", "true", "true"},
		{Bool(false), "no", "false", "false"},
		{Text(""), "-", "-", ""},
		{Text("a\x1bb"), `a\x1bb`, `a\x1bb`, `a\x1bb`},
		{List([]string{"a", "b\n"}), "a, b ", "a,b ", "a,b "},
		{List(nil), "-", "-", ""},
		{Count(0), "0", "0", "0"},
		{Count(999), "999", "999", "999"},
		{Count(13114222271), "13,114,222,271", "13114222271", "13114222271"},
		{Count(-1000), "-1,000", "-1000", "-1000"},
		{Bytes(0), "0 B", "0", "0"},
		{Bytes(999), "999 B", "999", "999"},
		{Bytes(1000), "1.0 kB", "1000", "1000"},
		{Bytes(999_949), "999.9 kB", "999949", "999949"},
		{Bytes(999_950), "1.0 MB", "999950", "999950"},
		{Bytes(1_234_567_890), "1.2 GB", "1234567890", "1234567890"},
		{Bytes(1<<63 - 1), "9.2 EB", "9223372036854775807", "9223372036854775807"},
		{Bytes(-2_000_000), "-2.0 MB", "-2000000", "-2000000"},
		{Time(when), "now", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123456789Z"},
		{Time(now.Add(-time.Second)), "1s ago", "2026-03-01T11:59:59Z", "2026-03-01T11:59:59Z"},
		{Time(now.Add(-59 * time.Minute)), "59m ago", "2026-03-01T11:01:00Z", "2026-03-01T11:01:00Z"},
		{Time(now.Add(90 * time.Minute)), "in 2h", "2026-03-01T13:30:00Z", "2026-03-01T13:30:00Z"},
		{Time(now.Add(-3 * day)), "3d ago", "2026-02-26T12:00:00Z", "2026-02-26T12:00:00Z"},
		{Time(now.Add(14 * day)), "in 14d", "2026-03-15T12:00:00Z", "2026-03-15T12:00:00Z"},
		{Time(now.Add(-60 * day)), "60d ago", "2025-12-31T12:00:00Z", "2025-12-31T12:00:00Z"},
		{Time(now.Add(90*day - time.Second)), "in 90d", "2026-05-30T11:59:59Z", "2026-05-30T11:59:59Z"},
		{Time(now.Add(-365 * day)), "12mo ago", "2025-03-01T12:00:00Z", "2025-03-01T12:00:00Z"},
		{Time(now.Add(-740 * day)), "2024-02-20", "2024-02-20T12:00:00Z", "2024-02-20T12:00:00Z"},
	} {
		if got := c.v.cell(Options{Terminal: true, Now: now}); got != c.terminal {
			t.Errorf("terminal: got %q, want %q", got, c.terminal)
		}
		if got := c.v.cell(Options{Now: now}); got != c.piped {
			t.Errorf("piped: got %q, want %q", got, c.piped)
		}
		if got := c.v.machine(time.RFC3339Nano); got != c.atomic {
			t.Errorf("machine: got %q, want %q", got, c.atomic)
		}
	}
	if got := Time(now).cell(Options{Terminal: true}); got != "2026-03-01T12:00:00Z" {
		t.Errorf("without a clock: %q", got)
	}
}
