package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// How long hubctl continues after the first signal.
const (
	Grace    = 500 * time.Millisecond // until an action has to have returned
	patience = time.Minute            // until it has to even within a stretch that is held
)

// Signals is what SIGINT and SIGTERM do. The first one ends the context. An
// action that still has not returned after a grace period, because it writes to
// a full pipe, reads from a silent one or computes without end, is abandoned:
// the process ends under it. A second signal kills the process at once.
type Signals struct {
	Ctx       context.Context //nolint:containedctx // the one that signals end
	cancel    context.CancelFunc
	sig       atomic.Value  // the first os.Signal
	held      atomic.Int32  // stretches under way that must not be cut off
	children  atomic.Int32  // programs of the user's that run in one of them
	Abandoned chan struct{} // closed when the action is abandoned
}

func NewSignals(parent context.Context) *Signals {
	s := &Signals{Abandoned: make(chan struct{})}
	s.Ctx, s.cancel = context.WithCancel(parent)
	return s
}

// Listen starts listening. That starts threads, which a command that calls no
// server can do without: until then a signal kills the process.
func (s *Signals) Listen() {
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		s.sig.Store(<-received)
		signal.Stop(received)
		s.cancel()
		s.watch()
	}()
}

// Caught is the first signal, or nil.
func (s *Signals) Caught() os.Signal {
	sig, _ := s.sig.Load().(os.Signal)
	return sig
}

// Hold keeps the process alive until release, for a stretch that a signal must
// not cut off. The action has its grace period after that.
func (s *Signals) Hold() (release func()) {
	s.held.Add(1)
	return func() { s.held.Add(-1) }
}

// watch abandons the action once nothing has been held for a grace period, or
// patience is at its end. A user's program has all the time it needs.
func (s *Signals) watch() {
	free := time.Now()
	for end := free.Add(patience); time.Now().Before(end) && time.Since(free) < Grace; time.Sleep(Grace / 20) {
		if s.held.Load() > 0 {
			free = time.Now()
		}
		if s.children.Load() > 0 {
			end = time.Now().Add(patience)
		}
	}
	close(s.Abandoned)
}

// Run runs a program of the user's, within a stretch that is held. The program
// gets the signal too, and is waited for. SIGINT of a terminal reaches it anyway.
func (s *Signals) Run(cmd *exec.Cmd, terminal bool) error {
	s.children.Add(1)
	defer s.children.Add(-1)
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(s.Ctx, func() {
		if sig := s.Caught(); sig != os.Interrupt || !terminal {
			_ = cmd.Process.Signal(sig)
		}
	})
	defer stop()
	return cmd.Wait()
}

// errUnread is a secret that was printed, and that nothing has read.
var errUnread = errors.New("interrupted before it was read")

// Deliver runs write, which prints a secret. If a signal comes and write is
// still blocked after a grace period, deliver gives up on it, so that the caller
// can revoke the secret.
func (s *Signals) Deliver(write func() error) error {
	done := make(chan error, 1)
	go func() { done <- write() }()
	select {
	case err := <-done:
		return err
	case <-s.Ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(Grace):
		return errUnread
	}
}

// Abandon is the exit status of a run whose action does not return. It reports
// the signal, but does not wait for a standard error that blocks, too.
func (a *App) Abandon() int {
	err := InterruptedError{a.Signals.Caught(), context.Canceled}
	reported := make(chan struct{})
	go func() {
		a.Report(nil, err)
		close(reported)
	}()
	select {
	case <-reported:
	case <-time.After(Grace / 5):
	}
	return ExitStatus(err)
}
