package cmd

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

// An auditReader reads an audit log from the past to the present, each event
// once, although the log is paged from the newest on, grows meanwhile, and has
// neither numbers nor names for its events. It reads one window of time after
// the other, all of them past, and sorts what it read.
//
// An event may take a while to appear. So a reader that goes on where another
// ended begins a little earlier, and knows the events that had been read there
// by their content.
type auditReader struct {
	read  func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error]
	since time.Time   // nothing before it is wanted
	end   time.Time   // what happened before it was read, but for what is late
	edge  []auditMark // the events read that happened less than lateness before end
}

// An auditMark is an event that was read.
type auditMark struct {
	At   time.Time `json:"at"`
	Hash string    `json:"hash"`
}

type auditEvent struct {
	dockerhub.AuditLog
	auditMark
}

// to yields the events before until that were not read yet, the oldest first but
// for late ones. After each window, when all its events were yielded, it calls
// kept: end and edge are then good to go on from. So they are where the loop over
// the events ends early.
func (r *auditReader) to(ctx context.Context, until time.Time, kept func() error) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		known := map[string]int{}
		for _, m := range r.edge {
			known[m.Hash]++
		}
		at := later(r.since, r.end.Add(-lateness))
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
				r.edge = append(r.edge, e.auditMark)
				if !yield(e.AuditLog, nil) {
					return
				}
			}
			at, r.end = to, later(r.end, to)
			r.edge = slices.DeleteFunc(r.edge, func(m auditMark) bool { return m.At.Before(r.end.Add(-lateness)) })
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
func (r *auditReader) window(ctx context.Context, from, to time.Time) ([]auditEvent, error) {
	var before []auditEvent
	for range windowReads {
		events, err := r.pages(ctx, from, to)
		if err != nil {
			return nil, err
		}
		if !repeats(events) || slices.EqualFunc(events, before, sameEvent) {
			events = slices.DeleteFunc(events, func(e auditEvent) bool { return e.At.Before(from) || !e.At.Before(to) })
			slices.Reverse(events) // as the sort leaves what happened at the same moment
			sort.SliceStable(events, func(i, j int) bool { return events[i].At.Before(events[j].At) })
			return events, nil
		}
		before = events
	}
	return nil, fmt.Errorf("the audit log from %s to %s %w", from.Format(time.RFC3339), to.Format(time.RFC3339), errUnsettled)
}

func sameEvent(a, b auditEvent) bool { return a.Hash == b.Hash }

func repeats(events []auditEvent) bool {
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
func (r *auditReader) pages(ctx context.Context, from, to time.Time) ([]auditEvent, error) {
	var events []auditEvent
	n := 0
	for log, err := range r.read(ctx, from.Add(-windowMargin).Truncate(time.Second), to.Add(windowMargin).Truncate(time.Second)) {
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
		events = append(events, auditEvent{log, auditMark{at, hash}})
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
