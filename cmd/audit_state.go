package cmd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
)

func auditStateFlag(cmd *cobra.Command) *string {
	file := cmd.Flags().String("state", "", "go on where the last run with this `file` ended, and note in it how far this one came")
	must(cmd.MarkFlagFilename("state"))
	return file
}

// An auditRun reads an audit log on from where its state says that another run
// ended.
type auditRun struct {
	auditReader
	hold  func() (release func()) // keeps a signal from cutting it off
	state auditStateFile
	out   *os.File // where the events are printed
}

// openAudit begins a run of an account's log: after what the state in the file
// at path says was read, and at f.From if there is none.
func (a *app) openAudit(ctx context.Context, c *dockerhub.Client, account string, f dockerhub.AuditFilter, path string) (*auditRun, error) {
	r := &auditRun{out: a.io.Out, hold: a.signals.hold}
	x := &r.state
	x.file = lockfile.File{Path: path, Lock: a.lockOf(path)}
	x.auditState = auditState{
		Version: auditStateVersion, Of: auditSource{a.origin(), account, f.Action, f.Actor, f.Name},
		Since: f.From, End: f.From,
	}
	if a.point != nil {
		x.file.Step = func(step string) { a.point(step + " " + x.End.Format(time.RFC3339)) }
	}
	if err := x.open(ctx); err != nil {
		return nil, err
	}
	r.auditReader = auditReader{since: x.Since, end: x.End, edge: x.Edge, read: func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error] {
		f.From, f.To = from, to
		return c.Audit.List(ctx, account, f)
	}}
	return r, nil
}

// lockOf is the lock of a file in a folder that is not hubctl's, and not to be
// littered; "" = there is no better place.
func (a *app) lockOf(path string) string {
	jobs := a.paths().Jobs
	whole, err := filepath.Abs(path)
	if path == "" || jobs == "" || err != nil || os.MkdirAll(jobs, 0o700) != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(whole))
	return filepath.Join(jobs, hex.EncodeToString(sum[:16])+".lock")
}

// keep notes what was read, which has to be printed by now. An interrupt comes
// too late for it.
func (r *auditRun) keep(ctx context.Context) error {
	defer r.hold()()
	if err := settle(r.out); err != nil {
		return &output.WriteError{Err: err}
	}
	x := &r.state
	x.Since, x.End, x.Edge = r.since, r.end, r.edge
	return x.save(context.WithoutCancel(ctx))
}

// settle returns when what was printed is on the disk, if that is where it goes.
func settle(f *os.File) error {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.Sync()
}

const auditStateVersion = 1

// An auditState is how far a run came.
type auditState struct {
	Version int         `json:"version"`
	Of      auditSource `json:"of"`
	Since   time.Time   `json:"since"`
	End     time.Time   `json:"end"`  // of the last window whose events were printed
	Edge    []auditMark `json:"edge"` // auditReader's
}

// An auditSource is what a run reads: another one is none to go on with.
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
	file  lockfile.File
	kept  []byte // what the file holds
	fresh bool   // it held nothing to go on from
}

// open takes the state of the file, if there is one, and writes the file if
// there is none: a run that breaks off at once is to begin again where this one
// did.
func (x *auditStateFile) open(ctx context.Context) error {
	if x.fresh = x.file.Path == ""; x.fresh {
		return nil
	}
	b, err := x.file.Read()
	if err != nil {
		return hub.InputError(err.Error())
	}
	if x.fresh = b == nil; x.fresh {
		return x.save(ctx)
	}
	var found auditState
	err = json.Unmarshal(b, &found)
	switch {
	case err != nil:
		return hub.InputError(fmt.Sprintf("%s is not a state file of an audit log: %v", x.file.Path, err))
	case found.Version != auditStateVersion:
		return hub.InputError(fmt.Sprintf("%s is not a state file of an audit log, or is from another version of hubctl", x.file.Path))
	case found.Of != x.Of:
		return hub.InputError(fmt.Sprintf("%s is the state of the audit log of %s, and this is that of %s: give each a file of its own", x.file.Path, found.Of, x.Of))
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
			return nil, fmt.Errorf("%s was written by somebody else meanwhile: does another export, or follow, use it?", x.file.Path)
		}
		return b, nil
	})
	x.kept = b
	return err
}
