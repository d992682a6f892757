package auditlog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/seq"
)

type logs = iter.Seq2[dockerhub.AuditLog, error]

// A growingLog is an audit log that grows, and fails, while it is read.
type growingLog struct {
	*rand.Rand
	now    time.Time
	events []loggedEvent // newest first
	size   int           // of a page
	fails  float64       // how likely a request fails
	busy   float64       // how likely something happens at a request

	fromOpen, toOpen bool // whether the server excludes the ends of the period

	serving sync.Mutex
}

type loggedEvent struct {
	at   time.Time
	name string
	doc  json.RawMessage
}

func (e loggedEvent) String() string { return e.at.Format(time.RFC3339Nano) + " " + e.name }

func eventName(log dockerhub.AuditLog) string {
	return loggedEvent{at: log.Timestamp.UTC(), name: log.Name}.String()
}

func (l *growingLog) add(at time.Time, name string) {
	i, _ := slices.BinarySearchFunc(l.events, at, func(e loggedEvent, at time.Time) int { return at.Compare(e.at) })
	doc := fmt.Sprintf(`{"timestamp":%q,"name":%q}`, at.UTC().Format(time.RFC3339Nano), name)
	l.events = slices.Insert(l.events, i, loggedEvent{at.UTC(), name, json.RawMessage(doc)})
}

// happen adds an event of now or of a while ago, perhaps one like another.
func (l *growingLog) happen() {
	at := l.now.Add(time.Duration(l.IntN(3000)) * time.Millisecond)
	if l.IntN(3) == 0 {
		at = l.now.Add(-time.Duration(l.IntN(int(maxDelay/time.Second))) * time.Second)
	}
	if e := l.events[l.IntN(min(10, len(l.events)))]; l.IntN(3) == 0 && e.at.After(l.now.Add(-maxDelay)) {
		l.add(e.at, e.name)
		return
	}
	l.add(at, strconv.Itoa(l.IntN(1e9)))
}

// pass lets some time pass between two runs.
func (l *growingLog) pass() {
	l.serving.Lock()
	defer l.serving.Unlock()
	l.now = l.now.Add(time.Duration(l.IntN(1200)) * time.Second)
}

// calm makes the log stop growing and failing, and lets what is late arrive.
func (l *growingLog) calm() {
	l.serving.Lock()
	defer l.serving.Unlock()
	l.fails, l.busy = 0, 0
	l.now = l.now.Add(maxDelay)
}

func (l *growingLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.serving.Lock()
	defer l.serving.Unlock()
	switch q := r.URL.Query(); {
	case l.Float64() < l.fails:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		from, _ := time.Parse(time.RFC3339, q.Get("from"))
		to, _ := time.Parse(time.RFC3339, q.Get("to"))
		page, err := strconv.Atoi(q.Get("page"))
		if err != nil {
			page = 1
		}
		logs, skip := [][]byte{}, (page-1)*l.size
		for _, e := range l.events {
			outside := e.at.Before(from) || e.at.After(to) || l.fromOpen && e.at.Equal(from) || l.toOpen && e.at.Equal(to)
			if outside {
				continue
			}
			if skip--; skip < 0 && len(logs) < l.size {
				logs = append(logs, e.doc)
			}
		}
		_, _ = fmt.Fprintf(w, `{"logs":[%s]}`, bytes.Join(logs, []byte(",")))
	}
	if l.Float64() < l.busy {
		l.happen()
	}
}

// RoundTrip answers without a connection.
func (l *growingLog) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

type listFunc = func(ctx context.Context, from, to time.Time) logs

// list returns a function that lists the log through a client.
func (l *growingLog) list(t *testing.T) listFunc {
	t.Helper()
	c, err := dockerhub.New(dockerhub.Options{Transport: l, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, from, to time.Time) logs {
		return c.Audit.List(ctx, "acme", dockerhub.AuditListOptions{From: from, To: to})
	}
}

// newGrowingLog returns a log with crowds of events at the ends of seconds and
// days, and with some events that are equal.
func newGrowingLog(seed uint64, start time.Time) *growingLog {
	l := &growingLog{Rand: rand.New(rand.NewPCG(seed, 1)), now: start.AddDate(0, 0, 5)}
	l.size, l.fails, l.busy = 20+l.IntN(80), l.Float64()/10, l.Float64()/2
	l.fromOpen, l.toOpen = l.IntN(2) == 0, l.IntN(2) == 0
	for at := start; at.Before(l.now); at = at.Add(time.Duration(l.IntN(5)) * time.Hour) {
		crowd := 1 + l.IntN(3)
		if l.IntN(20) == 0 {
			crowd = maxWindowEvents / 2
		}
		for range crowd {
			moment := at
			switch l.IntN(4) {
			case 0:
				moment = at.Truncate(24 * time.Hour)
			case 1:
				moment = at.Add(time.Duration(l.IntN(3e9)))
			}
			for range 1 + l.IntN(20)/19 {
				l.add(moment, strconv.Itoa(l.IntN(1e9)))
			}
		}
		if l.IntN(10) == 0 {
			l.add(l.events[0].at, l.events[0].name)
		}
	}
	return l
}

// A log is read without a gap or a repeat, although events arrive between pages,
// some of them late, whether or not the server includes the ends of a window, and
// although many runs fail and are resumed from what was saved.
func TestReader(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			l := newGrowingLog(seed, start)
			list := l.list(t)
			since := start.Add(time.Duration(l.IntN(48)) * time.Hour)
			saved := reader{since: since, end: since, concurrency: 1 + int(seed%2)*5}
			got := map[string]int{}
			const runs = 20
			for run := 0; run < runs || saved.end.Before(l.now); run++ {
				if run == runs {
					l.calm()
				}
				readOnce(t, list, l, &saved, got)
				if run < runs {
					l.pass()
				}
			}
			l.serving.Lock() // requests that were canceled may still be served
			defer l.serving.Unlock()
			want := map[string]int{}
			for _, e := range l.events {
				if !e.at.Before(since) && e.at.Before(l.now) {
					want[e.String()]++
				}
			}
			if !maps.Equal(got, want) {
				for e, n := range want {
					if got[e] != n {
						t.Errorf("%s: read %d times, not %d", e, got[e], n)
					}
				}
				t.Errorf("read %d, want %d", len(got), len(want))
			}
		})
	}
}

// readOnce does one run, up to now or until it fails, and counts in got the events
// of the windows that were saved.
func readOnce(t *testing.T, list listFunc, l *growingLog, saved *reader, got map[string]int) {
	t.Helper()
	r := *saved
	r.recent = slices.Clone(saved.recent)
	r.list = list
	var window []string
	last := r.end
	for log, err := range r.read(t.Context(), l.now, func() error {
		for _, e := range window {
			got[e]++
		}
		window = nil
		*saved = reader{since: r.since, end: r.end, recent: slices.Clone(r.recent), concurrency: r.concurrency}
		return nil
	}) {
		if err != nil {
			return
		}
		if at := log.Timestamp.Time; at.After(saved.end) && at.Before(last) {
			t.Errorf("%s comes after %s", at, last)
		} else if at.After(last) {
			last = at
		}
		window = append(window, eventName(log))
	}
}

// A quiet log takes few requests, and a crowd of events within one second takes a
// limited number.
func TestReaderWindows(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	crowd := start.Add(100 * 24 * time.Hour)
	for _, try := range []struct{ limit, events, most int }{
		{1, 0, 20}, {1, 500, 25}, {1, 3 * maxWindowEvents, 100}, {6, 0, 40}, {6, 500, 50}, {6, 3 * maxWindowEvents, 150},
	} {
		var crowded []dockerhub.AuditLog
		for i := range try.events {
			doc := encoded(map[string]string{"timestamp": crowd.Format(time.RFC3339), "name": strconv.Itoa(i)})
			log, err := dockerhub.Decode[dockerhub.AuditLog](doc)
			if err != nil {
				t.Fatal(err)
			}
			crowded = append(crowded, log)
		}
		var reads atomic.Int64
		n := 0
		r := reader{since: start, end: start, concurrency: try.limit, list: func(_ context.Context, from, to time.Time) logs {
			reads.Add(1)
			if from.Before(crowd) && crowd.Before(to) {
				return seq.Of(crowded)
			}
			return seq.Of[dockerhub.AuditLog](nil)
		}}
		for _, err := range r.read(t.Context(), start.AddDate(1, 0, 0), func() error { return nil }) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != try.events || int(reads.Load()) > try.most || len(r.recent) > 0 {
			t.Errorf("%d of %d events in %d reads, %d recent", n, try.events, reads.Load(), len(r.recent))
		}
	}
}

// Windows are read side by side, no more than allowed. They are saved one after
// another, and so are the parts of one that has too many events.
func TestReaderReadsAhead(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	until := start.AddDate(0, 3, 0)
	var log []dockerhub.AuditLog // newest first, with a crowd on the third day
	for at := until; at.After(start); at = at.Add(-time.Hour) {
		n := 1
		if at.YearDay() == 3 {
			n = 2 * maxWindowEvents / 24
		}
		for i := range n {
			doc := encoded(map[string]string{"timestamp": at.Add(-time.Duration(i) * time.Second).Format(time.RFC3339)})
			e, err := dockerhub.Decode[dockerhub.AuditLog](doc)
			if err != nil {
				t.Fatal(err)
			}
			log = append(log, e)
		}
	}
	took := map[int]time.Duration{}
	for _, limit := range []int{1, 6} {
		synctest.Test(t, func(t *testing.T) {
			var now, peak atomic.Int32
			list := func(_ context.Context, from, to time.Time) logs {
				return func(yield func(dockerhub.AuditLog, error) bool) {
					peak.Store(max(peak.Load(), now.Add(1)))
					defer now.Add(-1)
					time.Sleep(time.Second)
					for _, e := range log {
						if at := e.Timestamp.Time; !at.Before(from) && at.Before(to) && !yield(e, nil) {
							return
						}
					}
				}
			}
			r := reader{since: start, end: start, list: list, concurrency: limit}
			n, end, began := 0, start, time.Now()
			for e, err := range r.read(t.Context(), until, func() error {
				if !r.end.After(end) {
					t.Errorf("saved %s after %s", r.end, end)
				}
				end = r.end
				return nil
			}) {
				if n++; err != nil || !e.Timestamp.Equal(log[len(log)-n].Timestamp.Time) {
					t.Fatalf("event %d: %s, %v", n, e.Timestamp, err)
				}
				if e.Timestamp.Before(end) {
					t.Errorf("%s comes after a window that ends at %s", e.Timestamp, end)
				}
			}
			if n != len(log)-1 || !end.Equal(until) || int(peak.Load()) != limit { // the last is at the end
				t.Errorf("limit %d: %d of %d events up to %s, %d windows at a time", limit, n, len(log), end, peak.Load())
			}
			took[limit] = time.Since(began)
		})
	}
	if took[6] > took[1]*2/3 {
		t.Errorf("%s one after another, %s side by side", took[1], took[6])
	}
}

func encoded(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a test's own value
	}
	return b
}
