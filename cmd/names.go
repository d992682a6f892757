package cmd

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// What a command's arguments name. These are for use once the client is open,
// since a bare name is in the namespace of the session's user.

// sandboxOrg is the organization in the sandbox when none is given.
const sandboxOrg = "acme"

// repository reads NAMESPACE/REPOSITORY.
func (a *app) repository(arg string) (hub.Reference, error) {
	r, err := a.reference(arg)
	if err == nil && r.Tag != "" {
		return r, hub.InputError(fmt.Sprintf("%q names a tag, and a repository is wanted: %s", arg, r.Repository()))
	}
	return r, err
}

// tag reads NAMESPACE/REPOSITORY:TAG.
func (a *app) tag(arg string) (hub.Reference, error) {
	r, err := a.reference(arg)
	if err == nil && r.Tag == "" {
		return r, hub.InputError(fmt.Sprintf("%q names no tag: give %s:TAG", arg, r.Repository()))
	}
	return r, err
}

// reference reads NAMESPACE/REPOSITORY with or without a tag.
func (a *app) reference(arg string) (hub.Reference, error) {
	r, err := hub.ParseReference(arg)
	if err != nil {
		return r, notGlob(arg, err)
	}
	if r.Namespace != "" {
		return r, a.within.agrees(arg, r.Namespace)
	}
	a.bare = r.Name
	if r.Namespace, err = a.namespace(); err != nil {
		return r, hub.InputError(fmt.Sprintf("%q names no namespace: %v; give NAMESPACE/REPOSITORY (official images are library/REPOSITORY), or log in with: %s", arg, err, a.loginCommand()))
	}
	return r, nil
}

// namespace is where repositories are that are named without one: in that of a
// flag or the setting, or else in the session user's.
func (a *app) namespace() (string, error) {
	if a.set.Namespace != "" {
		return hub.ParseNamespace(a.set.Namespace)
	}
	if user := a.opened.session.User; user != "" {
		return user, nil
	}
	return "", errors.New("nobody is logged in whose it could be")
}

// org is the organization that was chosen.
func (a *app) org() (string, error) {
	switch {
	case a.set.Org != "":
		return hub.Segment(a.set.Org)
	case a.set.Sandbox:
		return sandboxOrg, nil
	}
	return "", usageError{errors.New("which organization? Give --org ORG, set HUBCTL_ORG, or: hubctl config set org ORG")}
}

// account is the user or organization that the first of args names, or else the
// organization that was chosen, or else the session's user.
func (a *app) account(args []string) (string, error) {
	switch {
	case len(args) > 0:
		account, err := hub.Segment(args[0])
		return account, cmp.Or(err, a.orgFlag().agrees(args[0], account))
	case a.set.Org != "":
		return hub.Segment(a.set.Org)
	}
	return a.me()
}

// me is the session's user, for what only a user has.
func (a *app) me() (string, error) {
	if user := a.opened.session.User; user != "" {
		return user, nil
	}
	if a.opened.session.Kind == dockerhub.Anonymous {
		return "", errNotLoggedIn
	}
	return "", hub.InputError("the session does not say whose it is: give the user")
}
