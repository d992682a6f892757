package auditlog

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// How often a log that is followed is asked for what is new.
const (
	DefaultInterval  = 10 * time.Second
	ShortestInterval = 2 * time.Second // and no more often
	followPause      = 5 * time.Minute // the longest one that is not asked for, when it cannot be read
	followPatience   = time.Hour       // the longest one that the server may ask for
)

// An Follower reads an audit log on and on.
type Follower struct {
	Reader   *Reader
	Keep     func() error // notes how far the reader came
	Start    time.Time    // what happened before is not wanted; zero = what the reader yields is
	Interval time.Duration
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
	Told     func(error) // hears of the first of several faults in a row, and nil when it is over
}

// Events yields events as they appear, each once, until ctx ends or the log
// cannot be read for a reason that will not pass.
func (f *Follower) Events(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		fail := func(err error) { yield(dockerhub.AuditLog{}, err) }
		if !f.Start.IsZero() {
			// What is there already is read, too, so that what happened just before
			// but appears later is told from it, and clocks need not agree.
			f.Reader.Since = f.Start.Add(-lateness)
			f.Reader.End = f.Reader.Since
		}
		wait, faulty := f.Interval, false
		for {
			var fault error
			for log, err := range f.Reader.To(ctx, f.Now().UTC(), f.Keep) {
				if fault = err; err != nil {
					break
				}
				if log.Timestamp.Before(f.Start) {
					continue
				}
				if !yield(log, nil) {
					return
				}
			}
			switch {
			case fault == nil:
				f.Start, wait = time.Time{}, f.Interval
			case ctx.Err() != nil || !hub.Passing(fault) && !errors.Is(fault, errUnsettled):
				fail(fault)
				return
			default:
				wait = max(f.Interval, min(2*wait, followPause))
				if answer, ok := errors.AsType[*dockerhub.Error](fault); ok {
					wait = max(wait, min(answer.RetryAfter, followPatience))
				}
			}
			if now := fault != nil; now != faulty {
				faulty = now
				f.Told(fault)
			}
			if err := f.Sleep(ctx, wait); err != nil {
				fail(err)
				return
			}
		}
	}
}
