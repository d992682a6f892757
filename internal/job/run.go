package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/hubctl/hubctl/internal/seq"
)

// A Stopped is a job that ended before all steps were tried. It wraps the reason.
type Stopped struct { //nolint:errname // job.StoppedError would say no more
	Left int // number of unfinished steps
	Err  error
}

func (e *Stopped) Error() string {
	return fmt.Sprintf("stopped with %d remaining: %v", e.Left, e.Err)
}

// Unwrap returns why the job stopped.
func (e *Stopped) Unwrap() error { return e.Err }

// A Deferred is the error of an unfinished step: its job stays, and a later run gets
// its saved progress. Err is the failure, or nil if the step only waits.
type Deferred struct{ Err error } //nolint:errname // as Stopped

func (e *Deferred) Error() string {
	if e.Err == nil {
		return "unfinished, to be resumed later"
	}
	return e.Err.Error()
}

// Unwrap returns the failure.
func (e *Deferred) Unwrap() error { return e.Err }

// Waiting reports whether a step with this error only waits for a later run.
func Waiting(err error) bool {
	later, ok := errors.AsType[*Deferred](err)
	return ok && later.Err == nil
}

// A Dependent step runs only after the steps before it in the plan that have these keys
// or belong to these groups.
type Dependent interface {
	Step
	After() []string
}

// A Grouped step belongs to a group, by which others can depend on it.
type Grouped interface {
	Step
	Group() string
}

// Run does the remaining steps in order, at most Options.Concurrency at a time. It
// saves the outcome of each step at once, and reports outcomes in the order of the
// steps. When ctx ends, it starts no more steps, but does not interrupt any.
//
// The failure of a step is only reported. Run returns a *Stopped if it did not try
// every step, or if failures stopped the job: these steps remain for a later run. A
// step whose error is a *Deferred remains too, but does not make Run fail.
func (j *Job[S]) Run(ctx context.Context, do func(context.Context, S, Progress) error, report func(S, error)) error {
	r := runner[S]{Job: j, ctx: ctx, do: do}
	var row []record      // failures in a row; enough of them stop the job
	var stop, doubt error // doubt is the last failure in row, if its step may have been done
	deferred := false
	tried := seq.ParallelMap(context.WithoutCancel(ctx), max(j.o.Concurrency, 1), inOrder(j.Left()), r.try)
	for t := range tried { //nolint:errcheck // try returns no errors
		if t.tried {
			report(t.step, t.err)
		}
		_, later := errors.AsType[*Deferred](t.err)
		deferred = deferred || later
		switch limit := j.maxFailures(t.err); {
		case t.stop != nil, stop != nil:
			stop = cmp.Or(stop, t.stop)
		case later:
		case limit == 0: // the earlier failures do not stop the job
			stop = j.end(row)
			row, doubt = nil, nil
		default:
			row, doubt = append(row, t.record(failed)), nil
			if j.ambiguous(t.err) {
				doubt = t.err
			}
			if len(row) >= limit {
				stop = t.err
			}
		}
		if stop != nil {
			r.stopped.Store(true)
		}
	}
	if stop = cmp.Or(stop, doubt); stop != nil {
		return &Stopped{len(j.Left()), stop}
	}
	if deferred {
		return nil
	}
	j.o.failpoint("all ended")
	return j.remove()
}

// end saves the outcomes of steps.
func (j *Job[S]) end(all []record) error {
	for _, n := range all {
		if err := j.write(n); err != nil {
			return err
		}
	}
	return nil
}

// A runner is one call of Run.
type runner[S Step] struct {
	*Job[S]
	ctx     context.Context //nolint:containedctx // of the call
	do      func(context.Context, S, Progress) error
	stopped atomic.Bool
}

// A turn is a step's place in a run, and how it ended.
type turn[S Step] struct {
	step  S
	after []<-chan struct{} // closed when the steps that it depends on have ended
	ended chan struct{}
	tried bool
	err   error // of the step
	stop  error // why the step was not tried, or its outcome not saved
}

func (t turn[S]) record(state string) record {
	n := record{Key: t.step.Key(), State: state}
	if state == failed {
		n.Error = t.err.Error()
	}
	return n
}

// inOrder gives each step its turn.
func inOrder[S Step](steps []S) iter.Seq2[turn[S], error] {
	ended := map[string][]<-chan struct{}{}
	turns := make([]turn[S], len(steps))
	for i, s := range steps {
		turns[i] = turn[S]{step: s, ended: make(chan struct{})}
		if d, ok := any(s).(Dependent); ok {
			for _, name := range d.After() {
				turns[i].after = append(turns[i].after, ended[name]...)
			}
		}
		ended[s.Key()] = append(ended[s.Key()], turns[i].ended)
		if g, ok := any(s).(Grouped); ok {
			ended[g.Group()] = append(ended[g.Group()], turns[i].ended)
		}
	}
	return seq.Of(turns)
}

// try does a step unless the run has stopped, and saves the outcome. It returns errors
// in the turn only.
func (r *runner[S]) try(_ context.Context, t turn[S]) (turn[S], error) {
	defer close(t.ended)
	for _, before := range t.after {
		<-before
	}
	if r.ctx.Err() != nil || r.stopped.Load() {
		t.stop = context.Cause(r.ctx) //nolint:contextcheck // the context of Run
		return t, nil
	}
	if t.stop = r.write(t.record(begun)); t.stop != nil {
		return t, nil
	}
	key := t.step.Key()
	r.o.failpoint("begun " + key)
	t.tried = true
	t.err = r.do(context.WithoutCancel(r.ctx), t.step, r.past[key]) //nolint:contextcheck // likewise
	r.o.failpoint("did " + key)
	if state := r.state(t.err); state != "" {
		t.stop = r.write(t.record(state))
		r.o.failpoint("ended " + key)
	}
	return t, nil
}

// state returns the state to save for a step that returned err, or "" if the step has
// not ended.
func (j *Job[S]) state(err error) string {
	_, deferred := errors.AsType[*Deferred](err)
	switch {
	case deferred:
		return ""
	case err == nil:
		return done
	case j.maxFailures(err) == 0:
		return failed
	case j.ambiguous(err):
		return begun
	}
	return refused
}

// maxFailures returns the number of failures like err in a row that stop the job;
// 0 = any number is fine.
func (j *Job[S]) maxFailures(err error) int {
	if err == nil || j.o.MaxFailures == nil {
		return 0
	}
	return j.o.MaxFailures(err)
}

// ambiguous reports whether a step that failed with err may have been done.
func (j *Job[S]) ambiguous(err error) bool { return j.o.Ambiguous != nil && j.o.Ambiguous(err) }
