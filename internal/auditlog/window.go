package auditlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// The log is read in windows of time.
const (
	maxWindowEvents = 500            // a window with more is split
	minSpan         = time.Second    // of a window: it is not split any more
	firstSpan       = 24 * time.Hour // of the first window
	maxSpan         = 30 * firstSpan // of a window, when little happens
	maxWindowReads  = 5              // of a window that changes while it is read
	windowMargin    = time.Second    // read before and after a window
)

// A window is a stretch of time. Its events are read in the background once it has
// begun.
type window struct {
	from, to time.Time
	ended    chan struct{} // closed when events and err are set; nil = not begun
	events   []event
	err      error
}

// tooMany reports whether a window was read and has too many events.
func (w *window) tooMany() bool {
	select {
	case <-w.ended:
		_, many := errors.AsType[tooManyError](w.err)
		return many
	default:
		return false
	}
}

// ahead reads windows side by side and returns them in order. Their span follows
// the number of events in those that were returned.
type ahead struct {
	r       *reader
	ctx     context.Context //nolint:containedctx // of the loop that it belongs to
	cancel  context.CancelFunc
	reading sync.WaitGroup
	windows []*window // without a gap, up to the end
	span    time.Duration
}

func (r *reader) readAhead(ctx context.Context, from, until time.Time) *ahead {
	a := &ahead{r: r, span: firstSpan}
	a.ctx, a.cancel = context.WithCancel(ctx)
	if from.Before(until) {
		a.windows = []*window{{from: from, to: until}}
	}
	return a
}

// end cancels what is being read, and waits for it.
func (a *ahead) end() {
	a.cancel()
	a.reading.Wait()
}

// next returns the next window, or nil after the last.
func (a *ahead) next() (*window, error) {
	for len(a.windows) > 0 {
		a.begin()
		w := a.windows[0]
		<-w.ended
		switch span := w.to.Sub(w.from); {
		case w.tooMany():
			continue // begin splits it
		case w.err != nil:
			return nil, w.err
		case len(w.events) < maxWindowEvents/4:
			a.span = max(a.span, min(2*span, maxSpan))
		}
		a.windows = a.windows[1:]
		return w, nil
	}
	return nil, nil //nolint:nilnil // the end
}

// split turns windows that turned out to have too many events into ones that have
// not begun, and shortens the span.
func (a *ahead) split() {
	for i := 0; i < len(a.windows); i++ {
		if w := a.windows[i]; w.tooMany() {
			fits, _ := errors.AsType[tooManyError](w.err)
			fit := min(a.span, w.to.Sub(w.from)/2, time.Duration(fits)/2)
			a.span = max(minSpan, fit.Truncate(minSpan))
			a.windows[i] = &window{from: w.from, to: w.to}
		}
		if i > 0 && a.windows[i].ended == nil && a.windows[i-1].ended == nil {
			a.windows[i-1].to = a.windows[i].to
			a.windows = slices.Delete(a.windows, i, i+1)
			i--
		}
	}
}

// begin begins the first windows that have not begun, as many as may be read at a
// time. It cuts off what is longer than the span.
func (a *ahead) begin() {
	a.split()
	room := max(a.r.concurrency, 1)
	for _, w := range a.windows {
		if w.ended != nil {
			room--
		}
	}
	for i := 0; i < len(a.windows) && room > 0; i++ {
		w := a.windows[i]
		if w.ended != nil {
			continue
		}
		if cut := w.from.Add(a.span); cut.Before(w.to) {
			a.windows = slices.Insert(a.windows, i+1, &window{from: cut, to: w.to})
			w.to = cut
		}
		w.ended = make(chan struct{})
		a.reading.Go(func() {
			defer close(w.ended)
			w.events, w.err = a.r.window(a.ctx, w.from, w.to)
		})
		room--
	}
}

// A tooManyError means that a window has too many events. It is the time in which
// the newest of them happened, as many as are allowed.
type tooManyError time.Duration

func (tooManyError) Error() string { return "too many events for a window" }

var errUnstable = errors.New("keeps changing while it is read: try again later")

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
			return nil, tooManyError(to.Sub(log.Timestamp.Time))
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
