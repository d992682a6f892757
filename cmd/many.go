package cmd

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
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
)

// An entry is one of many things to make or change: a record that was checked,
// with the flags for what it does not say. It is a step of a plan.
type entry struct {
	ID        string            `json:"id"`
	Fields    map[string]string `json:"fields"`
	Group     int               `json:"group,omitempty"`      // that it shares a request with
	IfMissing bool              `json:"if_missing,omitempty"` // what exists is as good as made
}

func (e entry) Key() string           { return e.ID }
func (e entry) org() string           { return e.Fields["org"] }
func (entry) Acts() bool              { return true }
func (e entry) JSON() json.RawMessage { return mustJSON(e.Fields) }

func (e entry) Names() []string {
	names := []string{e.ID}
	for field, value := range e.Fields {
		if value != "" && !slices.Contains(textFields, field) {
			names = append(names, value)
		}
	}
	return names
}

// A batch is what a verb does with many records instead of one argument.
type batch struct {
	kind, verb, done, things string                   // as a project's
	columns                  []column                 // the first names the thing
	more                     []string                 // fields that check adds
	files                    []string                 // columns that name files, which check reads
	org                      bool                     // the things are an organization's: there is a column org, too
	table                    output.Table[output.Row] // of what do returns; may be nil

	// needs are flags of which a single thing needs one; nil = it does not.
	needs []string
	// check says what is wrong with a record, makes it whole, and names what it
	// is about. It asks nobody.
	check func(ctx context.Context, f map[string]string) (id string, err error)
	// arrange puts what goes together next to each other; may be nil.
	arrange func([]entry) []entry
	// do does one, and returns what the server answered, if anything, which is
	// printed if there is a table for it.
	do func(ctx context.Context, c *dockerhub.Client, j *job.Job[entry], e entry, past job.Past) (output.Row, error)
	// became is a project's; may be nil.
	became func(e entry) string
	// get finds what exists already; nil = do may be repeated.
	get func(ctx context.Context, c *dockerhub.Client, e entry) (output.Row, error)
	// now makes what tells how the thing of a record stands, for a plan that is
	// saved: "" = there is none. What it has read it need not read again. Nil = it
	// is there if get finds it.
	now func(ctx context.Context, c *dockerhub.Client) func(e entry) (string, error)
}

// many lets cmd, which is finished, do with many things what it does with one:
// with - for its only argument it reads records from standard input, and carries
// them out as a plan.
func many(a *app, cmd *cobra.Command, b batch) *cobra.Command {
	if b.org {
		b.columns = append(b.columns, "org")
	}
	single, singleArgs, columns := cmd.RunE, cmd.Args, cmd.Annotations[columnsKey]
	m := &manyOf{a: a, cmd: cmd, batch: b}
	p := project[entry]{
		kind: b.kind, verb: b.verb, done: b.done, things: b.things, harmless: true, table: m.table(),
		plan: m.plan, adopt: m.adopt, do: m.do, became: m.became, rehearse: m.rehearse,
		world: func(ctx context.Context, c *dockerhub.Client, p job.Plan[entry]) (string, error) {
			return m.world(ctx, c, p.Steps)
		},
	}
	if b.table != nil {
		p.answers = m.print
	}
	cmd.Args = cobra.ExactArgs(1)
	planned(a, cmd, p)
	plan, planArgs := cmd.RunE, cmd.Args
	annotate(cmd, columnsKey, columns)
	wanted := func(args []string) bool {
		return slices.Equal(args, []string{"-"}) && !cmd.Flags().Changed("file") || decided(cmd) != ""
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
		case b.needs != nil && !slices.ContainsFunc(b.needs, cmd.Flags().Changed):
			return fmt.Errorf("at least one of the flags in the group %v is required", b.needs) // as cobra, which would want it with - too
		}
		return single(cmd, args)
	}
	return cmd
}

// manyHelp tells of the records that - reads.
func manyHelp(columns string) string {
	return "\n\nWith - it does that for many, which it reads from standard input: CSV whose first line\n" +
		"names its columns, JSON objects with these names, one a line, or values of the first\n" +
		"column alone, one a line. Flags are for what a record does not say. All records are\n" +
		"checked before anything is sent, --dry-run shows the requests, and --resume goes on with what\n" +
		"was interrupted. The columns are:\n" + columns + "."
}

type manyOf struct {
	a   *app
	cmd *cobra.Command
	batch
	answers []output.Row    // in order
	existed map[string]bool // and was left as it is
}

// table has a column for each of the records'.
func (m *manyOf) table() output.Table[entry] {
	t := output.Table[entry]{{Name: "id", Key: true, Wide: true, Cell: func(e entry) output.Value { return output.Text(e.ID) }}}
	for i, c := range m.columns {
		name := c.name()
		t = append(t, output.Column[entry]{
			Name: name, Key: i == 0, Wide: name == "org" || name == "full_description",
			Cell: func(e entry) output.Value { return output.Text(e.Fields[name]) },
		})
	}
	return t
}

// adopt checks the records of a saved plan as those of standard input were
// checked, and decides anew which of them share a request. It reads no file: a
// plan holds the content.
func (m *manyOf) adopt(entries []entry) ([]entry, error) {
	known := slices.Concat(m.more, []string{"org"})
	for _, c := range m.columns {
		known = append(known, c.name())
	}
	for i, e := range entries {
		for name := range e.Fields {
			if !slices.Contains(known, name) {
				return nil, fmt.Errorf("%s: unknown field %q", e.ID, name)
			}
		}
		org, err := hub.Segment(e.Fields["org"])
		if err != nil && m.org {
			return nil, fmt.Errorf("%s: %w", e.ID, err)
		}
		plain := map[string]string{}
		maps.Copy(plain, e.Fields)
		maps.DeleteFunc(plain, func(name, _ string) bool { return slices.Contains(m.files, name) })
		fields := maps.Clone(plain)
		id, err := m.check(m.cmd.Context(), fields)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", e.ID, err)
		case e.ID != id && (!m.org || e.ID != org+"/"+id), !maps.Equal(fields, plain):
			return nil, fmt.Errorf("%s: its fields describe %s", e.ID, id)
		}
		entries[i].Group = 0
	}
	if m.arrange != nil {
		entries = m.arrange(entries)
	}
	return entries, nil
}

func (m *manyOf) plan(ctx context.Context, c *dockerhub.Client, _ []string) (entries []entry, world string, err error) {
	entries, err = m.entries(ctx)
	if err == nil && m.arrange != nil {
		entries = m.arrange(entries)
	}
	if err == nil && m.cmd.Flags().Changed("plan-out") { // what is done at once asks nobody before
		world, err = m.world(ctx, c, entries)
	}
	return entries, world, err
}

// world is how the things stand that the records are about.
func (m *manyOf) world(ctx context.Context, c *dockerhub.Client, entries []entry) (string, error) {
	now := func(e entry) (string, error) {
		_, err := m.get(ctx, c, e)
		return "there", err
	}
	if m.now != nil {
		now = m.now(ctx, c)
	}
	h := sha256.New()
	for line, err := range ahead(ctx, m.a.set.Concurrency, values(entries), func(_ context.Context, e entry) (string, error) {
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

// states are the states of what a listing has, by its name in lower case.
func states[T any](rows iter.Seq2[T, error], of func(T) (name, state string)) (map[string]string, error) {
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
func (m *manyOf) entries(ctx context.Context) ([]entry, error) {
	f := m.cmd.Flags()
	main := m.columns[0].name()
	if f.Changed(main) {
		return nil, usageError{fmt.Errorf("--%s is for a single one; with - the records say it", main)}
	}
	rows, err := m.a.readRecords(ctx, m.columns)
	if err != nil {
		return nil, err
	}
	if m.org && slices.ContainsFunc(rows, func(r record) bool { return r.fields["org"] == "" }) {
		if _, err := m.a.org(); err != nil {
			return nil, err
		}
	}
	var entries []entry
	var wrong mistakes
	lines := map[string]int{}
	for _, r := range rows {
		e, err := m.entry(ctx, r.fields)
		if line := lines[strings.ToLower(e.ID)]; err == nil && line > 0 {
			err = fmt.Errorf("%s is in line %d already", e.ID, line)
		}
		if err != nil {
			wrong = append(wrong, itemError{fmt.Sprintf("line %d", r.line), err})
			continue
		}
		lines[strings.ToLower(e.ID)] = r.line
		entries = append(entries, e)
	}
	if len(wrong) > 0 {
		return nil, usageError{wrong}
	}
	return entries, nil
}

func (m *manyOf) entry(ctx context.Context, fields map[string]string) (entry, error) {
	f := m.cmd.Flags()
	e := entry{Fields: fields}
	if missing := f.Lookup("if-missing"); missing != nil {
		e.IfMissing = missing.Value.String() == "true"
	}
	for _, c := range m.columns[1:] {
		if name := c.name(); fields[name] == "" && name != "org" && f.Changed(name) {
			fields[name] = f.Lookup(name).Value.String()
		}
	}
	prefix := ""
	if m.org {
		org, err := hub.Segment(fields["org"])
		if fields["org"] == "" {
			org, err = m.a.org()
		} else {
			prefix = org + "/"
			err = cmp.Or(err, m.a.orgFlag().agrees(fields["org"], org))
		}
		if err != nil {
			return e, err
		}
		fields["org"] = org
	}
	id, err := m.check(ctx, fields)
	e.ID = prefix + id
	return e, err
}

func (m *manyOf) do(ctx context.Context, c *dockerhub.Client, j *job.Job[entry], e entry, past job.Past) error {
	v, err := m.batch.do(ctx, c, j, e, past)
	if refused := errors.Is(err, dockerhub.ErrConflict) || errors.Is(err, dockerhub.ErrInvalid); refused && m.get != nil && (e.IfMissing || past.Begun) {
		if found, getErr := m.get(ctx, c, e); getErr == nil {
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
func (m *manyOf) rehearse(ctx context.Context, c *dockerhub.Client, j *job.Job[entry]) error {
	if err := m.a.allOutcomes(); err != nil {
		return err
	}
	for _, e := range j.Left() {
		if _, err := m.batch.do(ctx, c, j, e, j.Past(e)); err != nil && !errors.Is(err, dockerhub.ErrDryRun) {
			return itemError{e.ID, err}
		}
	}
	return nil
}

func (m *manyOf) exists(e entry) {
	if m.existed == nil {
		m.existed = map[string]bool{}
	}
	m.existed[e.ID] = true
}

func (m *manyOf) became(e entry) string {
	if m.existed[e.ID] {
		return "exists already:"
	}
	if m.batch.became != nil {
		return m.batch.became(e)
	}
	return m.done
}

// print prints what the server answered.
func (m *manyOf) print(o output.Options) error {
	p, err := m.batch.table.Printer(m.a.io.Out, o)
	if err != nil {
		return err
	}
	return p.Rows(values(m.answers))
}
