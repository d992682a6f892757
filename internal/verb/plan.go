package verb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// A PlanStep is a row of a plan.
type PlanStep interface {
	job.Step
	output.Row
	// Acts reports whether the step changes something.
	Acts() bool
	// Names returns the names used in its requests. None may be empty.
	Names() []string
}

// A PlanSpec describes a verb that makes, shows and applies a plan.
type PlanSpec[S PlanStep] struct {
	Kind       string // the command, such as "tags prune"
	Verb, Done string // for questions and notices, such as "Delete" and "deleted"
	Things     string // the things that steps act on; "" = the things of the noun, such as "tags"
	Table      output.Table[S]

	// Plan returns the steps and a fingerprint of everything they depend on. It
	// changes nothing. A *job.BatchError lists items that could not be planned.
	Plan func(ctx context.Context, c *dockerhub.Client, args []string) (steps []S, world string, err error)
	// Fingerprint returns the fingerprint that Plan would now return for a saved
	// plan, or "" if Plan would return different steps.
	Fingerprint func(ctx context.Context, c *dockerhub.Client, p job.Plan[S]) (string, error)
	// Whose returns what -q prints for a step, which steps may share; nil = Key.
	Whose func(S) string
	// About returns a supplement to the summary of a plan; may be nil.
	About func(steps []S) string
	// Do applies a step, which an earlier run may have finished already. Its error is
	// a *job.Deferred if the step has not ended. Unless the steps are Sequential, it
	// is called from several goroutines.
	Do func(ctx context.Context, c *dockerhub.Client, j *job.Job[S], s S, past job.Progress) error

	// Sequential steps run one after another; a step may depend on those before it.
	Sequential bool

	// WithPlan are flags for values that a plan does not hold; --plan allows them.
	WithPlan []string
	// Adopt completes the steps of a saved plan, which may have been edited, and
	// refuses steps that the command would not have planned. It sends nothing.
	Adopt func(steps []S) ([]S, error)
	// Check refuses steps that cannot succeed, before anything is changed. Without
	// steps, it checks only the command line. May be nil.
	Check func(ctx context.Context, steps []S) error
	// Begin is called when the plan was agreed to, before its first step; its error ends the
	// command. May be nil.
	Begin func(ctx context.Context) error
	// Checked reports whether a step that an earlier run began needs no Check; nil =
	// every step needs it.
	Checked func(past job.Progress) bool
	// Recover finishes or undoes a step that an earlier run began, before a new plan
	// is made; nil = unfinished jobs wait for --resume.
	Recover func(ctx context.Context, c *dockerhub.Client, j *job.Job[S], s S, past job.Progress) error
	// InterruptedState describes what a discarded step leaves behind, from the data
	// that Do stored; nil = Do stores nothing.
	InterruptedState func(past job.Progress) string
	// Became returns the past tense for a finished step; nil = Done.
	Became func(s S) string
	// Prints reports whether Do itself prints the result of a step; may be nil.
	Prints func(S) bool
	// harmless verbs destroy nothing, so they need no --yes without a terminal.
	harmless bool
	// rehearse runs a job with a client that prints requests instead of sending
	// them, for --dry-run; nil = the steps are printed.
	rehearse func(ctx context.Context, c *dockerhub.Client, j *job.Job[S]) error
	// answers prints the server's responses to these steps, except in a table; nil =
	// an outcome for each step is printed.
	answers func(o output.Options, steps []string) error
}

// Planned finishes a command that makes a plan, shows it and, once confirmed, applies
// it. --dry-run only shows it, --plan-out saves it, --plan applies a saved one,
// --resume resumes an interrupted run and --discard drops it. Arguments, and the flags
// that cmd already has, shape a plan and are refused where none is made.
func Planned[S PlanStep](a *cli.App, cmd *cobra.Command, p PlanSpec[S]) *cobra.Command {
	f := cmd.Flags()
	var decisions []string
	f.VisitAll(func(flag *pflag.Flag) { decisions = append(decisions, flag.Name) })
	out := f.String("plan-out", "", "save the plan to `file` (-: standard output), do not apply it")
	in := f.String("plan", "", "apply the plan in `file` (refused if anything changed since)")
	f.Bool("resume", false, "resume the interrupted run")
	f.Bool("discard", false, "discard the interrupted run")
	cli.Exclusive(cmd, "plan-out", "plan", "resume", "discard")
	whole := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		by := Decided(cmd)
		if err := checkPlanned(a, cmd, by, p.replaced(by, decisions), args, p.Prints != nil); err != nil || by != "" {
			return err
		}
		return whole(cmd, args)
	}
	cli.DeclareColumns(cmd, p.Table.Names())
	cli.Honors(cmd, cli.RowFlags...)
	cli.Confirms(cmd)
	cli.ExitsWith(cmd, 7, "some items failed")
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		if _, err := os.Stat(filepath.Dir(*out)); err != nil { // the folder of "" exists
			return cli.NewUsageError(fmt.Errorf("--plan-out: %w", err))
		}
		printer, c, err := Prepare(ctx, a, cmd, p.Table, a.Options())
		if err != nil {
			return err
		}
		e := planRun[S]{a: a, cmd: cmd, c: c, p: p, phrased: p.Things != ""}
		e.p.Things = cmp.Or(p.Things, cli.Things(cmd))
		if by := Decided(cmd); by == "resume" || by == "discard" {
			return e.resume(ctx, printer, by == "discard")
		}
		var unsettled error
		if *out == "" && !a.Flags.DryRun {
			if err := e.check(ctx, nil); err != nil {
				return err
			}
			e.warnOfDamage()
			if a.Flags.Yes || terminal.IsTerminal(a.IO.In) {
				unsettled = e.recover(ctx)
			}
		}
		var plan job.Plan[S]
		if plan, e.missed, err = e.make(ctx, *in, args); err != nil {
			return err
		}
		switch {
		case *out != "" && e.missed != nil:
			return e.missed // a saved plan is complete
		case *out != "":
			b, err := plan.Encode()
			switch {
			case err != nil:
				return err
			case *out == "-":
				return a.Print(string(b))
			}
			if err := lockfile.Write(*out, b); err != nil {
				return err
			}
			a.Change()
			a.Notice("saved the plan to %s; apply it with: hubctl %s --plan %s", *out, p.Kind, *out)
			return printer.Rows(e.rows(plan.Steps))
		case a.Flags.DryRun:
			if len(plan.Steps) > 0 {
				a.Notice("plan: %s", e.summary(plan.Steps))
			}
			if p.rehearse != nil {
				return p.rehearse(ctx, c, &job.Job[S]{Plan: plan})
			}
			err := printer.Rows(e.rows(plan.Steps))
			if err == nil && e.missed != nil {
				err = &output.Partial{Printed: len(plan.Steps), Err: e.missed}
			}
			return err
		}
		return cmp.Or(e.start(ctx, plan), unsettled)
	})
}

// replaced returns the flags that cannot be combined with the flag by.
func (p PlanSpec[S]) replaced(by string, decisions []string) []string {
	return slices.DeleteFunc(slices.Clone(decisions), func(name string) bool {
		return by == "plan" && slices.Contains(p.WithPlan, name)
	})
}

// Decided returns the flag that names an existing plan or run; "" = make a new plan.
func Decided(cmd *cobra.Command) string {
	for _, name := range []string{"plan", "resume", "discard"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() != "false" {
			return name
		}
	}
	return ""
}

// checkPlanned refuses flags and arguments that would be ignored: they shape a plan,
// but the flag by names an existing one, or its output, but no plan is printed.
func checkPlanned(a *cli.App, cmd *cobra.Command, by string, decisions, args []string, prints bool) error {
	f := cmd.Flags()
	if a.Flags.Limit != 0 && (!a.Flags.DryRun || f.Changed("plan-out")) {
		return errors.New("--limit applies only to the rows of --dry-run")
	}
	for _, name := range []string{"sort", "columns"} {
		if printed := a.Flags.DryRun || f.Changed("plan-out"); f.Changed(name) && !printed && (name != "columns" || !prints) {
			return fmt.Errorf("--%s applies only to the plan that --dry-run or --plan-out prints", name)
		}
	}
	if by == "" {
		return nil
	}
	for _, name := range append(slices.Clone(decisions), cli.PlaceFlags(cmd)...) {
		if ofOrg := name == "org" && !slices.Contains(cli.PlaceFlags(cmd), "namespace"); f.Changed(name) && !ofOrg {
			return fmt.Errorf("--%s cannot be combined with --%s", by, name)
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("--%s takes no arguments", by)
	}
	return nil
}

// VetSteps refuses a saved plan with a step whose names are empty or secrets.
func VetSteps[S PlanStep](file string, steps []S) error {
	for i, s := range steps {
		for _, name := range s.Names() {
			if err := cli.VetName(name); err != nil {
				return fmt.Errorf("%s: step %d: %w", file, i+1, err)
			}
		}
	}
	return nil
}
