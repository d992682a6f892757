package auditlog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/seq"
)

// newFollower follows a growing log with the log's own clock: each pause advances
// it, and the follow ends when sleep returns an error.
func newFollower(t *testing.T, l *growingLog, r *reader, sleep func(time.Duration) error) *follower {
	t.Helper()
	r.list = l.list(t)
	return &follower{
		reader: r, save: func() error { return nil }, interval: DefaultInterval, onFault: func(error) {},
		now: func() time.Time { return l.now },
		sleep: func(_ context.Context, d time.Duration) error {
			l.now = l.now.Add(d)
			return sleep(d)
		},
	}
}

// A follow prints each event once, from its start or from a past time, although
// events arrive between pages, some of them late, and although the server fails.
// If it ends at any event, an export can resume it without a gap or a repeat.
func TestFollow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			l := newGrowingLog(seed, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
			since := l.now
			if seed%2 == 0 {
				since = since.Add(-48 * time.Hour)
			}
			there := map[string]int{}
			for _, e := range l.events {
				there[e.String()]++
			}
			ended, rounds := errors.New("ended"), 0
			r := reader{since: since, end: since}
			f := newFollower(t, l, &r, func(time.Duration) error {
				if rounds++; rounds == 100 {
					return ended
				}
				return nil
			})
			if seed%2 == 1 {
				f.start = since
			}
			got := map[string]int{}
			for limit := 1 + l.IntN(50); ; limit-- {
				stopped := false
				for log, err := range f.events(t.Context()) {
					if err != nil {
						if !errors.Is(err, ended) {
							t.Fatal(err)
						}
						break
					}
					got[eventName(log)]++
					if stopped = limit > 0; stopped {
						break
					}
				}
				if !stopped {
					break
				}
				f.start = time.Time{} // the next one resumes from the state
			}
			l.fails, l.busy = 0, 0
			l.now = l.now.Add(maxDelay)
			for log, err := range r.read(t.Context(), l.now, f.save) {
				if err != nil {
					t.Fatal(err)
				}
				got[eventName(log)]++
			}
			want := map[string]int{}
			for _, e := range l.events {
				if !e.at.Before(since) && e.at.Before(l.now) {
					want[e.String()]++
				}
			}
			if seed%2 == 1 { // an older event that appeared since may be printed
				maps.DeleteFunc(got, func(e string, n int) bool { return want[e] == 0 && there[e] < n })
			}
			for e, n := range want {
				if got[e] != n {
					t.Errorf("%s: printed %d times, not %d", e, got[e], n)
				}
			}
			if len(got) != len(want) {
				t.Errorf("printed %d, want %d", len(got), len(want))
			}
		})
	}
}

// A follow prints an event from before its start that appears after it, but not
// one that had appeared before.
func TestFollowLate(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	l := newGrowingLog(1, start.AddDate(0, 0, -5))
	l.fails, l.busy, l.events = 0, 0, nil
	l.add(start.Add(-time.Minute), "old")
	l.add(start, "new")
	rounds, ended := 0, errors.New("ended")
	r := reader{since: start, end: start}
	f := newFollower(t, l, &r, func(time.Duration) error {
		switch rounds++; rounds {
		case 1:
			l.add(start.Add(-30*time.Second), "late")
		case 2:
			l.add(start.Add(5*time.Second), "newer")
		case 4:
			return ended
		}
		return nil
	})
	f.start = start
	l.now = start.Add(time.Second)
	var got []string
	for log, err := range f.events(t.Context()) {
		if err == nil {
			got = append(got, log.Name)
		}
	}
	if want := []string{"new", "late", "newer"}; !slices.Equal(got, want) {
		t.Errorf("printed %q, want %q", got, want)
	}
	if !r.since.Equal(start.Add(-maxDelay)) || len(r.recent) != 4 {
		t.Errorf("kept %+v", r)
	}
}

// A follow survives temporary faults, reports the first of several in a row, and
// waits longer after each.
func TestFollowFaults(t *testing.T) {
	t.Parallel()
	busy := &dockerhub.Error{Status: 429, RetryAfter: 7 * time.Minute}
	broken := &dockerhub.Error{Status: 502}
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, try := range []struct {
		faults  []error // of each round
		reports []error
		waits   []time.Duration
	}{
		{
			[]error{nil, broken, dockerhub.ErrUnreachable, nil, broken, &dockerhub.Error{Status: 403}},
			[]error{broken, nil, broken},
			[]time.Duration{10, 20, 40, 10, 20},
		},
		{[]error{busy, broken, nil, &dockerhub.Error{Status: 404}}, []error{busy, nil}, []time.Duration{420, 300, 10}},
		{[]error{&dockerhub.Error{Status: 401}}, nil, nil},
		{[]error{&dockerhub.Error{Status: 501}}, nil, nil},
		{[]error{dockerhub.ErrAnswer}, nil, nil},
		{[]error{fmt.Errorf("it %w", errUnstable), errors.New("no space")}, []error{errUnstable}, []time.Duration{20}},
	} {
		now, round := start.Add(time.Second), 0
		var reported []error
		var waits []time.Duration
		r := reader{since: start, end: start, list: func(context.Context, time.Time, time.Time) logs {
			round++
			if err := try.faults[round-1]; err != nil {
				return seq.Fail[dockerhub.AuditLog](err)
			}
			return seq.Of[dockerhub.AuditLog](nil)
		}}
		f := follower{
			reader: &r, save: func() error { return nil }, interval: DefaultInterval,
			now:     func() time.Time { return now },
			onFault: func(err error) { reported = append(reported, err) },
			sleep: func(_ context.Context, d time.Duration) error {
				now = now.Add(d)
				waits = append(waits, d/time.Second)
				return nil
			},
		}
		var last error
		for _, err := range f.events(t.Context()) {
			last = err
		}
		if !errors.Is(last, try.faults[len(try.faults)-1]) || round != len(try.faults) {
			t.Errorf("%v: ended in round %d: %v", try.faults, round, last)
		}
		if !slices.Equal(waits, try.waits) || !slices.EqualFunc(reported, try.reports, errors.Is) {
			t.Errorf("%v: waited %d, reported %v", try.faults, waits, reported)
		}
	}
}

// Following a quiet log takes one request each time, for the last minutes only,
// and the reader's memory does not grow.
func TestFollowRequests(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	now, rounds, reads := start, 0, 0
	ended := errors.New("ended")
	r := reader{since: start, end: start, list: func(_ context.Context, from, to time.Time) logs {
		if reads++; to.Sub(from) > maxDelay+time.Minute {
			t.Errorf("read from %s to %s", from, to)
		}
		doc := encoded(map[string]string{"timestamp": now.Add(-time.Second).Format(time.RFC3339)})
		log, err := dockerhub.Decode[dockerhub.AuditLog](doc)
		return seq.From([]dockerhub.AuditLog{log}, err)
	}}
	f := follower{
		reader: &r, save: func() error { return nil }, start: start, interval: DefaultInterval, onFault: func(error) {},
		now: func() time.Time { return now },
		sleep: func(_ context.Context, d time.Duration) error {
			now = now.Add(d)
			if rounds++; rounds == 500 {
				return ended
			}
			return nil
		},
	}
	n := 0
	for _, err := range f.events(t.Context()) {
		if err == nil {
			n++
		}
	}
	if n != 499 || reads != 500 || len(r.recent) > int(maxDelay/DefaultInterval)+1 {
		t.Errorf("%d events in %d reads, %d recent", n, reads, len(r.recent))
	}
}

// What was printed when an interrupt came is saved.
func TestRunSave(t *testing.T) {
	t.Parallel()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	run := Run{out: out, hold: func() func() { return func() {} }}
	run.reader.end = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	run.state.file.Path = out.Name() + ".state"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run.Save(ctx); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(run.state.file.Path)
	if err != nil || !strings.Contains(string(b), `"end":"2026-10-01T00:00:00Z"`) {
		t.Errorf("kept %s, %v", b, err)
	}
}
