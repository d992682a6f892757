// Package auditlog exports and follows audit logs. Each event is read once, even
// though a log has no event IDs and grows while it is read, and a state file lets
// a later run resume where an earlier one ended.
package auditlog

import (
	"context"
	"iter"
	"os"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
)

// exportSpan is how far back an export goes by default. The Hub is known to keep
// three months.
const exportSpan = 365 * 24 * time.Hour

// Env holds the program's services for reading an audit log.
type Env struct {
	Client    *dockerhub.Client
	Origin    string                   // of the server: a state file is for one server only
	Now       time.Time                // when the command started
	Out       *os.File                 // where the events are printed
	LockOf    func(path string) string // the lock file of a state file
	Hold      func() (release func())  // keeps signals from interrupting a save
	Failpoint func(name string)        // called before each step of a save; nil = nothing
	OnFault   func(error)              // called when a follow starts to fail, and with nil when it recovers

	Concurrency int // maximum number of windows of time that an export reads at once
}

// A Query selects the events to read.
type Query struct {
	Account   string
	Filter    dockerhub.AuditListOptions
	StateFile string // where the run starts and its progress is saved; "" = nowhere
}

// A Run reads the events that earlier runs with the same state file have not read.
type Run struct {
	reader reader
	state  stateFile
	out    *os.File
	hold   func() (release func())
	events func(context.Context) iter.Seq2[dockerhub.AuditLog, error]
}

// Export opens a run that ends at q.Filter.To, or now if that is zero or in the
// future. The first run starts at q.Filter.From, or a year ago if that is zero.
func Export(ctx context.Context, env Env, q Query) (*Run, error) {
	if q.Filter.From.IsZero() {
		q.Filter.From = env.Now.Add(-exportSpan)
	}
	until := env.Now.UTC()
	if to := q.Filter.To; !to.IsZero() && to.Before(until) {
		until = to
	}
	r, err := open(ctx, env, q)
	if err != nil {
		return nil, err
	}
	r.reader.concurrency = env.Concurrency
	r.events = func(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
		return r.reader.read(ctx, until, func() error { return r.Save(ctx) })
	}
	return r, nil
}

// Follow opens a run that looks for new events at an interval and does not end
// by itself. The first run starts at q.Filter.From, or now if that is zero.
func Follow(ctx context.Context, env Env, q Query, interval time.Duration) (*Run, error) {
	var start time.Time
	if q.Filter.From.IsZero() {
		start = env.Now.UTC().Truncate(time.Second) // the log may count in seconds
		q.Filter.From = start
	}
	r, err := open(ctx, env, q)
	if err != nil {
		return nil, err
	}
	if !r.state.fresh {
		start = time.Time{}
	}
	r.events = func(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
		f := follower{
			reader: &r.reader, save: func() error { return r.Save(ctx) }, start: start, interval: interval,
			now: time.Now, sleep: hub.Sleep, onFault: env.OnFault,
		}
		return f.events(ctx)
	}
	return r, nil
}

// open reads the state file of a query, or creates it.
func open(ctx context.Context, env Env, q Query) (*Run, error) {
	f := q.Filter
	r := &Run{out: env.Out, hold: env.Hold}
	s := &r.state
	s.file = lockfile.File{Path: q.StateFile, Lock: env.LockOf(q.StateFile)}
	s.state = state{
		Version: stateVersion, Since: f.From, End: f.From,
		Source: source{Origin: env.Origin, Account: q.Account, Action: f.Action, Actor: f.Actor, Name: f.Name},
	}
	if env.Failpoint != nil {
		s.file.Step = func(step string) { env.Failpoint(step + " " + s.End.Format(time.RFC3339)) }
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	r.reader = reader{since: s.Since, end: s.End, recent: s.Recent}
	r.reader.list = func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error] {
		f := f // windows are read side by side
		f.From, f.To = from, to
		return env.Client.Audit.List(ctx, q.Account, f)
	}
	return r, nil
}

// Events yields the events, oldest first except for late ones. When it asks for
// the next event, those before must have been written to env.Out: Events saves
// the progress as it goes.
func (r *Run) Events(ctx context.Context) iter.Seq2[dockerhub.AuditLog, error] {
	return r.events(ctx)
}

// Save saves the progress: all events that Events has yielded are printed. An
// interrupt does not keep it from saving.
func (r *Run) Save(ctx context.Context) error {
	defer r.hold()()
	if err := fsync(r.out); err != nil {
		return &output.WriteError{Err: err}
	}
	s := &r.state
	s.Since, s.End, s.Recent = r.reader.since, r.reader.end, r.reader.recent
	return s.save(context.WithoutCancel(ctx))
}

// fsync returns when what was printed is on disk, if it goes to a file.
func fsync(f *os.File) error {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.Sync()
}
