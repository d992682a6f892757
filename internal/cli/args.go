package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// NamespaceOf returns the namespace in the first argument, or the default one.
func NamespaceOf(a *App, args []string) (string, error) {
	if len(args) > 0 {
		namespace, err := hub.ParseNamespace(args[0])
		return namespace, cmp.Or(err, a.Within.Agrees(args[0], namespace))
	}
	namespace, err := a.Namespace()
	if errors.Is(err, ErrNotLoggedIn) {
		err = hinted{
			hub.InputError("no namespace given and not logged in"),
			"pass --namespace NAMESPACE, or log in with: " + LoginCommand(a),
		}
	}
	return namespace, err
}

// The following methods parse references. The client must be open, since a bare
// name is in the namespace of the session's user.

// Repository parses NAMESPACE/REPO.
func (a *App) Repository(arg string) (hub.Reference, error) {
	r, err := a.Reference(arg)
	if err == nil && r.Tag != "" {
		return r, hub.InputError(fmt.Sprintf("expected a repository, got a tag: use %s", r.Repository()))
	}
	return r, err
}

// Tag parses NAMESPACE/REPO:TAG.
func (a *App) Tag(arg string) (hub.Reference, error) {
	r, err := a.Reference(arg)
	if err == nil && r.Tag == "" {
		return r, hub.InputError(fmt.Sprintf("%q has no tag: use %s:TAG", arg, r.Repository()))
	}
	return r, err
}

// Manifest parses NAMESPACE/REPO@DIGEST.
func (a *App) Manifest(arg string) (hub.Reference, error) {
	r, err := hub.ParseManifest(arg)
	if err != nil {
		return r, err
	}
	return a.placed(arg, r)
}

// Reference parses NAMESPACE/REPO with or without a tag.
func (a *App) Reference(arg string) (hub.Reference, error) {
	r, err := hub.ParseReference(arg)
	if err != nil {
		return r, notGlob(a, arg, err)
	}
	return a.placed(arg, r)
}

// placed adds the default namespace to a reference without one.
func (a *App) placed(arg string, r hub.Reference) (_ hub.Reference, err error) {
	if r.Namespace != "" {
		return r, a.Within.Agrees(arg, r.Namespace)
	}
	a.bareName = r.Name
	if r.Namespace, err = a.Namespace(); errors.Is(err, ErrNotLoggedIn) {
		return r, hinted{
			hub.InputError(fmt.Sprintf("%q has no namespace, and you are not logged in", arg)),
			"use NAMESPACE/REPO (library/REPO for an official image), or log in with: " + LoginCommand(a),
		}
	}
	return r, err
}

// Namespace returns the namespace of repositories named without one: from a flag or
// the setting, or else the session's user.
func (a *App) Namespace() (string, error) {
	if a.Settings.Namespace != "" {
		return hub.ParseNamespace(a.Settings.Namespace)
	}
	if user := a.Current.Session.User; user != "" {
		return user, nil
	}
	return "", ErrNotLoggedIn
}

// Org returns the organization from --org or the setting.
func (a *App) Org() (string, error) {
	switch {
	case a.Settings.Org != "":
		return hub.Segment(a.Settings.Org)
	case a.Settings.Sandbox:
		return sandbox.DemoOrg, nil
	}
	return "", NewUsageError(hinted{
		errors.New("no organization given"),
		"pass --org ORG, set HUBCTL_ORG, or run: hubctl config set org ORG",
	})
}

// Account returns the chosen organization, or else the session's user.
func (a *App) Account() (string, error) {
	if a.Settings.Org != "" {
		return hub.Segment(a.Settings.Org)
	}
	return a.Me()
}

// Me returns the session's user.
func (a *App) Me() (string, error) {
	if user := a.Current.Session.User; user != "" {
		return user, nil
	}
	if a.Current.Session.Kind == dockerhub.Anonymous {
		return "", ErrNotLoggedIn
	}
	return "", hub.InputError("the session does not name its user: pass USER")
}
