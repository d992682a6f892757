package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os/exec"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
	"github.com/hubctl/hubctl/internal/verb"
)

// rotationTable has the columns of a plan and of a new token.
func rotationTable(k rotation.Kind) output.Table[rotation.Step] {
	return output.Table[rotation.Step]{
		{Name: k.IDField, Key: true, Cell: func(s rotation.Step) output.Value { return output.Text(s.ID) }},
		{Name: "label", Cell: func(s rotation.Step) output.Value { return output.Text(s.Label) }},
		{Name: "action", Cell: func(s rotation.Step) output.Value {
			if s.Skip != "" {
				return output.Text("skip: " + s.Skip)
			}
			return output.Text("rotate")
		}},
		{Name: "expires", Wide: true, Cell: func(s rotation.Step) output.Value { return output.Time(s.Ends.Time) }},
		{Name: "new_expires", Cell: func(s rotation.Step) output.Value { return output.Time(s.NewEnds.Time) }},
		{Name: "to", Cell: func(s rotation.Step) output.Value { return output.Text(s.To.String()) }},
		{
			Name: "grace", Wide: true,
			Cell: func(s rotation.Step) output.Value { return output.Text(s.GracePeriod().String()) },
		},
		{Name: "steps", Wide: true, Cell: func(s rotation.Step) output.Value { return output.List(s.Does) }},
		{Name: "new_" + k.IDField, Wide: true, Cell: func(s rotation.Step) output.Value { return output.Text(s.New.ID) }},
		{Name: "secret", Wide: true, Cell: func(s rotation.Step) output.Value { return output.Text(s.New.Secret) }},
	}
}

func tokensRotate(a *cli.App) *cobra.Command {
	return rotate(a, rotation.PersonalTokens(a.Me), completeTokens(a), "  hubctl tokens rotate", "release-bot")
}

func orgTokensRotate(a *cli.App) *cobra.Command {
	return rotate(a, rotation.OrgTokens(a.Org), completeOrgTokens(a), "  hubctl org-tokens rotate --org acme", "ci-pull")
}

func rotate(a *cli.App, k rotation.Kind, complete cobra.CompletionFunc, call, label string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "rotate [TOKEN...]", Short: "Replace tokens with new ones", ValidArgsFunction: complete,
		Long: `Replace tokens with new ones of the same label and rights. For each token:

  1. create the new token
  2. verify it by logging in with it once
  3. deliver its secret: print it, or use the destination given by a flag
  4. deactivate the old token
  5. delete the old token now or, with --grace, in a later run

If a step fails, the old token keeps working, the new one is deleted, and files
are restored. If the new secret was already printed or passed to a command,
hubctl warns that it is invalid. If the undo fails as well, hubctl lists
everything that remains. Resume an interrupted run with --resume; the next
rotate also finishes or undoes it.

For a while, both tokens exist and count toward the limit on tokens. Without
--expires, the new token gets the lifetime of the old one, from now. During
--grace, ` + "`" + k.Noun + ` patch --active` + "`" + ` reactivates the old token and keeps it.

Of two tokens with the same label, rotate replaces the active one.

Each secret is printed as a separate document, as soon as it exists. Files get
mode 0600. {label} and {` + k.IDField + `} in file names and --env-name stand for the values
of the old token. --exec runs its command with sh -c (cmd /c on Windows), with
TOKEN_LABEL, TOKEN_ID and TOKEN_USER in its environment and without hubctl's own
secrets; it must exit with 0.

A saved plan does not say where the secrets go: pass --write-file, --write-env,
--exec or --docker-login with --plan, or the secrets are printed. Rotation
refuses to start if they would be printed to a closed output or the null device.`,
		Example: call + " " + label + " --expires 90d\n" +
			call + " --expiring-within 14d --yes \\\n    --write-file 'secrets/{label}'\n" +
			call + " " + label + " --yes \\\n    --exec 'gh secret set DOCKERHUB_TOKEN'\n" +
			call + " --resume --yes",
	}
	r := &rotateCommand{a: a, kind: k}
	r.declareFlags(cmd)
	saves := false // the plan, which holds no destination
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if saves = cmd.Flags().Changed("plan-out"); saves && r.to.delivery().By != rotation.ToStdout {
			return errors.New("a saved plan does not say where the secrets go: pass that flag with --plan instead")
		}
		if r.expiring.Changed() == (len(args) > 0) {
			return errors.New("expected either TOKEN... or --expiring-within")
		}
		for _, arg := range args { // checked before an earlier run is finished or undone
			if _, err := verb.ParseName(arg); err != nil {
				return err
			}
		}
		return nil
	}
	engine := rotation.New(r.env(), k)
	return verb.Planned(a, cmd, verb.PlanSpec[rotation.Step]{
		Kind: k.Noun + " rotate", Verb: "Rotate", Done: "rotated", Table: rotationTable(k),
		Sequential: true,
		Plan: func(ctx context.Context, c *dockerhub.Client, args []string) ([]rotation.Step, string, error) {
			var missing job.BatchError
			q, err := r.request(ctx, args, &missing)
			if err != nil {
				return nil, "", err
			}
			if saves {
				q.To = rotation.Delivery{}
			}
			steps, sum, err := engine.Plan(ctx, c, q)
			if err == nil && len(missing.Failed) > 0 {
				err = &missing
			}
			return steps, sum, err
		},
		Adopt: func(steps []rotation.Step) ([]rotation.Step, error) { return engine.Adopt(steps, r.to.delivery()) },
		Check: r.check, Checked: rotation.Delivered, WithPlan: deliveryFlagNames,
		Fingerprint: engine.Fingerprint, Do: engine.Do, Recover: engine.Recover, InterruptedState: rotation.InterruptedState,
		Prints: func(s rotation.Step) bool { return s.To.By == rotation.ToStdout },
	})
}

// A rotateCommand holds the flags of a rotate command, and its printer.
type rotateCommand struct {
	a        *cli.App
	kind     rotation.Kind
	expiring *cli.Duration
	expires  *cli.Moment
	grace    *cli.Duration
	to       *deliveryFlags
	printed  int // secrets, on standard output
}

func (r *rotateCommand) declareFlags(cmd *cobra.Command) {
	r.expiring = cli.DurationFlag(cmd, "expiring-within",
		"rotate all active tokens that expire within this `duration`")
	r.expires = cli.MomentFlag(r.a, cmd, "expires", "expiry: a `date`, 90d, or never (default: same lifetime)",
		expiresValues...)
	r.grace = cli.DurationFlag(cmd, "grace",
		"`duration` to keep the old token, deactivated (default 0s)")
	r.to = declareDeliveryFlags(cmd)
}

// env connects the engine to the program.
func (r *rotateCommand) env() rotation.Env {
	a := r.a
	return rotation.Env{
		Now: a.Now, DryRun: func() bool { return a.Flags.DryRun },
		Notice: a.Notice, Warn: a.Warn, Lock: a.LockOf, Print: r.print,
		Hide: func(secret string) { a.Secrets.Add(secret) },
		Verify: func(ctx context.Context, user, secret string) error {
			o, err := a.ClientOptions()
			if err != nil {
				return err
			}
			anonymous, err := dockerhub.New(o)
			if err != nil {
				return err
			}
			bearer, err := anonymous.Auth.Exchange(ctx, user, secret)
			a.Secrets.Add(bearer)
			return err
		},
		Exec: func(cmd *exec.Cmd) error {
			cmd.Env = append(settings.ChildEnviron(), cmd.Env...)
			a.IO.EndProgress()                          // the program may write to the terminal
			cmd.Stdout, cmd.Stderr = a.IO.Err, a.IO.Err // standard output is for hubctl's results
			return a.Signals.Run(cmd, terminal.IsTerminal(a.IO.In))
		},
	}
}

// request returns the request of the command line. When the tokens are chosen, names
// without a match are added to missing.
func (r *rotateCommand) request(
	ctx context.Context, args []string, missing *job.BatchError,
) (q rotation.Request, err error) {
	if q.Org, err = r.kind.Org(); err != nil {
		return q, err
	}
	if q.User, err = r.kind.User(q.Org); err != nil {
		return q, err
	}
	items, err := verb.Identifiers(ctx, r.a, args, verb.ParseName)
	q.Choose = func(all []rotation.Token) ([]string, error) { return r.choose(ctx, items, all, missing) }
	if r.expiring.Changed() {
		q.ExpiringWithin = &r.expiring.Value
	}
	q.Expires, q.Grace, q.To = r.expires.At, r.grace.Value, r.to.delivery()
	return q, err
}

// choose returns the identifiers of the tokens named by items.
func (r *rotateCommand) choose(
	ctx context.Context, items []verb.Named[string], all []rotation.Token, missing *job.BatchError,
) (ids []string, err error) {
	names := verb.Names[rotation.Token]{
		Kind: "token",
		List: func(context.Context, *dockerhub.Client, []string) iter.Seq2[rotation.Token, error] {
			return seq.Of(all)
		},
		ID: func(t rotation.Token) string { return t.ID }, Name: func(t rotation.Token) string { return t.Label },
		Prefer: func(t rotation.Token) bool { return !t.Off() && !t.Expired(r.a.Now) },
	}
	targets := names.Targets()
	if items, err = targets.ResolveAll(ctx, nil, nil, items); err != nil {
		return nil, err
	}
	for _, item := range items {
		if item.Err != nil {
			missing.Failed = append(missing.Failed, job.ItemError{ID: item.ID, Err: item.Err})
			continue
		}
		ids = append(ids, item.Value)
	}
	return ids, nil
}

// check refuses steps whose secrets cannot be delivered.
func (r *rotateCommand) check(_ context.Context, steps []rotation.Step) error {
	to := []rotation.Delivery{r.to.delivery()}
	if steps != nil {
		to = nil
		for _, s := range steps {
			to = append(to, s.To)
		}
	}
	for _, d := range to {
		if err := r.checkDelivery(d); err != nil {
			return cli.NewUsageError(err)
		}
	}
	return nil
}

func (r *rotateCommand) checkDelivery(d rotation.Delivery) error {
	a := r.a
	switch {
	case d.By == rotation.ToStdout:
		return cmp.Or(r.showsSecret(), a.RefuseLostSecret())
	case d.By == rotation.ToDocker &&
		(a.Settings.Sandbox || a.Settings.Origin() != dockerhub.DefaultURL && !hub.IsLoopback(a.Settings.URL)):
		return errors.New("--docker-login works only with Docker Hub, since Docker would store the secret for Docker Hub")
	}
	return d.CheckProgram()
}

// secretTable returns the table of a new token, of which -q prints the secret.
func (r *rotateCommand) secretTable() (output.Table[rotation.Step], output.Options) {
	t := slices.Clone(rotationTable(r.kind))
	for i := range t {
		t[i].Key = t[i].Name == "secret"
	}
	o := r.a.Options()
	o.Sort, o.Limit = "", 0
	rows := o.JQ == "" && o.Template == "" && !o.Quiet && (o.Format == "table" || o.Format == "csv")
	if rows && len(o.Columns) == 0 {
		o.Columns = []string{"label", "new_" + r.kind.IDField, "secret"}
	}
	o.NoHeaders = o.NoHeaders || o.Format == "csv" && r.printed > 0
	return t, o
}

// showsSecret fails if the output options would not show the secret.
func (r *rotateCommand) showsSecret() error {
	t, o := r.secretTable()
	return verb.CheckShown(t, o, func(secret string) (rotation.Step, error) {
		raw := cli.MustJSON(map[string]any{r.kind.IDField: "id", "token": secret})
		return rotation.Step{New: rotation.Token{ID: r.kind.IDField, Label: "label", Secret: secret, Raw: raw}}, nil
	})
}

// print prints the new token of a step.
func (r *rotateCommand) print(s rotation.Step) error {
	a := r.a
	t, o := r.secretTable()
	p, err := t.Printer(a.IO.Out, o)
	if err == nil && r.printed > 0 && o.IsTable() {
		err = a.Print("\n")
	}
	if err == nil {
		err = a.Signals.Deliver(func() error { return p.One(s) })
	}
	if err != nil {
		// not wrapped: even a closed pipe is a failure here
		return fmt.Errorf("its secret could not be printed (%s)", err.Error())
	}
	r.printed++
	if a.Flags.Quiet {
		a.Warn("created %s", s.New.ID)
	}
	return nil
}

// deliveryFlagNames are the flags for the destination of a secret.
var deliveryFlagNames = []string{"write-env", "env-name", "write-file", "exec", "docker-login"}

// deliveryFlags are the values of the flags in deliveryFlagNames.
type deliveryFlags struct {
	env, name, file, command *string
	docker                   *bool
}

func declareDeliveryFlags(cmd *cobra.Command) *deliveryFlags {
	f := cmd.Flags()
	d := &deliveryFlags{
		env:     f.String("write-env", "", "set a variable in this env `file` to the secret"),
		name:    f.String("env-name", "DOCKERHUB_TOKEN", "`name` of the variable for --write-env"),
		file:    f.String("write-file", "", "write only the secret to this `file`"),
		command: f.String("exec", "", "run `command` with the secret on its standard input"),
		docker:  f.Bool("docker-login", false, "run docker login with the secret"),
	}
	cli.Exclusive(cmd, "write-env", "write-file", "exec", "docker-login")
	cli.CompleteFlag(cmd, "env-name", "DOCKERHUB_TOKEN")
	cli.CompleteFlag(cmd, "exec")
	return d
}

// delivery returns the destination of the secrets, with placeholders such as {label}.
func (f *deliveryFlags) delivery() rotation.Delivery {
	switch {
	case *f.env != "":
		return rotation.Delivery{By: rotation.ToEnv, Path: *f.env, Name: *f.name}
	case *f.file != "":
		return rotation.Delivery{By: rotation.ToFile, Path: *f.file}
	case *f.command != "":
		return rotation.Delivery{By: rotation.ToCommand, Command: *f.command}
	case *f.docker:
		return rotation.Delivery{By: rotation.ToDocker}
	}
	return rotation.Delivery{By: rotation.ToStdout}
}
