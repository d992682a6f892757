package verb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
)

// An BatchItem is one of many things to make or change: a record that was checked,
// with the flags for what it does not say. It is a step of a plan.
type BatchItem struct {
	ID        string            `json:"id"`
	Fields    map[string]string `json:"fields"`
	Group     int               `json:"group,omitempty"`      // that it shares a request with
	IfMissing bool              `json:"if_missing,omitempty"` // what exists is as good as made
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

// A BatchSpec is what a verb does with many records instead of one argument.
type BatchSpec struct {
	Kind, Verb, Done, Things string                   // as a project's
	Columns                  []records.Column         // the first names the thing
	More                     []string                 // fields that check adds
	Files                    []string                 // columns that name files, which check reads
	Org                      bool                     // the things are an organization's: there is a column org, too
	Table                    output.Table[output.Row] // of what do returns; may be nil

	// needs are flags of which a single thing needs one; nil = it does not.
	Needs []string
	// check says what is wrong with a record, makes it whole, and names what it
	// is about. It asks nobody.
	Check func(ctx context.Context, f map[string]string) (id string, err error)
	// arrange puts what goes together next to each other; may be nil.
	Arrange func([]BatchItem) []BatchItem
	// do does one, and returns what the server answered, if anything, which is
	// printed if there is a table for it.
	Do func(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem], e BatchItem,
		past job.Progress) (output.Row, error)
	// became is a project's; may be nil.
	Became func(e BatchItem) string
	// get finds what exists already; nil = do may be repeated.
	Get func(ctx context.Context, c *dockerhub.Client, e BatchItem) (output.Row, error)
	// now makes what tells how the thing of a record stands, for a plan that is
	// saved: "" = there is none. What it has read it need not read again. Nil = it
	// is there if get finds it.
	State func(ctx context.Context, c *dockerhub.Client) func(e BatchItem) (string, error)
}

// Batch lets cmd, which is finished, do with many things what it does with one:
// with - for its only argument it reads records from standard input, and carries
// them out as a plan.
func Batch(a *cli.App, cmd *cobra.Command, b BatchSpec) *cobra.Command {
	if b.Org {
		b.Columns = append(b.Columns, "org")
	}
	single, singleArgs, columns := cmd.RunE, cmd.Args, cmd.Annotations[cli.ColumnsKey]
	m := &batchRun{a: a, cmd: cmd, BatchSpec: b}
	p := PlanSpec[BatchItem]{
		Kind: b.Kind, Verb: b.Verb, Done: b.Done, Things: b.Things, harmless: true, Table: m.table(),
		Plan: m.plan, Adopt: m.adopt, Do: m.do, became: m.became, rehearse: m.rehearse,
		Fingerprint: func(ctx context.Context, c *dockerhub.Client, p job.Plan[BatchItem]) (string, error) {
			return m.world(ctx, c, p.Steps)
		},
	}
	if b.Table != nil {
		p.answers = m.print
	}
	cmd.Args = cobra.ExactArgs(1)
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
			return errors.New("--plan-out goes with -, which reads many from standard input")
		}
		return singleArgs(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case wanted(args):
			return plan(cmd, args)
		case b.Needs != nil && !slices.ContainsFunc(b.Needs, cmd.Flags().Changed):
			// as cobra, which would want it with - too
			return fmt.Errorf("at least one of the flags in the group %v is required", b.Needs)
		}
		return single(cmd, args)
	}
	return cmd
}

// BatchHelp tells of the records that - reads.
func BatchHelp(columns string) string {
	return "\n\nWith - it does that for many, which it reads from standard input: CSV whose first line\n" +
		"names its columns, JSON objects with these names, one a line, or values of the first\n" +
		"column alone, one a line. Flags are for what a record does not say. All records are\n" +
		"checked before anything is sent, --dry-run shows the requests, and --resume goes on with what\n" +
		"was interrupted. The columns are:\n" + columns + "."
}

// States are the states of what a listing has, by its name in lower case.
func States[T any](rows iter.Seq2[T, error], of func(T) (name, state string)) (map[string]string, error) {
	all := map[string]string{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		name, state := of(row)
		all[strings.ToLower(name)] = state
	}
	return all, nil
}
