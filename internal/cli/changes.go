package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
)

// Change records that something was changed, or may have been. Exit status 2 promises that
// nothing was, so a later usage error gets a different one.
func (a *App) Change() { a.changed.Store(true) }

// LocalChange is Local for a command that changes something on this machine. The document that
// action returns is printed in the format of -o, but not as a table: a notice reports the change.
func (a *App) LocalChange(cmd *cobra.Command, action func(context.Context, []string) (any, error)) *cobra.Command {
	Honors(cmd, DocumentFlags...)
	Changes(cmd)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		o := a.Options()
		formatted := a.Flags.OutputGiven || a.WantsJSON() || o.JQ != "" || o.Template != ""
		formatted = formatted && (o.Format != "table" || o.JQ != "" || o.Template != "")
		if formatted {
			if err := output.CheckDocument(o); err != nil {
				return NewUsageError(err)
			}
		}
		doc, err := action(ctx, args)
		if doc == nil || !formatted {
			return err
		}
		return cmp.Or(err, output.Document(a.Out(), MustJSON(doc), o))
	})
}

// A Deletion is the JSON for something deleted on this machine.
type Deletion struct {
	ID      string `json:"id"`
	Deleted bool   `json:"deleted"`
}

// afterChangeError is an error that occurred after something was changed.
type afterChangeError struct{ error }

func (e afterChangeError) Unwrap() error { return e.error }

// afterAnyChange returns err, marked as an afterChangeError if something was changed.
func (a *App) afterAnyChange(err error) error {
	if err != nil && a.changed.Load() {
		return afterChangeError{err}
	}
	return err
}

// guard refuses to send a change without a session, except for raw, which sends anything.
func (a *App) guard(dockerhub.Request) error {
	if a.SendAsIs {
		return nil
	}
	return a.NeedSession()
}

// NeedSession fails without a session, unless this is a dry run.
func (a *App) NeedSession() error {
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous && !a.Flags.DryRun {
		return ErrNotLoggedIn
	}
	return nil
}
