package verb

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
)

// A BatchItem is a checked record that describes one thing to create or change,
// completed by flags. It is a step of a plan.
type BatchItem struct {
	ID        string            `json:"id"`
	Fields    map[string]string `json:"fields"`
	Group     int               `json:"group,omitempty"`      // items of one group share a request
	IfMissing bool              `json:"if_missing,omitempty"` // an existing thing is left unchanged
}

func (e BatchItem) Key() string { return e.ID }

func (e BatchItem) Organization() string { return e.Fields["org"] }

func (BatchItem) Acts() bool { return true }

func (e BatchItem) JSON() json.RawMessage { return cli.MustJSON(e.Fields) }

func (e BatchItem) Names() []string {
	names := []string{e.ID}
	for field, value := range e.Fields {
		if value != "" && !records.IsFreeText(field) {
			names = append(names, value)
		}
	}
	return names
}

// A BatchSpec describes a verb that takes records as well as a single argument.
type BatchSpec struct {
	Kind, Verb, Done, Things string                   // as in PlanSpec
	Columns                  []records.Column         // the first one names the thing
	More                     []string                 // fields that Check adds
	Files                    []string                 // columns that name files, which Check reads
	Org                      bool                     // the things belong to an organization, which adds a column org
	Table                    output.Table[output.Row] // of the rows that Do returns; may be nil

	// Needs are flags, one of which is required for a single thing; nil = none.
	Needs []string
	// Check completes or refuses a record, and returns the name of its thing. It
	// sends nothing.
	Check func(ctx context.Context, f map[string]string) (id string, err error)
	// Arrange puts items that share a request next to each other, and makes Do run for
	// one item after another; may be nil.
	Arrange func([]BatchItem) []BatchItem
	// Do applies one item and returns the server's response, if any, which is
	// printed if there is a Table for it.
	Do func(ctx context.Context, c *dockerhub.Client, e BatchItem) (output.Row, error)
	// DoInGroup is Do for items that share requests.
	DoInGroup func(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem], e BatchItem,
		past job.Progress) (output.Row, error)
	// Became is the past tense for an item; nil = Done.
	Became func(e BatchItem) string
	// Get returns the existing thing; nil = Do may be repeated.
	Get func(ctx context.Context, c *dockerhub.Client, e BatchItem) (output.Row, error)
	// State returns a function for the current state of a record's thing, or "" if it
	// does not exist; saved plans depend on it. Nil = whether Get finds it.
	State func(ctx context.Context, c *dockerhub.Client) func(e BatchItem) (string, error)
}

// Batch extends a finished command to many things: with - as its only argument, it
// reads records from standard input and applies them as a plan.
func Batch(a *cli.App, cmd *cobra.Command, b BatchSpec) *cobra.Command {
	if b.Org {
		b.Columns = append(b.Columns, "org")
	}
	if b.DoInGroup == nil {
		b.DoInGroup = func(ctx context.Context, c *dockerhub.Client, _ *job.Job[BatchItem], e BatchItem,
			_ job.Progress,
		) (output.Row, error) {
			return b.Do(ctx, c, e)
		}
	}
	single, singleArgs, columns := cmd.RunE, cmd.Args, cmd.Annotations[cli.ColumnsKey]
	m := &batchRun{a: a, cmd: cmd, BatchSpec: b}
	p := PlanSpec[BatchItem]{
		Kind: b.Kind, Verb: b.Verb, Done: b.Done, Things: b.Things, harmless: true, Table: m.table(),
		Sequential: b.Arrange != nil,
		Plan:       m.plan, Adopt: m.adopt, Do: m.do, Became: m.became, rehearse: m.rehearse,
		Fingerprint: func(ctx context.Context, c *dockerhub.Client, p job.Plan[BatchItem]) (string, error) {
			return m.world(ctx, c, p.Steps)
		},
	}
	if b.Table != nil {
		p.answers = m.print
	}
	cmd.Args = cli.ExactArgs(1)
	Planned(a, cmd, p)
	plan, planArgs := cmd.RunE, cmd.Args
	cli.Annotate(cmd, cli.ColumnsKey, columns)
	wanted := func(args []string) bool {
		return slices.Equal(args, []string{"-"}) && !cmd.Flags().Changed("file") || Decided(cmd) != ""
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case wanted(args):
			return planArgs(cmd, args)
		case cmd.Flags().Changed("plan-out"):
			return errors.New("--plan-out needs -, which reads records from standard input")
		}
		return singleArgs(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case wanted(args):
			return plan(cmd, args)
		case b.Needs != nil: // not with -
			if err := cli.CheckOneRequired(cmd, b.Needs); err != nil {
				return err
			}
		}
		return single(cmd, args)
	}
	return cmd
}

// BatchHelp returns the help for the records that - reads.
func BatchHelp(columns string) string {
	return `

With -, the command reads records from standard input: CSV with a header line,
JSON objects, one per line, or values of the first column, one per line. Flags
supply fields missing from a record. All records are checked before anything is
sent. --dry-run shows the requests, and --resume resumes an interrupted run.

Columns of the records:
  ` + columns
}

// StateOf returns a State for things that are in a place, such as an organization, and
// lists each place once. The fields named by place and thing name both; of returns
// the name and the state of a listed thing.
func StateOf[T any](
	list func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[T, error], place []string, thing string,
	of func(T) (name, state string),
) func(context.Context, *dockerhub.Client) func(BatchItem) (string, error) {
	return func(ctx context.Context, c *dockerhub.Client) func(BatchItem) (string, error) {
		statesIn := seq.Memoize(func(in string) (map[string]string, error) {
			states := map[string]string{}
			for v, err := range list(ctx, c, strings.Split(in, "/")) {
				if err != nil {
					return nil, err
				}
				name, state := of(v)
				states[strings.ToLower(name)] = state
			}
			return states, nil
		})
		return func(e BatchItem) (string, error) {
			in := make([]string, len(place))
			for i, field := range place {
				in[i] = e.Fields[field]
			}
			states, err := statesIn(strings.Join(in, "/"))
			return states[strings.ToLower(e.Fields[thing])], err
		}
	}
}
