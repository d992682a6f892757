package verb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/terminal"
)

// A planRun is one run of a planned command.
type planRun[S PlanStep] struct {
	a   *cli.App
	cmd *cobra.Command
	c   *dockerhub.Client
	p   PlanSpec[S]

	phrased bool            // titles of steps follow the verb without a noun
	missed  *job.BatchError // items that could not be planned; nil = none
}

// frame is the plan without its steps.
func (e planRun[S]) frame() job.Plan[S] {
	return job.Plan[S]{Kind: e.p.Kind, Origin: e.a.Settings.Origin(), User: e.a.Current.Session.User, Made: e.a.Now}
}

func (e planRun[S]) make(
	ctx context.Context, saved string, args []string,
) (plan job.Plan[S], missed *job.BatchError, err error) {
	plan = e.frame()
	if saved == "" {
		ctx, done := e.a.Reading(ctx, e.p.Things, args...)
		defer done()
		plan.Steps, plan.Fingerprint, err = e.p.Plan(ctx, e.c, args)
		if missed, ok := errors.AsType[*job.BatchError](err); ok {
			return plan, missed, nil
		}
		return plan, nil, err
	}
	b, err := e.a.IO.ReadFile(ctx, saved)
	if saved == "-" {
		saved = "standard input"
	}
	if err == nil {
		plan, err = job.Load(saved, b, plan)
	}
	if err == nil {
		err = VetSteps(saved, plan.Steps)
	}
	if err == nil {
		if plan.Steps, err = e.p.Adopt(plan.Steps); err != nil {
			err = fmt.Errorf("%w in %s: %w", job.ErrBadPlan, saved, err)
		}
	}
	if err != nil {
		return plan, nil, cli.NewUsageError(err)
	}
	if org := e.otherOrg(plan.Steps); org != "" {
		return plan, nil, cli.NewUsageError(fmt.Errorf("the plan in %s is for %s: drop --org or make a new plan", saved, org))
	}
	ctx, done := e.a.Reading(ctx, e.p.Things)
	defer done()
	now, err := e.p.Fingerprint(ctx, e.c, plan)
	if err == nil && (now == "" || now != plan.Fingerprint) {
		err = hub.ConflictError(fmt.Sprintf("the plan in %s is stale: something it depends on has changed; "+
			"make a new plan", saved))
	}
	return plan, nil, err
}

// otherOrg returns the organization of a step that contradicts --org, or "".
func (e planRun[S]) otherOrg(steps []S) string {
	chosen := cli.OrgFlag(e.a)
	for _, s := range steps {
		if org := organization(s); org != "" && chosen.Agrees("", org) != nil {
			return org
		}
	}
	return ""
}

func (e planRun[S]) start(ctx context.Context, plan job.Plan[S]) error {
	a := e.a
	steps := Acting(plan.Steps)
	if len(steps) == 0 {
		why := "no " + e.p.Things
		if n := len(plan.Steps); n > 0 {
			why = fmt.Sprintf("none of the %s will be %s", cli.Amount(n, e.p.Things), e.p.Done)
			if n == 1 {
				why = fmt.Sprintf("the %s will not be %s", cli.Singular(e.p.Things), e.p.Done)
			}
		}
		if e.missed != nil {
			return cmp.Or[error](e.print(nil), e.missed)
		}
		a.Notice("nothing to do: %s", why)
		return e.print(nil)
	}
	plan.Steps = steps
	if err := cmp.Or(a.NeedSession(), e.check(ctx, steps)); err != nil {
		return err
	}
	if !e.p.harmless || terminal.IsTerminal(a.IO.In) {
		if err := e.agree(ctx, "plan", e.p.Verb, steps); err != nil {
			return err
		}
	}
	o, err := e.options()
	if err == nil && e.p.Begin != nil {
		err = e.p.Begin(ctx)
	}
	if err != nil {
		return err
	}
	if left, err := job.Unfinished(o, e.frame()); err == nil && len(left.Paths) > 0 && e.p.Recover == nil {
		a.Notice("an earlier run is unfinished: resume it with hubctl %s --resume, or discard it with --discard", e.p.Kind)
	}
	j, err := job.Start(o, plan)
	if err != nil {
		return err
	}
	return e.run(ctx, j)
}

func (e planRun[S]) check(ctx context.Context, steps []S) error {
	if e.p.Check == nil {
		return nil
	}
	return e.p.Check(ctx, steps)
}

// options returns the options of jobs, which end early on failures that would affect
// every step.
func (e planRun[S]) options() (job.Options, error) {
	dir := e.a.Settings.ActivePaths().Jobs
	if dir == "" {
		return job.Options{}, errors.New("no folder to store the progress of the run: set HOME or XDG_DATA_HOME")
	}
	if err := lockfile.CheckFolder(dir); err != nil {
		return job.Options{}, err
	}
	unsure := func(err error) bool { return errors.Is(err, dockerhub.ErrUnreachable) }
	o := job.Options{Dir: dir, Failpoint: e.a.Failpoint, Ambiguous: unsure, Concurrency: e.a.Settings.Concurrency}
	if e.p.Sequential {
		o.Concurrency = 1
	}
	o.MaxFailures = func(err error) int {
		switch {
		case errors.Is(err, dockerhub.ErrRateLimited), errors.Is(err, dockerhub.ErrUnauthorized),
			errors.Is(err, cli.ErrNotLoggedIn):
			return 1
		case errors.Is(err, dockerhub.ErrUnreachable):
			return 3
		case errors.Is(err, dockerhub.ErrForbidden), errors.Is(err, dockerhub.ErrPaymentRequired):
			return 5
		}
		return 0
	}
	return o, nil
}

// run runs a job, prints a notice for each step, and then the outcomes.
func (e planRun[S]) run(ctx context.Context, j *job.Job[S]) error {
	a := e.a
	var results []outcome
	var bulk job.BatchError
	left := j.Left()
	total := len(left)
	brief := terminal.IsTerminal(a.IO.Err) && total > shown && !a.WantsJSON() // one notice for all steps
	bar := a.StartProgress(gerund(e.p.Verb)+" "+e.p.Things, total)
	defer bar.Done()
	told := context.AfterFunc(ctx, func() {
		a.Notice("stopping after the current step; interrupt again to stop now")
	})
	err := j.Run(ctx, func(ctx context.Context, s S, past job.Progress) error {
		defer a.Signals.Hold()()
		return e.p.Do(ctx, e.c, j, s, past)
	}, func(s S, err error) {
		waits := job.Waiting(err)
		if waits {
			err = nil // a later run does the rest
		}
		bar.Add(1, 0)
		results = append(results, outcome{id: s.Key(), done: e.p.Done, err: err})
		switch {
		case err != nil:
			bulk.Failed = append(bulk.Failed, job.ItemError{ID: s.Key(), Err: err})
		case brief, waits:
			bulk.Done++
		default:
			bulk.Done++
			done := e.p.Done
			if e.p.Became != nil {
				done = e.p.Became(s)
			}
			a.Notice("%s %s", done, e.named(s))
		}
	})
	told()
	bar.Done()
	if closeErr := j.Close(); err == nil {
		err = closeErr
	}
	stopped, ok := errors.AsType[*job.Stopped](err)
	if ok {
		a.Warn("stopped: %d %s, %d left; resume with: hubctl %s --resume", bulk.Done, e.p.Done, stopped.Left, e.p.Kind)
	} else if brief {
		a.Notice("%s %d of %d %s", e.p.Done, bulk.Done, total, e.p.Things)
	}
	if e.missed != nil {
		bulk.Failed = append(bulk.Failed, e.missed.Failed...)
	}
	if len(bulk.Failed) > 0 && (!ok || ctx.Err() == nil) {
		err = &bulk
	}
	if a.Options().IsTable() {
		return err
	}
	if e.p.Prints != nil && slices.ContainsFunc(left, e.p.Prints) {
		return err
	}
	if printErr := e.print(results); printErr != nil && err == nil {
		return printErr
	}
	return err
}

// print prints the outcomes, except in a table, which would only repeat the notices.
func (e planRun[S]) print(results []outcome) error {
	o := e.a.Options()
	if o.IsTable() {
		return nil
	}
	o.Columns, o.Sort, o.Limit = nil, "", 0 // they apply to the plan
	if e.p.answers != nil {
		ids := make([]string, len(results))
		for i, r := range results {
			ids[i] = r.id
		}
		return e.p.answers(o, ids)
	}
	p, err := outcomeTable(e.p.Done).Printer(e.a.Out(), o)
	if err != nil {
		return err
	}
	return p.Rows(seq.Of(results))
}
