package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

func newLogin(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "login", Short: "Log in, and stay so for the next commands",
		Long: "Log in with a password or an access token, and keep the session for the next\n" +
			"commands. An access token (dckr_pat_…, dckr_oat_…) is kept and traded for a\n" +
			"session whenever one is needed. A password is never kept: the session it buys\n" +
			"is, until it ends. Only a session bought with a password can manage access\n" +
			"tokens.",
		Annotations: map[string]string{profileKey: "new"},
		Example:     "  hubctl login -U ada\n  pass docker/token | hubctl login -U ada --password-stdin\n  hubctl login --profile work -U acme --password-stdin < oat.txt",
	}
	stdin := cmd.Flags().Bool("password-stdin", false, "read the password or access token from standard input")
	otp := cmd.Flags().String("otp", "", "`code` of the second factor; HUBCTL_OTP too")
	cmd.Flags().String("store", session.InKeyring, "`where` to keep the login: keyring, file or none")
	savePassword := cmd.Flags().Bool("save-password", false, "keep the password too, in the keyring, to renew the session with")
	completeFlag(cmd, "otp")
	completeFlag(cmd, "store", session.Stores...)
	printing(cmd, whoTable.Names())
	honors(cmd, "output", "jq", "template", "columns", "no-headers", "quiet")
	return a.local(cmd, func(ctx context.Context, _ []string) error {
		p, err := whoTable.Printer(a.io.Out, a.options())
		if err != nil {
			return usageError{err}
		}
		if a.flags.token != "" {
			return usageError{errors.New("--token is for single commands; log in with --password-stdin")}
		}
		if *savePassword && a.set.Store != session.InKeyring {
			return usageError{errors.New("--save-password goes with --store keyring: a password is kept nowhere else")}
		}
		user, secret, err := a.askLogin(ctx, *stdin)
		if err != nil {
			return err
		}
		o, err := a.clientOptions()
		if err != nil {
			return err
		}
		o.DryRun = nil
		c, err := dockerhub.New(o)
		if err != nil {
			return err
		}
		so := a.sessionOptions(c)
		if *otp != "" {
			a.seen.add(*otp)
			so.Code = func(context.Context) (string, error) { return *otp, nil }
		}
		bearer, err := session.LogIn(ctx, so, user, secret)
		if err != nil {
			return err
		}
		login := session.NewLogin(a.origin(), user, secret, bearer, *savePassword)
		if login.Store = a.set.Store; a.set.Sandbox && login.Store == session.InKeyring {
			login.Store = session.InFile
		}
		where, err := a.replaceLogin(ctx, login)
		if err != nil {
			return err
		}
		a.change()
		a.notice("logged in to %s as %s%s", a.host(), login.User, where)
		if source := settings.Environ().Source; source != "" && !a.set.Sandbox {
			a.notice("%s is set, and comes before this login", source)
		}
		renewed := login.Secret != "" || login.Password != ""
		return p.One(a.describeSession(login.Kind, login.User, bearer, "hubctl login", renewed, nil))
	})
}

// askLogin gets the user and the secret to log in with, from the terminal where
// they are not given.
func (a *app) askLogin(ctx context.Context, stdin bool) (user, secret string, err error) {
	if user = a.flags.user; user == "" && !a.set.Sandbox {
		if user = a.set.User; user == "" {
			user = settings.Environ().User
		}
	}
	switch {
	case stdin && user == "":
		return "", "", usageError{errors.New("give the Docker ID with -U: standard input holds the password")}
	case !stdin && !terminal.IsTerminal(a.io.In):
		return "", "", usageError{errors.New("give --password-stdin: standard input is no terminal, so nobody can be asked")}
	case stdin:
		if secret, err = a.io.ReadLine(ctx); err != nil {
			err = usageError{err}
		}
	default:
		for user = strings.TrimSpace(user); user == ""; user = strings.TrimSpace(user) {
			if user, err = a.io.Ask(ctx, "Docker ID:"); err != nil {
				return "", "", err
			}
			if redact.HoldsSecret(user) {
				return "", "", usageError{errSecret}
			}
		}
		secret, err = a.askSecret(ctx, "Password or access token of "+user+" on "+a.host()+":")
	}
	user = strings.TrimSpace(user)
	if err == nil && (user == "" || secret == "") {
		err = usageError{errors.New("the Docker ID and the password or access token may not be empty")}
	}
	a.seen.add(secret)
	return user, secret, err
}

// replaceLogin stores a login, drops what was kept for the one before it, and
// returns where it is now, for people.
func (a *app) replaceLogin(ctx context.Context, l session.Login) (where string, err error) {
	if l.Store == session.Nowhere {
		return "; nothing of it is kept", nil
	}
	old, err := a.store().Find(a.profile())
	if err != nil {
		return "", err
	}
	store, err := a.store().Put(ctx, a.profile(), l)
	if err != nil {
		return "", fmt.Errorf("logged in, but the login cannot be kept: %w", err)
	}
	where = map[string]string{
		session.InKeyring: ", kept in the keyring", session.InFile: ", kept in " + a.paths().Credentials,
	}[store]
	if old == nil {
		return where, nil
	}
	return where, a.forget(old)
}

// forget drops the caches of a login.
func (a *app) forget(l *session.Login) error {
	return errors.Join(a.cache().Forget(l.Origin, l.User), a.forgetCandidates(l.Origin, l.User))
}

func newLogout(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "logout", Short: "Forget the login of a profile",
		Example: "  hubctl logout\n  hubctl logout --profile work",
	}
	honors(cmd, silentFlags...)
	return a.local(cmd, func(ctx context.Context, _ []string) error {
		login, err := a.store().Find(a.profile())
		if err != nil || a.flags.dryRun {
			return err
		}
		if login == nil {
			a.notice("profile %s has no login", a.profile())
		} else if err := a.logOut(ctx, a.profile()); err != nil {
			return err
		}
		a.tellWho(ctx)
		return nil
	})
}
