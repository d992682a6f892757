package verb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// resume continues or discards interrupted runs.
func (e planRun[S]) resume(ctx context.Context, printer *output.Printer[S], discard bool) error {
	var left []S // to show
	rehearses := e.p.rehearse != nil && e.a.Flags.DryRun && !discard
	jobs, err := e.unfinished(ctx, func(j *job.Job[S]) error {
		if org := e.otherOrg(j.Steps); org != "" {
			e.a.Notice("skipped an unfinished run for %s", org)
			return j.Close()
		}
		switch {
		case rehearses:
			return errors.Join(e.p.rehearse(ctx, e.c, j), j.Close())
		case e.a.Flags.DryRun:
			left = append(left, j.Left()...)
			return j.Close()
		case discard:
			return errors.Join(e.discard(ctx, j), j.Close())
		}
		if err := e.resumeOne(ctx, j); err != nil {
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
	case e.a.Flags.DryRun && !rehearses && found:
		return cmp.Or(printer.Rows(e.rows(left)), err)
	case err != nil:
		return err
	case !found && jobs.Busy > 0 && !damaged:
		return errors.New("another process is working on the unfinished run")
	case !found && !damaged:
		e.a.Notice("no unfinished run")
	}
	if !found || discard {
		return e.print(nil)
	}
	return nil
}

// warnOfDamage warns about damaged job files, which a new run ignores, with any data
// that can be read from them.
func (e planRun[S]) warnOfDamage() {
	o, err := e.options()
	if err != nil {
		return
	}
	left, err := job.Unfinished(o, e.frame())
	if err != nil {
		return // starting a job reports the same error
	}
	for _, d := range left.Damaged {
		e.a.Warn("ignoring the damaged job file %s: %v; set it aside with: hubctl %s --discard", d.Path, d.Err, e.p.Kind)
		e.tellHalf(d.Job, d.Left())
	}
}

// setAside renames damaged job files. Nothing is lost, so it does not ask.
func (e planRun[S]) setAside(all []job.Damaged[S]) error {
	var failed error
	for _, d := range all {
		if e.a.Flags.DryRun {
			e.a.Warn("would set aside the damaged job file %s: %v", d.Path, d.Err)
			continue
		}
		aside, err := d.SetAside()
		if err != nil {
			failed = cmp.Or(failed, fmt.Errorf("cannot set aside the damaged job file %s: %w", d.Path, err))
			continue
		}
		e.a.Warn("set aside a damaged job file as %s: %v", aside, d.Err)
		e.tellHalf(d.Job, d.Left())
	}
	return failed
}

// cannotResume returns the error for damaged job files. Other jobs are resumed.
func (e planRun[S]) cannotResume(all []job.Damaged[S]) error {
	for _, d := range all {
		e.tellHalf(d.Job, d.Left())
	}
	errs := make([]error, len(all))
	for i, d := range all {
		errs[i] = fmt.Errorf("cannot resume the damaged job file %s: %w; set it aside with: hubctl %s --discard",
			d.Path, d.Err, e.p.Kind)
	}
	return errors.Join(errs...)
}

// resumeOne asks before it resumes an interrupted run, if the run itself asked.
func (e planRun[S]) resumeOne(ctx context.Context, j *job.Job[S]) error {
	left := j.Left()
	if len(left) == 0 {
		return nil
	}
	open := slices.DeleteFunc(slices.Clone(left), func(s S) bool {
		return e.p.Checked != nil && e.p.Checked(j.Past(s))
	})
	if err := cmp.Or(e.a.NeedSession(), e.check(ctx, open)); err != nil ||
		e.p.harmless && !terminal.IsTerminal(e.a.IO.In) {
		return err
	}
	return e.agree(ctx, "unfinished", "Resume and "+strings.ToLower(e.p.Verb), left)
}

// discard deletes a job, and reports what it may leave unfinished.
func (e planRun[S]) discard(ctx context.Context, j *job.Job[S]) error {
	left := j.Left()
	if len(left) > 0 {
		if err := e.agree(ctx, "unfinished", "Discard the plan to "+strings.ToLower(e.p.Verb), left); err != nil {
			return err
		}
	}
	if err := j.Discard(); err != nil {
		return err
	}
	e.tellHalf(j, left)
	if n := len(Acting(left)); n > 0 {
		were := "were"
		if n == 1 {
			were = "was"
		}
		e.a.Notice("discarded: %s %s not %s", cli.Amount(n, e.p.Things), were, e.p.Done)
	}
	return nil
}

// tellHalf describes the state of steps that were started but not finished.
func (e planRun[S]) tellHalf(j *job.Job[S], left []S) {
	for _, s := range left {
		past := j.Past(s)
		switch {
		case e.p.InterruptedState != nil && past.Data != nil:
			e.a.Warn("%s: %s", s.Key(), e.p.InterruptedState(past))
		case past.Begun:
			e.a.Warn("%s was started and may be finished", s.Key())
		}
	}
}

// recover finishes or undoes interrupted runs.
func (e planRun[S]) recover(ctx context.Context) error {
	if e.p.Recover == nil {
		return nil
	}
	_, err := e.unfinished(ctx, func(j *job.Job[S]) error {
		var failed job.BatchError
		err := j.Run(ctx, func(ctx context.Context, s S, past job.Progress) error {
			defer e.a.Signals.Hold()()
			return e.p.Recover(ctx, e.c, j, s, past)
		}, func(s S, err error) {
			if err != nil && !job.Waiting(err) {
				text := fmt.Sprintf("unfinished: %s: %v", s.Key(), err)
				if _, later := errors.AsType[*job.Deferred](err); later {
					text += fmt.Sprintf("; discard it with: hubctl %s --discard", e.p.Kind)
				}
				e.a.Warn("%s", text)
				failed.Failed = append(failed.Failed, job.ItemError{ID: s.Key(), Err: err})
			}
		})
		if closeErr := j.Close(); err == nil {
			err = closeErr
		}
		if len(failed.Failed) > 0 {
			err = &failed
		}
		return err
	})
	return err
}

// unfinished calls do for each unfinished job, and returns the jobs and the first
// error.
func (e planRun[S]) unfinished(ctx context.Context, do func(*job.Job[S]) error) (left job.Leftovers[S], all error) {
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
