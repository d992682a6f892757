package auditlog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
)

// fsync returns when what was printed is on the disk, if that is where it goes.
func fsync(f *os.File) error {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.Sync()
}

const StateVersion = 1

// An State is how far a run came.
type State struct {
	Version int       `json:"version"`
	Of      Source    `json:"of"`
	Since   time.Time `json:"since"`
	End     time.Time `json:"end"`  // of the last window whose events were printed
	Edge    []mark    `json:"edge"` // auditReader's
}

// An Source is what a run reads: another one is none to go on with.
type Source struct {
	Origin  string `json:"origin"`
	Account string `json:"account"`
	Action  string `json:"action,omitempty"`
	Actor   string `json:"actor,omitempty"`
	Name    string `json:"name,omitempty"`
}

func (s Source) String() string {
	words := []string{s.Account, "on", s.Origin}
	for _, f := range []struct{ flag, value string }{{"--action", s.Action}, {"--actor", s.Actor}, {"--name", s.Name}} {
		if f.value != "" {
			words = append(words, f.flag, f.value)
		}
	}
	return strings.Join(words, " ")
}

// An StateFile is a state and the file that keeps it. Without a path
// nothing is kept.
type StateFile struct {
	State
	File  lockfile.File
	kept  []byte // what the file holds
	Fresh bool   // it held nothing to go on from
}

// Open takes the state of the file, if there is one, and writes the file if
// there is none: a run that breaks off at once is to begin again where this one
// did.
func (x *StateFile) Open(ctx context.Context) error {
	if x.Fresh = x.File.Path == ""; x.Fresh {
		return nil
	}
	b, err := x.File.Read()
	if err != nil {
		return hub.InputError(err.Error())
	}
	if x.Fresh = b == nil; x.Fresh {
		return x.save(ctx)
	}
	var found State
	err = json.Unmarshal(b, &found)
	switch {
	case err != nil:
		return hub.InputError(fmt.Sprintf("%s is not a state file of an audit log: %v", x.File.Path, err))
	case found.Version != StateVersion:
		return hub.InputError(fmt.Sprintf("%s is not a state file of an audit log, or is from another version of hubctl", x.File.Path))
	case found.Of != x.Of:
		return hub.InputError(fmt.Sprintf("%s is the state of the audit log of %s, and this is that of %s: give each a file of its own", x.File.Path, found.Of, x.Of))
	}
	x.State, x.kept = found, b
	return nil
}

func (x *StateFile) save(ctx context.Context) error {
	if x.File.Path == "" {
		return nil
	}
	b, err := json.Marshal(x.State)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	err = x.File.Update(ctx, func(old []byte) ([]byte, error) {
		if !bytes.Equal(old, x.kept) {
			return nil, fmt.Errorf("%s was written by somebody else meanwhile: does another export, or follow, use it?", x.File.Path)
		}
		return b, nil
	})
	x.kept = b
	return err
}
