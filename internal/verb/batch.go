package verb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
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
	Do func(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem], e BatchItem, past job.Progress) (output.Row, error)
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
			return fmt.Errorf("at least one of the flags in the group %v is required", b.Needs) // as cobra, which would want it with - too
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

type batchRun struct {
	a   *cli.App
	cmd *cobra.Command
	BatchSpec
	answers []output.Row    // in order
	existed map[string]bool // and was left as it is
}

// table has a column for each of the records'.
func (m *batchRun) table() output.Table[BatchItem] {
	t := output.Table[BatchItem]{{Name: "id", Key: true, Wide: true, Cell: func(e BatchItem) output.Value { return output.Text(e.ID) }}}
	for i, c := range m.Columns {
		name := c.Name()
		t = append(t, output.Column[BatchItem]{
			Name: name, Key: i == 0, Wide: name == "org" || name == "full_description",
			Cell: func(e BatchItem) output.Value { return output.Text(e.Fields[name]) },
		})
	}
	return t
}

// adopt checks the records of a saved plan as those of standard input were
// checked, and decides anew which of them share a request. It reads no file: a
// plan holds the content.
func (m *batchRun) adopt(entries []BatchItem) ([]BatchItem, error) {
	known := slices.Concat(m.More, []string{"org"})
	for _, c := range m.Columns {
		known = append(known, c.Name())
	}
	for i, e := range entries {
		for name := range e.Fields {
			if !slices.Contains(known, name) {
				return nil, fmt.Errorf("%s: unknown field %q", e.ID, name)
			}
		}
		org, err := hub.Segment(e.Fields["org"])
		if err != nil && m.Org {
			return nil, fmt.Errorf("%s: %w", e.ID, err)
		}
		plain := map[string]string{}
		maps.Copy(plain, e.Fields)
		maps.DeleteFunc(plain, func(name, _ string) bool { return slices.Contains(m.Files, name) })
		fields := maps.Clone(plain)
		id, err := m.Check(m.cmd.Context(), fields)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", e.ID, err)
		case e.ID != id && (!m.Org || e.ID != org+"/"+id), !maps.Equal(fields, plain):
			return nil, fmt.Errorf("%s: its fields describe %s", e.ID, id)
		}
		entries[i].Group = 0
	}
	if m.Arrange != nil {
		entries = m.Arrange(entries)
	}
	return entries, nil
}

func (m *batchRun) plan(ctx context.Context, c *dockerhub.Client, _ []string) (entries []BatchItem, world string, err error) {
	entries, err = m.entries(ctx)
	if err == nil && m.Arrange != nil {
		entries = m.Arrange(entries)
	}
	if err == nil && m.cmd.Flags().Changed("plan-out") { // what is done at once asks nobody before
		world, err = m.world(ctx, c, entries)
	}
	return entries, world, err
}

// world is how the things stand that the records are about.
func (m *batchRun) world(ctx context.Context, c *dockerhub.Client, entries []BatchItem) (string, error) {
	now := func(e BatchItem) (string, error) {
		_, err := m.Get(ctx, c, e)
		return "there", err
	}
	if m.State != nil {
		now = m.State(ctx, c)
	}
	h := sha256.New()
	for line, err := range seq.ParallelMap(ctx, m.a.Settings.Concurrency, seq.Of(entries), func(_ context.Context, e BatchItem) (string, error) {
		state, err := now(e)
		if errors.Is(err, dockerhub.ErrNotFound) {
			state, err = "", nil
		}
		return fmt.Sprintf("%q %q\n", e.ID, state), err
	}) {
		if err != nil {
			return "", err
		}
		_, _ = h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
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

// entries reads standard input.
func (m *batchRun) entries(ctx context.Context) ([]BatchItem, error) {
	f := m.cmd.Flags()
	main := m.Columns[0].Name()
	if f.Changed(main) {
		return nil, cli.NewUsageError(fmt.Errorf("--%s is for a single one; with - the records say it", main))
	}
	rows, err := readRecords(ctx, m.a, m.Columns)
	if err != nil {
		return nil, err
	}
	if m.Org && slices.ContainsFunc(rows, func(r records.Record) bool { return r.Fields["org"] == "" }) {
		if _, err := m.a.Org(); err != nil {
			return nil, err
		}
	}
	var entries []BatchItem
	var wrong cli.MistakesError
	lines := map[string]int{}
	for _, r := range rows {
		e, err := m.entry(ctx, r.Fields)
		if line := lines[strings.ToLower(e.ID)]; err == nil && line > 0 {
			err = fmt.Errorf("%s is in line %d already", e.ID, line)
		}
		if err != nil {
			wrong = append(wrong, job.ItemError{ID: fmt.Sprintf("line %d", r.Line), Err: err})
			continue
		}
		lines[strings.ToLower(e.ID)] = r.Line
		entries = append(entries, e)
	}
	if len(wrong) > 0 {
		return nil, cli.NewUsageError(wrong)
	}
	return entries, nil
}

func (m *batchRun) entry(ctx context.Context, fields map[string]string) (BatchItem, error) {
	f := m.cmd.Flags()
	e := BatchItem{Fields: fields}
	if missing := f.Lookup("if-missing"); missing != nil {
		e.IfMissing = missing.Value.String() == "true"
	}
	for _, c := range m.Columns[1:] {
		if name := c.Name(); fields[name] == "" && name != "org" && f.Changed(name) {
			fields[name] = f.Lookup(name).Value.String()
		}
	}
	prefix := ""
	if m.Org {
		org, err := hub.Segment(fields["org"])
		if fields["org"] == "" {
			org, err = m.a.Org()
		} else {
			prefix = org + "/"
			err = cmp.Or(err, cli.OrgFlag(m.a).Agrees(fields["org"], org))
		}
		if err != nil {
			return e, err
		}
		fields["org"] = org
	}
	id, err := m.Check(ctx, fields)
	e.ID = prefix + id
	return e, err
}

func (m *batchRun) do(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem], e BatchItem, past job.Progress) error {
	v, err := m.Do(ctx, c, j, e, past)
	if refused := errors.Is(err, dockerhub.ErrConflict) || errors.Is(err, dockerhub.ErrInvalid); refused && m.Get != nil && (e.IfMissing || past.Begun) {
		if found, getErr := m.Get(ctx, c, e); getErr == nil {
			if !past.Begun { // else this job has made it
				m.exists(e)
			}
			v, err = found, nil
		}
	}
	if v != nil && v.JSON() != nil {
		m.answers = append(m.answers, v)
	}
	return err
}

// rehearse has the requests printed that would be sent.
func (m *batchRun) rehearse(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem]) error {
	if err := AllOutcomes(m.a); err != nil {
		return err
	}
	for _, e := range j.Left() {
		if _, err := m.Do(ctx, c, j, e, j.Past(e)); err != nil && !errors.Is(err, dockerhub.ErrDryRun) {
			return job.ItemError{ID: e.ID, Err: err}
		}
	}
	return nil
}

func (m *batchRun) exists(e BatchItem) {
	if m.existed == nil {
		m.existed = map[string]bool{}
	}
	m.existed[e.ID] = true
}

func (m *batchRun) became(e BatchItem) string {
	if m.existed[e.ID] {
		return "exists already:"
	}
	if m.Became != nil {
		return m.Became(e)
	}
	return m.Done
}

// print prints what the server answered.
func (m *batchRun) print(o output.Options) error {
	p, err := m.Table.Printer(m.a.IO.Out, o)
	if err != nil {
		return err
	}
	return p.Rows(seq.Of(m.answers))
}
