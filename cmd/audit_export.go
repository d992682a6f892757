package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
)

// auditReach is how far back an export goes that is not told. The Hub is known
// to keep three months.
const auditReach = 365 * 24 * time.Hour

func auditExport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export [ACCOUNT]", Short: "Print a whole audit log, the oldest event first", Args: cobra.MaximumNArgs(1),
		Long: "Print a whole audit log as lines of JSON, or as CSV with -o csv, each event once and the\n" +
			"oldest first. It begins a year ago, unless --since says otherwise; the Hub is known to keep\n" +
			"three months.\n" + auditAccount + "\n\n" +
			"With --state FILE an export goes on where the last one with this file ended; --since\n" +
			"then counts for the first of them. The file is written when events were printed, so an\n" +
			"export that breaks off leaves none out: the next one may repeat some. Events that appeared\n" +
			"late in the log, up to ten minutes, come with the next export. CSV has its headings each\n" +
			"time, but for --no-headers.",
		Example: "  hubctl audit export acme --since 30d > acme.ndjson\n" +
			"  hubctl audit export acme --state acme.state >> acme.ndjson\n" +
			"  hubctl audit export acme --since 2026-10-01 --until 2026-10-31 -o csv > october.csv",
		ValidArgsFunction: a.completeOrgs,
	}
	filter := auditFilter(a, cmd)
	file := cmd.Flags().String("state", "", "go on where the last export with this `file` ended, and note in it how far this one came")
	must(cmd.MarkFlagFilename("state"))
	printing(cmd, auditTable.Names())
	return a.run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, err := a.exportOptions()
		if err != nil {
			return usageError{err}
		}
		p, err := auditTable.Printer(a.out, o)
		if err != nil {
			return usageError{err}
		}
		account, err := a.account(args)
		if err != nil {
			return err
		}
		f := filter()
		x := auditStateFile{file: lockfile.File{Path: *file}}
		if a.point != nil {
			x.file.Step = func(step string) { a.point(step + " " + x.End.Format(time.RFC3339)) }
		}
		x.auditState = auditState{Version: auditStateVersion, Of: auditSource{a.origin(), account, f.Action, f.Actor, f.Name}}
		x.Since = f.From
		if x.Since.IsZero() {
			x.Since = a.now.Add(-auditReach)
		}
		x.End = x.Since
		if err := x.open(ctx); err != nil {
			return err
		}
		r := auditReader{since: x.Since, end: x.End, edge: x.Edge, read: func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error] {
			f.From, f.To = from, to
			return c.Audit.List(ctx, account, f)
		}}
		until := a.now.UTC()
		if f.To.Before(until) && !f.To.IsZero() {
			until = f.To
		}
		return p.Rows(r.to(ctx, until, func() error {
			if err := settle(a.out); err != nil {
				return &output.WriteError{Err: err}
			}
			x.End, x.Edge = r.end, r.edge
			return x.save(ctx)
		}))
	})
}

// exportOptions are the output options, of which an export takes those that let
// it print an event as soon as it was read. All of an event is printed.
func (a *app) exportOptions() (output.Options, error) {
	o := a.options()
	switch {
	case a.flags.outputGiven && o.Format != "ndjson" && o.Format != "csv":
		return o, fmt.Errorf("an export is printed as ndjson or csv, not as %s", o.Format)
	case o.JQ != "" || o.Template != "" || o.Sort != "" || o.Limit != 0 || o.Quiet:
		return o, errors.New("an export is printed whole and as it comes: --jq, --template, --sort, --limit and --quiet have no meaning for it")
	case o.Format != "csv":
		o.Format = "ndjson"
	case len(o.Columns) == 0:
		o.Columns = auditTable.Names()
	}
	return o, nil
}

// settle returns when what was printed is on the disk, if that is where it goes.
func settle(f *os.File) error {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.Sync()
}

const auditStateVersion = 1

// An auditState is how far an export came.
type auditState struct {
	Version int         `json:"version"`
	Of      auditSource `json:"of"`
	Since   time.Time   `json:"since"`
	End     time.Time   `json:"end"`  // of the last window whose events were printed
	Edge    []auditMark `json:"edge"` // auditReader's
}

// An auditSource is what an export reads: another one is none to go on with.
type auditSource struct {
	Origin  string `json:"origin"`
	Account string `json:"account"`
	Action  string `json:"action,omitempty"`
	Actor   string `json:"actor,omitempty"`
	Name    string `json:"name,omitempty"`
}

func (s auditSource) String() string {
	words := []string{s.Account, "on", s.Origin}
	for _, f := range []struct{ flag, value string }{{"--action", s.Action}, {"--actor", s.Actor}, {"--name", s.Name}} {
		if f.value != "" {
			words = append(words, f.flag, f.value)
		}
	}
	return strings.Join(words, " ")
}

// An auditStateFile is a state and the file that keeps it. Without a path
// nothing is kept.
type auditStateFile struct {
	auditState
	file lockfile.File
	kept []byte // what the file holds
}

// open takes the state of the file, if there is one, and writes the file if
// there is none: an export that breaks off at once is to begin again where this
// one did.
func (x *auditStateFile) open(ctx context.Context) error {
	if x.file.Path == "" {
		return nil
	}
	b, err := x.file.Read()
	if err != nil {
		return usageError{err}
	}
	if b == nil {
		return x.save(ctx)
	}
	var found auditState
	err = json.Unmarshal(b, &found)
	switch {
	case err != nil:
		return usageError{fmt.Errorf("%s is no state of an export: %w", x.file.Path, err)}
	case found.Version != auditStateVersion:
		return usageError{fmt.Errorf("%s is no state of an export, or of another version of hubctl", x.file.Path)}
	case found.Of != x.Of:
		return usageError{fmt.Errorf("%s is the state of an export of %s, and this one is of %s: give each a file of its own", x.file.Path, found.Of, x.Of)}
	}
	x.auditState, x.kept = found, b
	return nil
}

func (x *auditStateFile) save(ctx context.Context) error {
	if x.file.Path == "" {
		return nil
	}
	b, err := json.Marshal(x.auditState)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	err = x.file.Update(ctx, func(old []byte) ([]byte, error) {
		if !bytes.Equal(old, x.kept) {
			return nil, fmt.Errorf("%s was written by somebody else meanwhile: does another export use it?", x.file.Path)
		}
		return b, nil
	})
	x.kept = b
	return err
}
