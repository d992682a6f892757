package auditlog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
)

const stateVersion = 1

// A state is the saved progress of a run.
type state struct {
	Version int         `json:"version"`
	Source  source      `json:"of"`
	Since   time.Time   `json:"since"`
	End     time.Time   `json:"end"`  // of the last window whose events were printed
	Recent  []seenEvent `json:"edge"` // the reader's
}

// A source identifies the events of a run. Only a run with the same source can resume it.
type source struct {
	Origin  string `json:"origin"`
	Account string `json:"account"`
	Action  string `json:"action,omitempty"`
	Actor   string `json:"actor,omitempty"`
	Name    string `json:"name,omitempty"`
}

// String describes the source in terms of the command line.
func (s source) String() string {
	words := []string{s.Account, "on", s.Origin}
	filters := []struct{ flag, value string }{{"--action", s.Action}, {"--actor", s.Actor}, {"--name", s.Name}}
	for _, f := range filters {
		if f.value != "" {
			words = append(words, f.flag, f.value)
		}
	}
	return strings.Join(words, " ")
}

// A stateFile is a state and the file it is saved in. Without a path, nothing is
// saved.
type stateFile struct {
	state
	file  lockfile.File
	saved []byte // content of the file
	fresh bool   // there was no state to resume from
}

// open reads the state from the file. If there is none, it creates the file, so that
// a run that fails immediately is repeated from the same time.
func (f *stateFile) open(ctx context.Context) error {
	if f.fresh = f.file.Path == ""; f.fresh {
		return nil
	}
	b, err := f.file.Read()
	if err != nil {
		return hub.InputError(err.Error())
	}
	if f.fresh = b == nil; f.fresh {
		return f.save(ctx)
	}
	var found state
	err = json.Unmarshal(b, &found)
	switch {
	case err != nil:
		return hub.InputError(fmt.Sprintf("%s is not an audit log state file: %v", f.file.Path, err))
	case found.Version != stateVersion:
		return hub.InputError(f.file.Path + " is not an audit log state file, or is from another version of hubctl")
	case found.Source != f.Source:
		return hub.InputError(fmt.Sprintf("%s is the state file of %s, not of %s: use a separate file for each",
			f.file.Path, found.Source, f.Source))
	}
	f.state, f.saved = found, b
	return nil
}

// save writes the state, unless another process has written the file since.
func (f *stateFile) save(ctx context.Context) error {
	if f.file.Path == "" {
		return nil
	}
	b, err := json.Marshal(f.state)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	err = f.file.Update(ctx, func(old []byte) ([]byte, error) {
		if !bytes.Equal(old, f.saved) {
			return nil, fmt.Errorf("%s was changed by another process: is another export or follow using it?",
				f.file.Path)
		}
		return b, nil
	})
	f.saved = b
	return err
}
