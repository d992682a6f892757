package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// NamespaceOf is the namespace that the first argument names, and the usual one
// without any.
func NamespaceOf(a *App, args []string) (string, error) {
	if len(args) > 0 {
		namespace, err := hub.ParseNamespace(args[0])
		return namespace, cmp.Or(err, a.Within.Agrees(args[0], namespace))
	}
	namespace, err := a.Namespace()
	if err != nil {
		err = hub.InputError(fmt.Sprintf("which namespace? %v: give NAMESPACE, or log in with: %s", err, LoginCommand(a)))
	}
	return namespace, err
}

// What a command's arguments name. These are for use once the client is open,
// since a bare name is in the namespace of the session's user.

// Repository reads NAMESPACE/REPOSITORY.
func (a *App) Repository(arg string) (hub.Reference, error) {
	r, err := a.Reference(arg)
	if err == nil && r.Tag != "" {
		return r, hub.InputError(fmt.Sprintf("%q names a tag, and a repository is wanted: %s", arg, r.Repository()))
	}
	return r, err
}

// Tag reads NAMESPACE/REPOSITORY:TAG.
func (a *App) Tag(arg string) (hub.Reference, error) {
	r, err := a.Reference(arg)
	if err == nil && r.Tag == "" {
		return r, hub.InputError(fmt.Sprintf("%q names no tag: give %s:TAG", arg, r.Repository()))
	}
	return r, err
}

// Reference reads NAMESPACE/REPOSITORY with or without a tag.
func (a *App) Reference(arg string) (hub.Reference, error) {
	r, err := hub.ParseReference(arg)
	if err != nil {
		return r, notGlob(a, arg, err)
	}
	if r.Namespace != "" {
		return r, a.Within.Agrees(arg, r.Namespace)
	}
	a.bareName = r.Name
	if r.Namespace, err = a.Namespace(); err != nil {
		return r, hub.InputError(fmt.Sprintf("%q names no namespace: %v; give NAMESPACE/REPOSITORY "+
			"(official images are library/REPOSITORY), or log in with: %s", arg, err, LoginCommand(a)))
	}
	return r, nil
}

// Namespace is where repositories are that are named without one: in that of a
// flag or the setting, or else in the session user's.
func (a *App) Namespace() (string, error) {
	if a.Settings.Namespace != "" {
		return hub.ParseNamespace(a.Settings.Namespace)
	}
	if user := a.Current.Session.User; user != "" {
		return user, nil
	}
	return "", errors.New("nobody is logged in whose it could be")
}

// Org is the organization that was chosen.
func (a *App) Org() (string, error) {
	switch {
	case a.Settings.Org != "":
		return hub.Segment(a.Settings.Org)
	case a.Settings.Sandbox:
		return sandbox.DemoOrg, nil
	}
	return "", NewUsageError(errors.New("which organization? " +
		"Give --org ORG, set HUBCTL_ORG, or: hubctl config set org ORG"))
}

// Account returns the chosen organization, or the session's user if none was chosen.
func (a *App) Account() (string, error) {
	if a.Settings.Org != "" {
		return hub.Segment(a.Settings.Org)
	}
	return a.Me()
}

// Me is the session's user, for what only a user has.
func (a *App) Me() (string, error) {
	if user := a.Current.Session.User; user != "" {
		return user, nil
	}
	if a.Current.Session.Kind == dockerhub.Anonymous {
		return "", ErrNotLoggedIn
	}
	return "", hub.InputError("the session does not say whose it is: give the user")
}
