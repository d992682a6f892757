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

// How long an action may continue after the first signal.
const (
	Grace    = 500 * time.Millisecond
	patience = time.Minute // while held
)

// Signals handles SIGINT and SIGTERM. The first one cancels the context. An action that does
// not return within a grace period, because it writes to a full pipe, reads from a silent one
// or computes forever, is abandoned: the process exits. A second signal kills the process.
type Signals struct {
	Ctx       context.Context //nolint:containedctx // canceled by a signal
	cancel    context.CancelFunc
	sig       atomic.Value // the first os.Signal
	held      atomic.Int32 // number of sections that must not be cut off
	children  atomic.Int32 // number of user programs running in them
	yielded   atomic.Bool  // SIGINT is for another program
	received  chan os.Signal
	Abandoned chan struct{} // closed when the action is abandoned
}

func NewSignals(parent context.Context) *Signals {
	s := &Signals{received: make(chan os.Signal, 1), Abandoned: make(chan struct{})}
	s.Ctx, s.cancel = context.WithCancel(parent)
	return s
}

// Listen starts to handle signals. Until then they kill the process, so commands that send
// nothing need no extra threads.
func (s *Signals) Listen() {
	signal.Notify(s.received, os.Interrupt, syscall.SIGTERM)
	go func() {
		sig := <-s.received
		for sig == os.Interrupt && s.yielded.Load() {
			sig = <-s.received
		}
		s.sig.Store(sig)
		signal.Stop(s.received)
		s.cancel()
		s.watch()
	}()
}

// Yield leaves SIGINT to another program of the terminal until back. Unlike
// signal.Ignore, it does not affect the programs that hubctl starts.
func (s *Signals) Yield() (back func()) {
	drop := make(chan os.Signal, 1)
	signal.Notify(drop, os.Interrupt) // else it kills a process that does not listen
	s.yielded.Store(true)
	return func() {
		s.yielded.Store(false)
		signal.Stop(drop)
	}
}

// Send acts as if a signal had arrived.
func (s *Signals) Send(sig os.Signal) {
	select {
	case s.received <- sig:
	default: // the first one counts
	}
}

// Caught returns the first signal, or nil.
func (s *Signals) Caught() os.Signal {
	sig, _ := s.sig.Load().(os.Signal)
	return sig
}

// Hold keeps the process alive until release, for a section that a signal must not cut off. The
// grace period begins afterward.
func (s *Signals) Hold() (release func()) {
	s.held.Add(1)
	return func() { s.held.Add(-1) }
}

// watch abandons the action once nothing has been held for a grace period, or after patience.
// A user program may take as long as it needs.
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

// Run runs a user program and waits for it. It forwards signals, except for SIGINT from a
// terminal, which the program receives anyway.
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

// errUnread means that a secret was written but not read.
var errUnread = errors.New("interrupted before it was read")

// Deliver runs write, which prints a secret. If write is still blocked a grace period after a
// signal, Deliver gives up on it, so that the caller can revoke the secret.
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

// Abandon reports the signal and returns the exit status of a run whose action does not return.
// It does not wait for a blocked standard error.
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
