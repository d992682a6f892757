package auditlog

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// The intervals at which a follower checks for new events.
const (
	DefaultInterval = 10 * time.Second
	MinInterval     = 2 * time.Second
)

const (
	maxBackoff    = 5 * time.Minute // between tries while the log cannot be read
	maxRetryAfter = time.Hour       // longest wait that a server may ask for
)

// A follower reads an audit log continuously.
type follower struct {
	reader   *reader
	save     func() error // saves how far the reader came
	start    time.Time    // earlier events are left out; zero = none of the reader's are
	interval time.Duration
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
	onFault  func(error) // called with the first of several faults in a row, and with nil after the last
}

// events yields events as they appear, each once, until ctx ends or the log
// cannot be read for a reason that is not temporary.
func (f *follower) events(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		fail := func(err error) { yield(dockerhub.AuditLog{}, err) }
		if !f.start.IsZero() {
			// Events from before the start are read and left out, so that an event which
			// appears late is not mistaken for one of them, even if clocks differ.
			f.reader.since = f.start.Add(-maxDelay)
			f.reader.end = f.reader.since
		}
		wait, faulty := f.interval, false
		for {
			var fault error
			for log, err := range f.reader.read(ctx, f.now().UTC(), f.save) {
				if fault = err; err != nil {
					break
				}
				if log.Timestamp.Before(f.start) {
					continue
				}
				if !yield(log, nil) {
					return
				}
			}
			switch {
			case fault == nil:
				f.start, wait = time.Time{}, f.interval
			case ctx.Err() != nil || !hub.Passing(fault) && !errors.Is(fault, errUnstable):
				fail(fault)
				return
			default:
				wait = max(f.interval, min(2*wait, maxBackoff))
				if answer, ok := errors.AsType[*dockerhub.Error](fault); ok {
					wait = max(wait, min(answer.RetryAfter, maxRetryAfter))
				}
			}
			if now := fault != nil; now != faulty {
				faulty = now
				f.onFault(fault)
			}
			if err := f.sleep(ctx, wait); err != nil {
				fail(err)
				return
			}
		}
	}
}
