package auditlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// The log is read in windows of time.
const (
	maxWindowEvents = 1000             // a window with more is halved
	minSpan         = time.Second      // of a window: it is not halved any more
	firstSpan       = 24 * time.Hour   // of the first window
	maxSpan         = 30 * firstSpan   // of a window, when little happens
	maxWindowReads  = 5                // of a window that changes while it is read
	windowMargin    = time.Second      // read before and after a window
	maxDelay        = 10 * time.Minute // before an event appears in the log, including clock differences
)

// A reader reads an audit log from the past to the present, each event once. That
// is hard because pages start with the newest event, the log grows while it is
// read, and events have no IDs. So a reader goes through windows of time, all of
// them in the past, and sorts the events of each.
//
// Events may reach the log late. So a reader that resumes starts a little earlier
// and recognizes by their content the events that it has read.
type reader struct {
	list   func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error]
	since  time.Time   // earlier events are left out
	end    time.Time   // everything before it was read, except for late events
	recent []seenEvent // the events read that happened less than maxDelay before end
}

// A seenEvent is an event that was read.
type seenEvent struct {
	At   time.Time `json:"at"`
	Hash string    `json:"hash"` // of its content
}

type event struct {
	dockerhub.AuditLog
	seenEvent
}

// read yields the events before until that were not read yet, oldest first except
// for late ones. It calls save after each window, when all of its events were
// yielded and r can be resumed from. That holds if the loop ends early, too.
func (r *reader) read(ctx context.Context, until time.Time, save func() error) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		known := map[string]int{}
		for _, e := range r.recent {
			known[e.Hash]++
		}
		at := later(r.since, r.end.Add(-maxDelay))
		for span := firstSpan; at.Before(until); {
			to := at.Add(span)
			if to.After(until) {
				to = until
			}
			events, err := r.window(ctx, at, to)
			if errors.Is(err, errTooMany) {
				span = max(minSpan, (to.Sub(at) / 2).Truncate(minSpan))
				continue
			}
			if err != nil {
				yield(dockerhub.AuditLog{}, err)
				return
			}
			for _, e := range events {
				if known[e.Hash] > 0 {
					known[e.Hash]--
					continue
				}
				r.recent = append(r.recent, e.seenEvent)
				if !yield(e.AuditLog, nil) {
					return
				}
			}
			at, r.end = to, later(r.end, to)
			r.recent = slices.DeleteFunc(r.recent, func(e seenEvent) bool { return e.At.Before(r.end.Add(-maxDelay)) })
			if err := save(); err != nil {
				yield(dockerhub.AuditLog{}, err)
				return
			}
			if len(events) < maxWindowEvents/4 {
				span = min(2*span, maxSpan)
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var (
	errTooMany  = errors.New("too many events for a window")
	errUnstable = errors.New("keeps changing while it is read: try again later")
)

// window returns the events in [from, to), oldest first. If pages shifted while they
// were read, an event appears on two of them and another may be missing: window then
// reads again, until two reads agree.
func (r *reader) window(ctx context.Context, from, to time.Time) ([]event, error) {
	var before []event
	for range maxWindowReads {
		events, err := r.pages(ctx, from, to)
		if err != nil {
			return nil, err
		}
		if !repeats(events) || slices.EqualFunc(events, before, sameEvent) {
			events = slices.DeleteFunc(events, func(e event) bool { return e.At.Before(from) || !e.At.Before(to) })
			slices.Reverse(events) // for the stable sort: of simultaneous events, the last is the oldest
			sort.SliceStable(events, func(i, j int) bool { return events[i].At.Before(events[j].At) })
			return events, nil
		}
		before = events
	}
	return nil, fmt.Errorf("the audit log from %s to %s %w",
		from.Format(time.RFC3339), to.Format(time.RFC3339), errUnstable)
}

func sameEvent(a, b event) bool { return a.Hash == b.Hash }

func repeats(events []event) bool {
	seen := map[string]bool{}
	for _, e := range events {
		if seen[e.Hash] {
			return true
		}
		seen[e.Hash] = true
	}
	return false
}

// pages reads a window in page order. It requests a little more on either side, since
// it is unknown whether the Hub includes the ends and how precise it is.
func (r *reader) pages(ctx context.Context, from, to time.Time) ([]event, error) {
	var events []event
	n := 0
	listFrom := from.Add(-windowMargin).Truncate(time.Second)
	listTo := to.Add(windowMargin).Truncate(time.Second)
	for log, err := range r.list(ctx, listFrom, listTo) {
		if err != nil {
			return nil, err
		}
		if n++; n > maxWindowEvents && to.Sub(from) > minSpan {
			return nil, errTooMany
		}
		at := log.Timestamp.Time
		if at.IsZero() {
			return nil, fmt.Errorf("%w: an event has no timestamp: %.200s",
				dockerhub.ErrAnswer, log.JSON())
		}
		hash, err := contentHash(log.JSON())
		if err != nil {
			return nil, err
		}
		events = append(events, event{log, seenEvent{at, hash}})
	}
	return events, nil
}

// contentHash returns a hash of a JSON document that ignores white space and the
// order of keys.
func contentHash(doc json.RawMessage) (string, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	canonical, err := hub.Encode(v)
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16]), err
}
