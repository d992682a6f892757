package cli

import (
	"github.com/hubctl/hubctl/dockerhub"
)

// Exit status 2 promises that nothing was changed, so a usage error that comes
// up later is a failure half way. What has changed something says so to app.change:
// the client for requests, and the commands that change something here.

// Change notes that something was changed, or may have been.
func (a *App) Change() { a.changed.Store(true) }

// afterChange is an error that came up when something had been changed already.
type afterChange struct{ error }

func (e afterChange) Unwrap() error { return e.error }

// afterAnyChange is err, marked as an afterChange if it is one.
func (a *App) afterAnyChange(err error) error {
	if err != nil && a.changed.Load() {
		return afterChange{err}
	}
	return err
}

// guard keeps back a request that would change something and cannot, since no
// session goes with it. raw sends what it is told to.
func (a *App) guard(dockerhub.Request) error {
	if a.SendAsIs {
		return nil
	}
	return a.NeedSession()
}

// NeedSession refuses what no session goes with. A dry run does without.
func (a *App) NeedSession() error {
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous && !a.Flags.DryRun {
		return ErrNotLoggedIn
	}
	return nil
}
