package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// resume goes on with what earlier runs have left, or forgets it.
func (e execution[S]) resume(ctx context.Context, printer *output.Printer[S], discard bool) error {
	var left []S // to show
	rehearses := e.p.rehearse != nil && e.a.flags.dryRun && !discard
	jobs, err := e.unfinished(ctx, func(j *job.Job[S]) error {
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
		if err := e.goOn(ctx, j); err != nil {
			return errors.Join(err, j.Close())
		}
		return e.run(ctx, j)
	})
	damaged, found := len(jobs.Damaged) > 0, len(jobs.Paths) > 0
	if damaged && discard {
		err = cmp.Or(err, e.setAside(jobs.Damaged))
	} else if damaged {
		err = cmp.Or(err, e.cannotResume(jobs.Damaged))
	}
	switch {
	case e.a.flags.dryRun && !rehearses && found:
		return cmp.Or(printer.Rows(e.rows(left)), err)
	case err != nil:
		return err
	case !found && jobs.Busy > 0 && !damaged:
		return errors.New("another process is working on the unfinished run")
	case !found && !damaged:
		e.a.notice("there is nothing unfinished")
	}
	if !found || discard {
		return e.print(nil)
	}
	return nil
}

// warnOfDamage names the damaged job files, which a new run does without, and
// says what can be read of them.
func (e execution[S]) warnOfDamage() {
	o, err := e.options()
	if err != nil {
		return
	}
	left, err := job.Unfinished(o, e.frame())
	if err != nil {
		return // starting a job meets the same error
	}
	for _, d := range left.Damaged {
		e.a.say("ignoring the damaged job file %s: %v; set it aside with: hubctl %s --discard", d.Path, d.Err, e.p.kind)
		e.tellHalf(d.Job, d.Left())
	}
}

// setAside puts damaged job files out of the way. Nothing in them is lost, so
// nobody is asked.
func (e execution[S]) setAside(all []job.Damaged[S]) error {
	var failed error
	for _, d := range all {
		if e.a.flags.dryRun {
			e.a.say("would set aside the damaged job file %s: %v", d.Path, d.Err)
			continue
		}
		aside, err := d.SetAside()
		if err != nil {
			failed = cmp.Or(failed, fmt.Errorf("cannot set aside the damaged job file %s: %w", d.Path, err))
			continue
		}
		e.a.say("set aside a damaged job file as %s: %v", aside, d.Err)
		e.tellHalf(d.Job, d.Left())
	}
	return failed
}

// cannotResume is the error of damaged job files. The other jobs are resumed.
func (e execution[S]) cannotResume(all []job.Damaged[S]) error {
	for _, d := range all {
		e.tellHalf(d.Job, d.Left())
	}
	errs := make([]error, len(all))
	for i, d := range all {
		errs[i] = fmt.Errorf("cannot resume the damaged job file %s: %w; set it aside with: hubctl %s --discard", d.Path, d.Err, e.p.kind)
	}
	return errors.Join(errs...)
}

// goOn asks before an earlier run is gone on with, as that was asked.
func (e execution[S]) goOn(ctx context.Context, j *job.Job[S]) error {
	left := j.Left()
	if len(left) == 0 {
		return nil
	}
	open := slices.DeleteFunc(slices.Clone(left), func(s S) bool {
		return e.p.checked != nil && e.p.checked(j.Past(s))
	})
	if err := cmp.Or(e.a.needSession(), e.check(ctx, open)); err != nil || e.p.harmless && !terminal.IsTerminal(e.a.io.In) {
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
	e.tellHalf(j, left)
	if n := len(acting(left)); n > 0 {
		were := "were"
		if n == 1 {
			were = "was"
		}
		e.a.notice("discarded: %s %s not %s", amount(n, e.p.things), were, e.p.done)
	}
	return nil
}

// tellHalf says how steps were left that were begun and have not ended.
func (e execution[S]) tellHalf(j *job.Job[S], left []S) {
	for _, s := range left {
		past := j.Past(s)
		switch {
		case e.p.half != nil && past.Data != nil:
			e.a.say("%s: %s", s.Key(), e.p.half(past))
		case past.Begun:
			e.a.say("%s was begun, and may be done", s.Key())
		}
	}
}

// settle finishes or undoes what earlier runs have begun.
func (e execution[S]) settle(ctx context.Context) error {
	if e.p.settle == nil {
		return nil
	}
	_, err := e.unfinished(ctx, func(j *job.Job[S]) error {
		var failed bulkError
		err := j.Run(ctx, func(ctx context.Context, s S, past job.Past) error {
			defer e.a.signals.hold()()
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

// unfinished calls do for each unfinished job, and returns what there is of them
// and the first error.
func (e execution[S]) unfinished(ctx context.Context, do func(*job.Job[S]) error) (left job.Leftovers[S], all error) {
	o, err := e.options()
	if err != nil {
		return left, err
	}
	left, err = job.Unfinished(o, e.frame())
	if err != nil {
		return left, err
	}
	for _, path := range left.Paths {
		j, err := job.Resume[S](o, path)
		if err == nil {
			err = do(j)
		}
		all = cmp.Or(all, err)
		if ctx.Err() != nil {
			break
		}
	}
	return left, all
}
