package auditlog

import (
	"context"
	"os"

	"github.com/hubctl/hubctl/internal/output"
)

// An Run reads an audit log on from where its state says that another run
// ended.
type Run struct {
	Reader
	Hold  func() (release func()) // keeps a signal from cutting it off
	State StateFile
	Out   *os.File // where the events are printed
}

// Keep notes what was read, which has to be printed by now. An interrupt comes
// too late for it.
func (r *Run) Keep(ctx context.Context) error {
	defer r.Hold()()
	if err := fsync(r.Out); err != nil {
		return &output.WriteError{Err: err}
	}
	x := &r.State
	x.Since, x.End, x.Edge = r.Since, r.End, r.Edge
	return x.save(context.WithoutCancel(ctx))
}
