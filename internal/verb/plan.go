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
	// Acts reports whether something is to be done, and not only said.
	Acts() bool
	// Names are the names that its requests need: none may be empty.
	Names() []string
}

// A PlanSpec is a verb that plans, shows and does.
type PlanSpec[S PlanStep] struct {
	Kind       string // the command, such as "tags prune"
	Verb, Done string // of the question and of the notices, such as "Delete" and "deleted"
	Things     string // what the steps are, such as "tags"
	Table      output.Table[S]

	// plan reads what is needed and says what is to be done, with a fingerprint
	// of what it has seen. It changes nothing. An error that is a *job.BatchError tells
	// what could not be read: the rest is planned all the same.
	Plan func(ctx context.Context, c *dockerhub.Client, args []string) (steps []S, world string, err error)
	// world is the fingerprint that plan would give now for a plan that was saved,
	// or "" if plan would not give its steps.
	Fingerprint func(ctx context.Context, c *dockerhub.Client, p job.Plan[S]) (string, error)
	// whose is what -q prints of a step, where several may have the same; nil = no
	// two have.
	Whose func(S) string
	// about is said of a plan beside the number of its steps; may be nil.
	About func(steps []S) string
	// do does a step. One that an earlier run has begun may have been done. Its
	// error is a *job.Later if the step has not ended.
	Do func(ctx context.Context, c *dockerhub.Client, j *job.Job[S], s S, past job.Progress) error

	// beside are flags that count with --plan, too: what a plan does not carry.
	Beside []string
	// adopt makes the steps of a saved plan whole, and refuses those that the
	// command would not have planned: a plan is a file that anybody may have
	// edited. It sends nothing.
	Adopt func(steps []S) ([]S, error)
	// check refuses, before anything is changed, what cannot be carried out:
	// without steps, as far as the command line tells; may be nil.
	Check func(ctx context.Context, steps []S) error
	// checked reports whether check has nothing more to say about a step that an
	// earlier run has begun; nil = it always has.
	Checked func(past job.Progress) bool
	// settle finishes or undoes a step that an earlier run has begun, before a
	// new plan is made; nil = unfinished jobs wait for --resume.
	Recover func(ctx context.Context, c *dockerhub.Client, j *job.Job[S], s S, past job.Progress) error
	// half says of a step that was begun and is forgotten how it was left, going by
	// what do has kept; nil = do keeps nothing.
	InterruptedState func(past job.Progress) string
	// prints reports whether do prints what becomes of a step by itself; may be nil.
	Prints func(S) bool
	// harmless: it destroys nothing, so it needs no --yes where nobody can be asked.
	harmless bool
	// rehearse does the steps that are left of a job with a client that prints
	// requests instead of sending them: --dry-run; nil = the steps are printed.
	rehearse func(ctx context.Context, c *dockerhub.Client, j *job.Job[S]) error
	// became says what became of a step that was done; nil = what done says.
	became func(s S) string
	// answers prints what the server answered, in a format that is not the table;
	// nil = an outcome for each step is printed.
	answers func(o output.Options) error
}

// Planned finishes a command that makes a plan, shows it, and carries it out
// once it was confirmed: --dry-run only shows it, --plan-out saves it, --plan
// carries out a saved one, --resume one that was begun, and --discard forgets
// that. The flags that cmd has by now decide what is to be done, as its
// arguments do: they count only where a plan is to be made.
func Planned[S PlanStep](a *cli.App, cmd *cobra.Command, p PlanSpec[S]) *cobra.Command {
	f := cmd.Flags()
	var decisions []string
	f.VisitAll(func(flag *pflag.Flag) { decisions = append(decisions, flag.Name) })
	out := f.String("plan-out", "", "save the plan in this `file` (- is standard output) instead of carrying it out")
	in := f.String("plan", "",
		"carry out the plan in this `file` (- is standard input), unless the world has changed under it")
	f.Bool("resume", false, "go on with what was begun and not finished")
	f.Bool("discard", false, "forget what was begun and not finished, and leave it as it is")
	cmd.MarkFlagsMutuallyExclusive("plan-out", "plan", "resume", "discard")
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
	cli.ExitsWith(cmd, 7, "some steps succeeded and some failed")
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		if _, err := os.Stat(filepath.Dir(*out)); err != nil { // that of "" is there
			return cli.NewUsageError(fmt.Errorf("--plan-out: %w", err))
		}
		printer, c, err := prepare(ctx, a, cmd, p.Table, a.Options())
		if err != nil {
			return err
		}
		e := planRun[S]{a: a, cmd: cmd, c: c, p: p}
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
			return e.missed // a saved plan is whole
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
			a.Notice("the plan is in %s; carry it out with: hubctl %s --plan %s", *out, p.Kind, *out)
			return printer.Rows(e.rows(plan.Steps))
		case a.Flags.DryRun:
			if len(plan.Steps) > 0 {
				a.Notice("the plan: %s", e.summary(plan.Steps))
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

// replaced are the decisions that a saved one replaces.
func (p PlanSpec[S]) replaced(by string, decisions []string) []string {
	return slices.DeleteFunc(slices.Clone(decisions), func(name string) bool {
		return by == "plan" && slices.Contains(p.Beside, name)
	})
}

// Decided is the flag that says what is to be done by naming what was decided
// before; "" = a plan is to be made.
func Decided(cmd *cobra.Command) string {
	for _, name := range []string{"plan", "resume", "discard"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() != "false" {
			return name
		}
	}
	return ""
}

// checkPlanned refuses what would be ignored: beside a decision of before, given
// by that flag, whatever makes another; and what only shapes a plan that is
// printed, columns unless the verb prints what it has done by itself.
func checkPlanned(a *cli.App, cmd *cobra.Command, by string, decisions, args []string, prints bool) error {
	f := cmd.Flags()
	if a.Flags.Limit != 0 && (!a.Flags.DryRun || f.Changed("plan-out")) {
		return errors.New("--limit does not limit what is done, only the rows that --dry-run shows")
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
			return fmt.Errorf("--%s says by itself what is to be done: leave out --%s", by, name)
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("--%s says by itself what is to be done, and takes no arguments", by)
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
