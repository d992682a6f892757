package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rotation"
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

func tokensRotate(a *cli.App) *cobra.Command { return rotate(a, personalTokens(a), completeTokens(a)) }

func orgTokensRotate(a *cli.App) *cobra.Command {
	return rotate(a, organizationTokens(a), completeOrgTokens(a))
}

func rotate(a *cli.App, k rotation.Kind, complete cobra.CompletionFunc) *cobra.Command {
	id, org := strings.ToUpper(k.IDField), ""
	// for the examples
	one, other := "3be9e965-284c-4a58-84e9-6da6efe39591", "05612f38-19d0-4dbf-8240-06609b477f3e"
	if k.Noun == "org-tokens" {
		org = " --org acme"
		one, other = "84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25", "c3e8bc37-29a3-4080-829a-dc1ca072d7c9"
	}
	call := "  hubctl " + k.Noun + " rotate" + org
	cmd := &cobra.Command{
		Use: "rotate [" + id + "...]", Short: "Replace tokens by new ones of the same kind, and delete the old ones",
		Long: "Replace tokens by new ones that may do the same. For each, in this order:\n\n" +
			"  1. a new token is made, with the label and rights of the old one\n" +
			"  2. it is proven to work, by buying a session with it (one try)\n" +
			"  3. its secret is handed over: printed, unless a flag says otherwise\n" +
			"  4. the old token is turned off\n" +
			"  5. it is deleted: at once, or with --grace 24h by a run a day later\n\n" +
			"If a step fails, the old token works on, the new one is deleted, and a file that was\n" +
			"written is as it was before. What was printed, or given to a command, cannot be taken\n" +
			"back, and is said to be of no use. If undoing fails too, what is left is named. A run\n" +
			"that was killed is finished by --resume, and finished or undone by the next rotate.\n\n" +
			"Both tokens are there for a while, which the limit on their number has to allow.\n" +
			"Without --expires the new token lasts as long as the old one did, from now. While\n" +
			"--grace lasts, " + k.Noun + " patch --active turns the old token on again, and it stays.\n\n" +
			"A secret is printed as soon as it is there; of several tokens, each makes a document\n" +
			"of its own. Files get the mode 0600. In their names, and in --env-name, {label} and\n" +
			"{" + k.IDField + "} stand for those of the old token. --exec runs its command with sh -c, on\n" +
			"Windows with cmd /c; TOKEN_LABEL, TOKEN_ID and TOKEN_USER are in its environment,\n" +
			"hubctl's own secrets are not, and it has to exit with 0.\n\n" +
			"A saved plan does not say where the secrets go: give --write-file, --write-env,\n" +
			"--exec or --docker-login with --plan, or they are printed. If they would be printed\n" +
			"and standard output is closed or the null device, nothing is sent.",
		Example: call + " " + one + " --expires 90d\n" +
			call + " --expiring-within 14d --write-file 'secrets/{label}' --grace 24h --yes\n" +
			call + " " + other + " --exec 'gh secret set DOCKERHUB_TOKEN' --yes\n" +
			call + " --resume --yes",
		ValidArgsFunction: complete,
	}
	r := &rotateCommand{a: a, kind: k}
	r.declareFlags(cmd)
	saves := false // the plan, which holds no destination
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if saves = cmd.Flags().Changed("plan-out"); saves && r.to.delivery().By != rotation.ToStdout {
			return errors.New("a saved plan does not say where the secrets go: give that flag with --plan instead")
		}
		if r.expiring.IsSet == (len(args) > 0) {
			return fmt.Errorf("give either %ss or --expiring-within", id)
		}
		for _, arg := range args { // before an earlier run is finished or undone
			if _, err := hub.Segment(arg); err != nil {
				return err
			}
		}
		return nil
	}
	engine := rotation.New(r.env(), k)
	return verb.Planned(a, cmd, verb.PlanSpec[rotation.Step]{
		Kind: k.Noun + " rotate", Verb: "Rotate", Done: "rotated", Things: k.Noun, Table: rotationTable(k),
		Plan: func(ctx context.Context, c *dockerhub.Client, args []string) ([]rotation.Step, string, error) {
			q, err := r.request(ctx, args)
			if err != nil {
				return nil, "", err
			}
			if saves {
				q.To = rotation.Delivery{}
			}
			return engine.Plan(ctx, c, q)
		},
		Adopt: func(steps []rotation.Step) ([]rotation.Step, error) { return engine.Adopt(steps, r.to.delivery()) },
		Check: r.check, Checked: rotation.Delivered, Beside: deliveryFlagNames,
		Fingerprint: engine.Fingerprint, Do: engine.Do, Recover: engine.Recover, InterruptedState: rotation.InterruptedState,
		Prints: func(s rotation.Step) bool { return s.To.By == rotation.ToStdout },
	})
}

// A rotateCommand is the flags of a rotate command, and what it prints.
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
		"all working tokens that will end within this `time`, such as 14d")
	r.expires = cli.MomentFlag(r.a, cmd, "expires", expiresUsage+" (default: the old one's lifetime, from now)")
	cli.CompleteFlag(cmd, "expires", expiresValues...)
	r.grace = cli.DurationFlag(cmd, "grace",
		"`time` for which the old token is kept, turned off, before it is deleted, such as 24h (default 0s)")
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
			cmd.Stdout, cmd.Stderr = a.IO.Err, a.IO.Err // standard output is for hubctl's own answer
			return a.Signals.Run(cmd, terminal.IsTerminal(a.IO.In))
		},
	}
}

// request is what the command line asks for.
func (r *rotateCommand) request(ctx context.Context, args []string) (q rotation.Request, err error) {
	if q.Org, err = r.kind.Org(); err != nil {
		return q, err
	}
	if q.User, err = r.kind.User(q.Org); err != nil {
		return q, err
	}
	ids, err := verb.Identifiers(ctx, r.a, args, hub.Segment)
	for _, id := range ids {
		q.IDs = append(q.IDs, id.Value)
	}
	if r.expiring.IsSet {
		q.ExpiringWithin = &r.expiring.Value
	}
	q.Expires, q.Grace, q.To = r.expires.At, r.grace.Value, r.to.delivery()
	return q, err
}

// check refuses what cannot be delivered.
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
		return errors.New("--docker-login is for Docker Hub alone: Docker would take the secret for one of Docker Hub's")
	}
	return d.CheckProgram()
}

// secretTable is the table of a new token, of which -q prints the secret.
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
	sample := verb.SecretSpec[rotation.Step]{Sample: func(secret string) (rotation.Step, error) {
		raw := cli.MustJSON(map[string]any{r.kind.IDField: "id", "token": secret})
		return rotation.Step{New: rotation.Token{ID: r.kind.IDField, Label: "label", Secret: secret, Raw: raw}}, nil
	}}
	return sample.Check(t, o)
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

// deliveryFlagNames are the flags that say where a secret goes.
var deliveryFlagNames = []string{"write-env", "env-name", "write-file", "exec", "docker-login"}

// deliveryFlags are the values of the flags in deliveryFlagNames.
type deliveryFlags struct {
	env, name, file, command *string
	docker                   *bool
}

func declareDeliveryFlags(cmd *cobra.Command) *deliveryFlags {
	f := cmd.Flags()
	d := &deliveryFlags{
		env:     f.String("write-env", "", "set a variable in this `file` of NAME=VALUE lines to the secret"),
		name:    f.String("env-name", "DOCKERHUB_TOKEN", "`name` of that variable"),
		file:    f.String("write-file", "", "write the secret, and nothing else, to this `file`"),
		command: f.String("exec", "", "run this `command` with the secret on its standard input"),
		docker:  f.Bool("docker-login", false, "run docker login with the secret, which keeps it in Docker's own store"),
	}
	cmd.MarkFlagsMutuallyExclusive("write-env", "write-file", "exec", "docker-login")
	cli.CompleteFlag(cmd, "env-name", "DOCKERHUB_TOKEN")
	cli.CompleteFlag(cmd, "exec")
	return d
}

// delivery is where the secrets go. Its names may hold {label} and the like.
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
