package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
)

// resume goes on with what earlier runs have left, or forgets it.
func (e execution[S]) resume(ctx context.Context, printer *output.Printer[S], discard bool) error {
	var left []S // to show
	rehearses := e.p.rehearse != nil && e.a.flags.dryRun && !discard
	found, busy, err := e.unfinished(ctx, func(j *job.Job[S]) error {
		if org := e.otherOrg(j.Steps); org != "" {
			e.a.notice("left alone: an unfinished run about %s", org)
			return j.Close()
		}
		switch {
		case rehearses:
			return errors.Join(e.p.rehearse(ctx, e.c, j), j.Close())
		case e.a.flags.dryRun:
			left = append(left, j.Left()...)
			return j.Close()
		case discard:
			return errors.Join(e.discard(ctx, j), j.Close())
		}
		if err := e.goOn(ctx, j.Left()); err != nil {
			return errors.Join(err, j.Close())
		}
		return e.run(ctx, j)
	})
	switch {
	case err != nil:
		return err
	case found == 0 && busy > 0:
		return errors.New("another process is working on what is unfinished")
	case found == 0:
		e.a.notice("there is nothing unfinished")
	case e.a.flags.dryRun && !rehearses:
		return printer.Rows(e.rows(left))
	}
	if found == 0 || discard {
		return e.print(nil)
	}
	return nil
}

// goOn asks before an earlier run is gone on with, as that was asked.
func (e execution[S]) goOn(ctx context.Context, left []S) error {
	if err := e.check(ctx, left); err != nil || len(left) == 0 || e.p.harmless && !isTerminal(e.a.in) {
		return err
	}
	return e.agree(ctx, "left from before", "Go on to "+strings.ToLower(e.p.verb), left)
}

// discard forgets a job, and tells what of it may be half done.
func (e execution[S]) discard(ctx context.Context, j *job.Job[S]) error {
	left := j.Left()
	if len(left) > 0 {
		if err := e.agree(ctx, "left from before", "Forget to "+strings.ToLower(e.p.verb), left); err != nil {
			return err
		}
	}
	if err := j.Discard(); err != nil {
		return err
	}
	for _, s := range left {
		past := j.Past(s)
		switch {
		case e.p.half != nil && past.Data != nil:
			e.a.say("%s: %s", s.Key(), e.p.half(past))
		case past.Begun:
			e.a.say("%s was begun, and may be done", s.Key())
		}
	}
	e.a.notice("forgot to %s", e.summary(left))
	return nil
}

// settle finishes or undoes what earlier runs have begun.
func (e execution[S]) settle(ctx context.Context) error {
	if e.p.settle == nil {
		return nil
	}
	_, _, err := e.unfinished(ctx, func(j *job.Job[S]) error {
		var failed bulkError
		err := j.Run(ctx, func(ctx context.Context, s S, past job.Past) error {
			return e.p.settle(ctx, e.c, j, s, past)
		}, func(s S, err error) {
			if err != nil && !waiting(err) {
				text := fmt.Sprintf("left from before: %s: %v", s.Key(), err)
				if _, later := errors.AsType[*job.Later](err); later {
					text += fmt.Sprintf("; hubctl %s --discard forgets it", e.p.kind)
				}
				e.a.say("%s", text)
				failed.failed = append(failed.failed, itemError{s.Key(), err})
			}
		})
		if closeErr := j.Close(); err == nil {
			err = closeErr
		}
		if len(failed.failed) > 0 {
			err = &failed
		}
		return err
	})
	return err
}

// unfinished calls do for each unfinished job, and returns how many there are,
// how many more another process is at, and the first error.
func (e execution[S]) unfinished(ctx context.Context, do func(*job.Job[S]) error) (found, busy int, all error) {
	o, err := e.options()
	if err != nil {
		return 0, 0, err
	}
	paths, busy, err := job.Unfinished(o, e.frame())
	if err != nil {
		return 0, 0, err
	}
	for _, path := range paths {
		j, err := job.Resume[S](o, path)
		if err == nil {
			err = do(j)
		}
		all = cmp.Or(all, err)
		if ctx.Err() != nil {
			break
		}
	}
	return len(paths), busy, all
}
