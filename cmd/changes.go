package cmd

import (
	"github.com/hubctl/hubctl/dockerhub"
)

// Exit status 2 promises that nothing was changed, so a usage error that comes
// up later is a failure half way. What has changed something says so to app.change:
// the client for requests, and the commands that change something here.

// change notes that something was changed, or may have been.
func (a *app) change() { a.changed.Store(true) }

// afterChange is an error that came up when something had been changed already.
type afterChange struct{ error }

func (e afterChange) Unwrap() error { return e.error }

// timed is err, marked as an afterChange if it is one.
func (a *app) timed(err error) error {
	if err != nil && a.changed.Load() {
		return afterChange{err}
	}
	return err
}

// guard keeps back a request that would change something and cannot, since no
// session goes with it. raw sends what it is told to.
func (a *app) guard(dockerhub.Request) error {
	if a.asTold {
		return nil
	}
	return a.needSession()
}

// needSession refuses what no session goes with. A dry run does without.
func (a *app) needSession() error {
	if a.opened != nil && a.opened.session.Kind == dockerhub.Anonymous && !a.flags.dryRun {
		return errNotLoggedIn
	}
	return nil
}
