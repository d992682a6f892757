package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// An execution is one run of a planned command.
type execution[S planStep] struct {
	a   *app
	cmd *cobra.Command
	c   *dockerhub.Client
	p   project[S]

	missed *bulkError // what the plan lacks; nil = nothing
}

// frame is a plan without steps: for what, and for whom.
func (e execution[S]) frame() job.Plan[S] {
	return job.Plan[S]{Kind: e.p.kind, Origin: e.a.origin(), User: e.a.opened.session.User, Made: e.a.now}
}

func (e execution[S]) make(ctx context.Context, saved string, args []string) (plan job.Plan[S], missed *bulkError, err error) {
	plan = e.frame()
	if saved == "" {
		plan.Steps, plan.World, err = e.p.plan(ctx, e.c, args)
		if missed, ok := errors.AsType[*bulkError](err); ok {
			return plan, missed, nil
		}
		return plan, nil, err
	}
	b, err := e.a.io.ReadFile(ctx, saved)
	if saved == "-" {
		saved = "standard input"
	}
	if err == nil {
		plan, err = job.Load(saved, b, plan)
	}
	if err == nil {
		err = vetSteps(saved, plan.Steps)
	}
	if err == nil {
		if plan.Steps, err = e.p.adopt(plan.Steps); err != nil {
			err = fmt.Errorf("%w in %s: %w", job.ErrPlan, saved, err)
		}
	}
	if err != nil {
		return plan, nil, usageError{err}
	}
	if org := e.otherOrg(plan.Steps); org != "" {
		return plan, nil, usageError{fmt.Errorf("the plan in %s is about %s: --org contradicts it", saved, org)}
	}
	now, err := e.p.world(ctx, e.c, plan)
	if err == nil && (now == "" || now != plan.World) {
		err = hub.ConflictError(fmt.Sprintf("what the plan in %s was made from has changed since; nothing was done, so make a new plan", saved))
	}
	return plan, nil, err
}

// otherOrg is the organization of a step that is not the one of --org; "" = there
// is none, or --org was not given.
func (e execution[S]) otherOrg(steps []S) string {
	chosen := e.a.orgFlag()
	for _, s := range steps {
		if in, ok := any(s).(interface{ org() string }); ok && in.org() != "" && chosen.agrees("", in.org()) != nil {
			return in.org()
		}
	}
	return ""
}

func acting[S planStep](steps []S) []S {
	var all []S
	for _, s := range steps {
		if s.Acts() {
			all = append(all, s)
		}
	}
	return all
}

// summary says how much is to be done.
func (e execution[S]) summary(steps []S) string {
	n := len(acting(steps))
	text := strings.ToLower(e.p.verb) + " "
	if n < len(steps) {
		text += fmt.Sprintf("%d of ", n)
	}
	text += amount(len(steps), e.p.things)
	if e.p.about != nil {
		if about := e.p.about(acting(steps)); about != "" {
			text += ", " + about
		}
	}
	return text
}

// rows are the steps as a plan is printed. -q is for the next command, which
// gets what is acted on alone, each once.
func (e execution[S]) rows(steps []S) iter.Seq2[S, error] {
	if e.a.flags.quiet {
		steps = acting(steps)
		if e.p.whose != nil {
			steps = firsts(steps, e.p.whose)
		}
	}
	return values(steps)
}

// firsts are the first of those that have the same key.
func firsts[T any](all []T, key func(T) string) []T {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool {
		before := seen[key(v)]
		seen[key(v)] = true
		return before
	})
}

// shown is how many steps of a plan a person is shown before the question.
const shown = 20

func (e execution[S]) start(ctx context.Context, plan job.Plan[S]) error {
	a := e.a
	steps := acting(plan.Steps)
	if len(steps) == 0 {
		why := "no " + e.p.things
		if n := len(plan.Steps); n > 0 {
			why = fmt.Sprintf("of %s none is to be %s", amount(n, e.p.things), e.p.done)
		}
		a.notice("nothing to do: %s", why)
		if err := e.print(nil); err != nil || e.missed == nil {
			return err
		}
		return e.missed
	}
	plan.Steps = steps
	if err := cmp.Or(a.needSession(), e.check(ctx, steps)); err != nil {
		return err
	}
	if !e.p.harmless || terminal.IsTerminal(a.io.In) {
		if err := e.agree(ctx, "the plan", e.p.verb, steps); err != nil {
			return err
		}
	}
	o, err := e.options()
	if err != nil {
		return err
	}
	if left, err := job.Unfinished(o, e.frame()); err == nil && len(left.Paths) > 0 && e.p.settle == nil {
		a.notice("an earlier run is unfinished: resume it with hubctl %s --resume, or discard it with --discard", e.p.kind)
	}
	j, err := job.Start(o, plan)
	if err != nil {
		return err
	}
	return e.run(ctx, j)
}

// agree asks before something is done with steps, and shows them to who is asked.
func (e execution[S]) agree(ctx context.Context, what, verb string, steps []S) error {
	if !e.a.flags.yes && terminal.IsTerminal(e.a.io.In) {
		if err := e.show(what, steps); err != nil {
			return err
		}
	}
	ids := make([]string, len(steps))
	for i, s := range steps {
		ids[i] = s.Key()
	}
	return e.a.confirm(ctx, e.a.question(verb, e.p.things, nil, ids))
}

// show prints steps for a person who is going to be asked.
func (e execution[S]) show(what string, steps []S) error {
	o := e.a.options()
	o = output.Options{Format: "table", Terminal: terminal.IsTerminal(e.a.io.Err), Width: o.Width, Color: e.a.color(e.a.io.Err), Now: o.Now}
	printer, err := e.p.table.Printer(e.a.io.Err, o)
	if err != nil {
		return err
	}
	if err := printer.Rows(values(steps[:min(len(steps), shown)])); err != nil {
		return err
	}
	if more := len(steps) - shown; more > 0 {
		e.a.say("and %d more; --dry-run shows all", more)
	}
	e.a.say("%s: %s", what, e.summary(steps))
	return nil
}

func (e execution[S]) check(ctx context.Context, steps []S) error {
	if e.p.check == nil {
		return nil
	}
	return e.p.check(ctx, steps)
}

// waiting reports whether a step with this error only waits for a later run.
func waiting(err error) bool {
	later, ok := errors.AsType[*job.Later](err)
	return ok && later.Err == nil
}

// options are how jobs are kept. Refusals that the next step would meet too end
// them.
func (e execution[S]) options() (job.Options, error) {
	dir := e.a.paths().Jobs
	if dir == "" {
		return job.Options{}, errors.New("there is no place to keep what is unfinished: neither HOME nor XDG_DATA_HOME is set")
	}
	if err := lockfile.CheckFolder(dir); err != nil {
		return job.Options{}, err
	}
	unsure := func(err error) bool { return errors.Is(err, dockerhub.ErrUnreachable) }
	return job.Options{Dir: dir, Point: e.a.point, Unsure: unsure, Stop: func(err error) int {
		switch {
		case errors.Is(err, dockerhub.ErrRateLimited), errors.Is(err, dockerhub.ErrUnauthorized), errors.Is(err, errNotLoggedIn):
			return 1
		case errors.Is(err, dockerhub.ErrUnreachable):
			return 3
		case errors.Is(err, dockerhub.ErrForbidden), errors.Is(err, dockerhub.ErrPlan):
			return 5
		}
		return 0
	}}, nil
}

// run carries out a job, telling of every step, and prints what became of each.
func (e execution[S]) run(ctx context.Context, j *job.Job[S]) error {
	a := e.a
	var results []outcome
	var bulk bulkError
	left := j.Left()
	total := len(left)
	bar := progress{a: a, total: total, on: terminal.IsTerminal(a.io.Err) && total > shown && !a.wantsJSON()}
	told := context.AfterFunc(ctx, func() {
		bar.clear()
		a.notice("stopping after the step under way; a second signal stops at once")
	})
	err := j.Run(ctx, func(ctx context.Context, s S, past job.Past) error {
		defer a.signals.hold()()
		bar.at(len(results), s.Key())
		return e.p.do(ctx, e.c, j, s, past)
	}, func(s S, err error) {
		waits := waiting(err)
		if waits {
			err = nil // as far as it goes
		}
		results = append(results, outcome{s.Key(), e.p.done, err})
		switch {
		case err != nil:
			bulk.failed = append(bulk.failed, itemError{s.Key(), err})
		case bar.on, waits:
			bulk.done++
		default:
			bulk.done++
			done := e.p.done
			if e.p.became != nil {
				done = e.p.became(s)
			}
			a.notice("%s %s", done, s.Key())
		}
	})
	told()
	bar.clear()
	if closeErr := j.Close(); err == nil {
		err = closeErr
	}
	stopped, ok := errors.AsType[*job.Stopped](err)
	if ok {
		a.say("stopped: %d %s, %d left; go on with: hubctl %s --resume", bulk.done, e.p.done, stopped.Left, e.p.kind)
	} else if bar.on {
		a.notice("%s %d of %d %s", e.p.done, bulk.done, total, e.p.things)
	}
	if e.missed != nil {
		bulk.failed = append(bulk.failed, e.missed.failed...)
	}
	if len(bulk.failed) > 0 && (!ok || ctx.Err() == nil) {
		err = &bulk
	}
	if a.options().IsTable() {
		return err
	}
	if e.p.prints != nil && slices.ContainsFunc(left, e.p.prints) {
		return err
	}
	if printErr := e.print(results); printErr != nil && err == nil {
		return printErr
	}
	return err
}

// print prints what became of the steps, where a table would say nothing more
// than the notices.
func (e execution[S]) print(results []outcome) error {
	o := e.a.options()
	if o.IsTable() {
		return nil
	}
	o.Columns, o.Sort, o.Limit = nil, "", 0 // those of the plan
	if e.p.answers != nil {
		return e.p.answers(o)
	}
	p, err := outcomeTable(e.p.done).Printer(e.a.io.Out, o)
	if err != nil {
		return err
	}
	return p.Rows(values(results))
}
