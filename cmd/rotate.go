package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

// A rotation is what is to become of a token: a row of the plan, and a step of
// the job. What of it is written down holds no secret.
type rotation struct {
	ID      string         `json:"id"`
	Org     string         `json:"org,omitempty"`
	User    string         `json:"user"` // whose name goes with the secret
	Label   string         `json:"label"`
	Skip    string         `json:"skip,omitempty"` // why it is left alone
	Works   bool           `json:"is_active"`
	Ends    dockerhub.Time `json:"expires_at"`
	NewEnds dockerhub.Time `json:"new_expires_at"`
	Grace   int64          `json:"grace_seconds"`
	To      handover       `json:"to,omitzero"`
	Does    []string       `json:"steps,omitempty"` // for people

	made accessToken // the new one, to be printed
}

func (r rotation) Key() string { return r.ID }
func (r rotation) Acts() bool  { return r.Skip == "" }

func (r rotation) Names() []string { return []string{r.ID} }

// JSON is the new token as the server sent it, once there is one.
func (r rotation) JSON() json.RawMessage {
	if r.made.raw != nil {
		return r.made.raw
	}
	return cli.MustJSON(r)
}

func (r rotation) Organization() string { return r.Org }

func (r rotation) grace() time.Duration { return time.Duration(r.Grace) * time.Second }

// rotationTable has the columns of a plan, and those of a new token.
func rotationTable(k tokenKind) output.Table[rotation] {
	return output.Table[rotation]{
		{Name: k.id, Key: true, Cell: func(r rotation) output.Value { return output.Text(r.ID) }},
		{Name: "label", Cell: func(r rotation) output.Value { return output.Text(r.Label) }},
		{Name: "action", Cell: func(r rotation) output.Value {
			if r.Skip != "" {
				return output.Text("skip: " + r.Skip)
			}
			return output.Text("rotate")
		}},
		{Name: "expires", Wide: true, Cell: func(r rotation) output.Value { return output.Time(r.Ends.Time) }},
		{Name: "new_expires", Cell: func(r rotation) output.Value { return output.Time(r.NewEnds.Time) }},
		{Name: "to", Cell: func(r rotation) output.Value { return output.Text(r.To.String()) }},
		{Name: "grace", Wide: true, Cell: func(r rotation) output.Value { return output.Text(r.grace().String()) }},
		{Name: "steps", Wide: true, Cell: func(r rotation) output.Value { return output.List(r.Does) }},
		{Name: "new_" + k.id, Wide: true, Cell: func(r rotation) output.Value { return output.Text(r.made.id) }},
		{Name: "secret", Wide: true, Cell: func(r rotation) output.Value { return output.Text(r.made.secret) }},
	}
}

// A rotator is the command's flags, and what goes on in one run.
type rotator struct {
	a        *cli.App
	kind     tokenKind
	expiring *cli.Duration
	expires  *cli.Moment
	grace    *cli.Duration
	hand     *handoverFlags

	saves   bool              // the plan, which carries no destination
	printed int               // secrets, on standard output
	settled map[string]string // what an earlier run had begun, by id, and what became of it
}

func tokensRotate(a *cli.App) *cobra.Command    { return rotate(a, personalTokens(a)) }
func orgTokensRotate(a *cli.App) *cobra.Command { return rotate(a, organizationTokens(a)) }

func rotate(a *cli.App, k tokenKind) *cobra.Command {
	id, org := strings.ToUpper(k.id), ""
	one, other := "3be9e965-284c-4a58-84e9-6da6efe39591", "05612f38-19d0-4dbf-8240-06609b477f3e" // for the examples
	if k.noun == "org-tokens" {
		org = " --org acme"
		one, other = "84b5f2ce-a82e-4ab4-a22a-e884d6ec7d25", "c3e8bc37-29a3-4080-829a-dc1ca072d7c9"
	}
	call := "  hubctl " + k.noun + " rotate" + org
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
			"--grace lasts, " + k.noun + " patch --active turns the old token on again, and it stays.\n\n" +
			"A secret is printed as soon as it is there; of several tokens, each makes a document\n" +
			"of its own. Files get the mode 0600. In their names, and in --env-name, {label} and\n" +
			"{" + k.id + "} stand for those of the old token. --exec runs its command with sh -c, on\n" +
			"Windows with cmd /c; TOKEN_LABEL, TOKEN_ID and TOKEN_USER are in its environment,\n" +
			"hubctl's own secrets are not, and it has to exit with 0.\n\n" +
			"A saved plan does not say where the secrets go: give --write-file, --write-env,\n" +
			"--exec or --docker-login with --plan, or they are printed. If they would be printed\n" +
			"and standard output is closed or the null device, nothing is sent.",
		Example: call + " " + one + " --expires 90d\n" +
			call + " --expiring-within 14d --write-file 'secrets/{label}' --grace 24h --yes\n" +
			call + " " + other + " --exec 'gh secret set DOCKERHUB_TOKEN' --yes\n" +
			call + " --resume --yes",
		ValidArgsFunction: k.complete,
	}
	r := &rotator{a: a, kind: k, settled: map[string]string{}}
	r.expiring = cli.DurationFlag(cmd, "expiring-within", "all working tokens that will end within this `time`, such as 14d")
	r.expires = cli.MomentFlag(a, cmd, "expires", expiresUsage+" (default: the old one's lifetime, from now)")
	cli.CompleteFlag(cmd, "expires", expiresValues...)
	r.grace = cli.DurationFlag(cmd, "grace", "`time` for which the old token is kept, turned off, before it is deleted, such as 24h (default 0s)")
	r.hand = handoverFlag(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if r.saves = cmd.Flags().Changed("plan-out"); r.saves && r.hand.to().By != toStdout {
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
	return verb.Planned(a, cmd, verb.PlanSpec[rotation]{
		Kind: k.noun + " rotate", Verb: "Rotate", Done: "rotated", Things: k.noun, Table: rotationTable(k),
		Plan: r.plan, Fingerprint: r.world, Check: r.check, Do: r.do, Recover: r.settle,
		Beside: handoverNames, Adopt: r.adopt, Checked: handedOver,
		InterruptedState: r.half, Prints: func(s rotation) bool { return s.To.By == toStdout },
	})
}

// temporary is the form of a new token's label until it is proven to work.
var temporary = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*) \(rotating [0-9a-f]{8}\)$`) })

// labelLimit is how long a label may be, in characters.
const labelLimit = 100

// temporaryLabel is a label that no other token has.
func temporaryLabel(label, tag string) string { return stem(label) + " (rotating " + tag + ")" }

// stem is as much of a label as a temporary one can hold.
func stem(label string) string { return cut(label, labelLimit-len(" (rotating 00000000)")) }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// check refuses what cannot be handed over.
func (r *rotator) check(_ context.Context, steps []rotation) error {
	to := []handover{r.hand.to()}
	if steps != nil {
		to = nil
		for _, s := range steps {
			to = append(to, s.To)
		}
	}
	for _, h := range to {
		if h.By == toStdout {
			if err := cmp.Or(r.showsSecret(), r.a.RefuseLostSecret()); err != nil {
				return cli.NewUsageError(err)
			}
		}
		if err := h.check(r.a); err != nil {
			return cli.NewUsageError(err)
		}
	}
	return nil
}

// secretTable is the table of a new token, whose secret -q prints.
func (r *rotator) secretTable() (output.Table[rotation], output.Options) {
	t := slices.Clone(rotationTable(r.kind))
	for i := range t {
		t[i].Key = t[i].Name == "secret"
	}
	o := r.a.Options()
	o.Sort, o.Limit = "", 0
	if plain := o.JQ == "" && o.Template == "" && !o.Quiet; plain && len(o.Columns) == 0 && (o.Format == "table" || o.Format == "csv") {
		o.Columns = []string{"label", "new_" + r.kind.id, "secret"}
	}
	o.NoHeaders = o.NoHeaders || o.Format == "csv" && r.printed > 0
	return t, o
}

func (r *rotator) showsSecret() error {
	t, o := r.secretTable()
	sample := verb.SecretSpec[rotation]{Sample: func(secret string) (rotation, error) {
		return rotation{made: accessToken{id: r.kind.id, label: "label", secret: secret, raw: cli.MustJSON(map[string]any{r.kind.id: "id", "token": secret})}}, nil
	}}
	return sample.Check(t, o)
}

// show prints a new token.
func (r *rotator) show(s rotation, made accessToken) error {
	a := r.a
	s.made = made
	t, o := r.secretTable()
	p, err := t.Printer(a.IO.Out, o)
	if err == nil && r.printed > 0 && o.IsTable() {
		err = a.Print("\n")
	}
	if err == nil {
		err = a.Signals.Deliver(func() error { return p.One(s) })
	}
	if err != nil {
		return fmt.Errorf("its secret could not be printed (%s)", err.Error()) // not wrapped: even a closed pipe is a failure here
	}
	r.printed++
	if a.Flags.Quiet {
		a.Warn("created %s", made.id)
	}
	return nil
}
