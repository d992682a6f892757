package verb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
)

type batchRun struct {
	a   *cli.App
	cmd *cobra.Command
	BatchSpec
	answers sync.Map // by ID: the server's output.Row
	existed sync.Map // IDs of items left unchanged
}

// table returns a table with a column for each column of the records.
func (m *batchRun) table() output.Table[BatchItem] {
	t := output.Table[BatchItem]{{
		Name: "id", Key: true, Wide: true,
		Cell: func(e BatchItem) output.Value { return output.Text(e.ID) },
	}}
	for i, c := range m.Columns {
		name := c.Name()
		t = append(t, output.Column[BatchItem]{
			Name: name, Key: i == 0, Wide: name == "org" || name == "full_description",
			Cell: func(e BatchItem) output.Value { return output.Text(e.Fields[name]) },
		})
	}
	return t
}

// adopt checks the records of a saved plan like the ones from standard input, and
// regroups them. It reads no files, because a plan includes their content.
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

func (m *batchRun) plan(
	ctx context.Context, c *dockerhub.Client, _ []string,
) (entries []BatchItem, world string, err error) {
	entries, err = m.entries(ctx)
	if err == nil && m.Arrange != nil {
		entries = m.Arrange(entries)
	}
	if err == nil && m.cmd.Flags().Changed("plan-out") { // only a saved plan needs a fingerprint
		world, err = m.world(ctx, c, entries)
	}
	return entries, world, err
}

// world returns a fingerprint of the things that the records describe.
func (m *batchRun) world(ctx context.Context, c *dockerhub.Client, entries []BatchItem) (string, error) {
	now := func(e BatchItem) (string, error) {
		_, err := m.Get(ctx, c, e)
		return "there", err
	}
	if m.State != nil {
		now = m.State(ctx, c)
	}
	h := sha256.New()
	tell := func(_ context.Context, e BatchItem) (string, error) {
		state, err := now(e)
		if errors.Is(err, dockerhub.ErrNotFound) {
			state, err = "", nil
		}
		return fmt.Sprintf("%q %q\n", e.ID, state), err
	}
	for line, err := range seq.ParallelMap(ctx, m.a.Settings.Concurrency, seq.Of(entries), tell) {
		if err != nil {
			return "", err
		}
		_, _ = h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// entries reads standard input.
func (m *batchRun) entries(ctx context.Context) ([]BatchItem, error) {
	f := m.cmd.Flags()
	main := m.Columns[0].Name()
	if f.Changed(main) {
		return nil, cli.NewUsageError(fmt.Errorf("--%s cannot be used with -: it is a column of the records", main))
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
			err = fmt.Errorf("%s is already on line %d", e.ID, line)
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

func (m *batchRun) do(
	ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem], e BatchItem, past job.Progress,
) error {
	v, err := m.DoInGroup(ctx, c, j, e, past)
	refused := errors.Is(err, dockerhub.ErrConflict) || errors.Is(err, dockerhub.ErrInvalid)
	if refused && m.Get != nil && (e.IfMissing || past.Begun) {
		if found, getErr := m.Get(ctx, c, e); getErr == nil {
			if !past.Begun { // otherwise, this job created it
				m.existed.Store(e.ID, true)
			}
			v, err = found, nil
		}
	}
	if v != nil && v.JSON() != nil {
		m.answers.Store(e.ID, v)
	}
	return err
}

// rehearse prints the requests that would be sent.
func (m *batchRun) rehearse(ctx context.Context, c *dockerhub.Client, j *job.Job[BatchItem]) error {
	if err := AllOutcomes(m.a); err != nil {
		return err
	}
	for _, e := range j.Left() {
		if _, err := m.DoInGroup(ctx, c, j, e, j.Past(e)); err != nil && !errors.Is(err, dockerhub.ErrDryRun) {
			return job.ItemError{ID: e.ID, Err: err}
		}
	}
	return nil
}

func (m *batchRun) became(e BatchItem) string {
	if _, existed := m.existed.Load(e.ID); existed {
		return "already exists:"
	}
	if m.Became != nil {
		return m.Became(e)
	}
	return m.Done
}

// print prints the server's responses to items.
func (m *batchRun) print(o output.Options, items []string) error {
	p, err := m.Table.Printer(m.a.Out(), o)
	if err != nil {
		return err
	}
	var rows []output.Row
	for _, id := range items {
		answer, _ := m.answers.Load(id)
		if row, answered := answer.(output.Row); answered {
			rows = append(rows, row)
		}
	}
	return p.Rows(seq.Of(rows))
}
