package cli

import (
	"github.com/hubctl/hubctl/dockerhub"
)

// Exit status 2 promises that nothing was changed, so a usage error after a change
// is a partial failure. Whoever changes something calls App.Change: the client for
// requests, and commands for local changes.

// Change records that something was changed, or may have been.
func (a *App) Change() { a.changed.Store(true) }

// afterChangeError is an error after something was changed.
type afterChangeError struct{ error }

func (e afterChangeError) Unwrap() error { return e.error }

// afterAnyChange marks err as an afterChangeError if something was changed.
func (a *App) afterAnyChange(err error) error {
	if err != nil && a.changed.Load() {
		return afterChangeError{err}
	}
	return err
}

// guard refuses a request that would change something without a session. raw
// sends it all the same.
func (a *App) guard(dockerhub.Request) error {
	if a.SendAsIs {
		return nil
	}
	return a.NeedSession()
}

// NeedSession is an error without a session, except in a dry run.
func (a *App) NeedSession() error {
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous && !a.Flags.DryRun {
		return ErrNotLoggedIn
	}
	return nil
}
