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

// How an audit log is read in windows of time.
const (
	windowEvents = 1000             // as many as a window may hold; with more it is halved
	shortestSpan = time.Second      // of a window that is halved no more
	firstSpan    = 24 * time.Hour   // of the window to begin with
	longestSpan  = 30 * firstSpan   // of a window where little happens
	windowReads  = 5                // of a window that changes while it is read
	windowMargin = time.Second      // that is read on either side of a window
	lateness     = 10 * time.Minute // that an event may take to appear in the log, clocks that differ included
)

// An Reader reads an audit log from the past to the present, each event
// once, although the log is paged from the newest on, grows meanwhile, and has
// neither numbers nor names for its events. It reads one window of time after
// the other, all of them past, and sorts what it read.
//
// An event may take a while to appear. So a reader that goes on where another
// ended begins a little earlier, and knows the events that had been read there
// by their content.
type Reader struct {
	Read  func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error]
	Since time.Time // nothing before it is wanted
	End   time.Time // what happened before it was read, but for what is late
	Edge  []mark    // the events read that happened less than lateness before end
}

// An mark is an event that was read.
type mark struct {
	At   time.Time `json:"at"`
	Hash string    `json:"hash"`
}

type event struct {
	dockerhub.AuditLog
	mark
}

// To yields the events before until that were not read yet, the oldest first but
// for late ones. After each window, when all its events were yielded, it calls
// kept: end and edge are then good to go on from. So they are where the loop over
// the events ends early.
func (r *Reader) To(ctx context.Context, until time.Time, kept func() error) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		known := map[string]int{}
		for _, m := range r.Edge {
			known[m.Hash]++
		}
		at := later(r.Since, r.End.Add(-lateness))
		for span := firstSpan; at.Before(until); {
			to := at.Add(span)
			if to.After(until) {
				to = until
			}
			events, err := r.window(ctx, at, to)
			if errors.Is(err, errTooMany) {
				span = max(shortestSpan, (to.Sub(at) / 2).Truncate(shortestSpan))
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
				r.Edge = append(r.Edge, e.mark)
				if !yield(e.AuditLog, nil) {
					return
				}
			}
			at, r.End = to, later(r.End, to)
			r.Edge = slices.DeleteFunc(r.Edge, func(m mark) bool { return m.At.Before(r.End.Add(-lateness)) })
			if err := kept(); err != nil {
				yield(dockerhub.AuditLog{}, err)
				return
			}
			if len(events) < windowEvents/4 {
				span = min(2*span, longestSpan)
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
	errTooMany   = errors.New("too many events for a window")
	errUnsettled = errors.New("changes each time it is read: try again later")
)

// window returns the events in [from, to), the oldest first. If the pages shifted
// while they were read, some event was on two of them, and another may have been
// missed: then they are read again, until twice the same comes.
func (r *Reader) window(ctx context.Context, from, to time.Time) ([]event, error) {
	var before []event
	for range windowReads {
		events, err := r.pages(ctx, from, to)
		if err != nil {
			return nil, err
		}
		if !repeats(events) || slices.EqualFunc(events, before, sameEvent) {
			events = slices.DeleteFunc(events, func(e event) bool { return e.At.Before(from) || !e.At.Before(to) })
			slices.Reverse(events) // as the sort leaves what happened at the same moment
			sort.SliceStable(events, func(i, j int) bool { return events[i].At.Before(events[j].At) })
			return events, nil
		}
		before = events
	}
	return nil, fmt.Errorf("the audit log from %s to %s %w", from.Format(time.RFC3339), to.Format(time.RFC3339), errUnsettled)
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

// pages reads a window as the pages have it, and a little more on either side,
// since nobody says whether the Hub counts the ends in, or how exactly.
func (r *Reader) pages(ctx context.Context, from, to time.Time) ([]event, error) {
	var events []event
	n := 0
	for log, err := range r.Read(ctx, from.Add(-windowMargin).Truncate(time.Second), to.Add(windowMargin).Truncate(time.Second)) {
		if err != nil {
			return nil, err
		}
		if n++; n > windowEvents && to.Sub(from) > shortestSpan {
			return nil, errTooMany
		}
		at := log.Timestamp.Time
		if at.IsZero() {
			return nil, fmt.Errorf("%w: an event has no timestamp, so it belongs in no window: %.200s", dockerhub.ErrAnswer, log.JSON())
		}
		hash, err := contentHash(log.JSON())
		if err != nil {
			return nil, err
		}
		events = append(events, event{log, mark{at, hash}})
	}
	return events, nil
}

// contentHash is the same for JSON that says the same, whatever its blanks and
// the order of its keys.
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
