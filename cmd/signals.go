package cmd

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
	grace    = 500 * time.Millisecond // until an action has to have returned
	patience = time.Minute            // until it has to even within a stretch that is held
)

// signals is what SIGINT and SIGTERM do. The first one ends the context. An
// action that still has not returned after a grace period, because it writes to
// a full pipe, reads from a silent one or computes without end, is abandoned:
// the process ends under it. A second signal kills the process at once.
type signals struct {
	ctx       context.Context
	cancel    context.CancelFunc
	sig       atomic.Value  // the first os.Signal
	held      atomic.Int32  // stretches under way that must not be cut off
	children  atomic.Int32  // programs of the user's that run in one of them
	abandoned chan struct{} // closed when the action is abandoned
}

func newSignals(parent context.Context) *signals {
	s := &signals{abandoned: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(parent)
	return s
}

// listen starts listening. That starts threads, which a command that calls no
// server can do without: until then a signal kills the process.
func (s *signals) listen() {
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		s.sig.Store(<-received)
		signal.Stop(received)
		s.cancel()
		s.watch()
	}()
}

// caught is the first signal, or nil.
func (s *signals) caught() os.Signal {
	sig, _ := s.sig.Load().(os.Signal)
	return sig
}

// hold keeps the process alive until release, for a stretch that a signal must
// not cut off. The action has its grace period after that.
func (s *signals) hold() (release func()) {
	s.held.Add(1)
	return func() { s.held.Add(-1) }
}

// watch abandons the action once nothing has been held for a grace period, or
// patience is at its end. A user's program has all the time it needs.
func (s *signals) watch() {
	free := time.Now()
	for end := free.Add(patience); time.Now().Before(end) && time.Since(free) < grace; time.Sleep(grace / 20) {
		if s.held.Load() > 0 {
			free = time.Now()
		}
		if s.children.Load() > 0 {
			end = time.Now().Add(patience)
		}
	}
	close(s.abandoned)
}

// run runs a program of the user's, within a stretch that is held. The program
// gets the signal too, and is waited for. SIGINT of a terminal reaches it anyway.
func (s *signals) run(cmd *exec.Cmd, terminal bool) error {
	s.children.Add(1)
	defer s.children.Add(-1)
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(s.ctx, func() {
		if sig := s.caught(); sig != os.Interrupt || !terminal {
			_ = cmd.Process.Signal(sig)
		}
	})
	defer stop()
	return cmd.Wait()
}

// errUnread is a secret that was printed, and that nothing has read.
var errUnread = errors.New("interrupted before it was read")

// deliver runs print, which prints a secret. If a signal comes and print is
// still blocked after a grace period, deliver gives up on it, so that the caller
// can revoke the secret.
func (s *signals) deliver(print func() error) error {
	done := make(chan error, 1)
	go func() { done <- print() }()
	select {
	case err := <-done:
		return err
	case <-s.ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return errUnread
	}
}

// abandon is the exit status of a run whose action does not return. It reports
// the signal, but does not wait for a standard error that blocks, too.
func (a *app) abandon() int {
	err := interrupted{a.signals.caught(), context.Canceled}
	reported := make(chan struct{})
	go func() {
		a.report(nil, err)
		close(reported)
	}()
	select {
	case <-reported:
	case <-time.After(grace / 5):
	}
	return exitStatus(err)
}
