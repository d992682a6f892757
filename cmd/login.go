package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

func newLogin(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "login", Short: "Log in, and stay so for the next commands",
		Long: "Log in with a password or an access token, and keep the session for the next\n" +
			"commands. An access token (dckr_pat_…, dckr_oat_…) is kept and traded for a\n" +
			"session whenever one is needed. A password is never kept: the session it buys\n" +
			"is, until it ends. Only a session bought with a password can manage access\n" +
			"tokens.",
		Annotations: map[string]string{cli.ProfileKey: "new"},
		Example: "  hubctl login -U ada\n" +
			"  pass docker/token | hubctl login -U ada --password-stdin\n" +
			"  hubctl login --profile work -U acme --password-stdin < oat.txt",
	}
	stdin := cmd.Flags().Bool("password-stdin", false, "read the password or access token from standard input")
	otp := cmd.Flags().String("otp", "", "`code` of the second factor; HUBCTL_OTP too")
	cmd.Flags().String("store", session.InKeyring, "`where` to keep the login: keyring, file or none")
	savePassword := cmd.Flags().Bool("save-password", false,
		"keep the password too, in the keyring, to renew the session with")
	cli.CompleteFlag(cmd, "otp")
	cli.CompleteFlag(cmd, "store", session.Stores...)
	cli.DeclareColumns(cmd, whoTable.Names())
	cli.Honors(cmd, "output", "jq", "template", "columns", "no-headers", "quiet")
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		p, err := whoTable.Printer(a.IO.Out, a.Options())
		if err != nil {
			return cli.NewUsageError(err)
		}
		if a.Flags.Token != "" {
			return cli.NewUsageError(errors.New("--token is for single commands; log in with --password-stdin"))
		}
		if *savePassword && a.Settings.Store != session.InKeyring {
			return cli.NewUsageError(errors.New("--save-password goes with --store keyring: a password is kept nowhere else"))
		}
		user, secret, err := askLogin(ctx, a, *stdin)
		if err != nil {
			return err
		}
		o, err := a.ClientOptions()
		if err != nil {
			return err
		}
		o.DryRun = nil
		c, err := dockerhub.New(o)
		if err != nil {
			return err
		}
		so := cli.SessionOptions(a, c)
		if *otp != "" {
			a.Secrets.Add(*otp)
			so.Code = func(context.Context) (string, error) { return *otp, nil }
		}
		bearer, err := session.LogIn(ctx, so, user, secret)
		if err != nil {
			return err
		}
		login := session.NewLogin(a.Settings.Origin(), user, secret, bearer, *savePassword)
		if login.Store = a.Settings.Store; a.Settings.Sandbox && login.Store == session.InKeyring {
			login.Store = session.InFile
		}
		where, err := replaceLogin(ctx, a, login)
		if err != nil {
			return err
		}
		a.Change()
		a.Notice("logged in to %s as %s%s", a.Settings.Host(), login.User, where)
		if source := settings.Environ().Source; source != "" && !a.Settings.Sandbox {
			a.Notice("%s is set, and comes before this login", source)
		}
		renewed := login.Secret != "" || login.Password != ""
		return p.One(describeSession(a, login.Kind, login.User, bearer, "hubctl login", renewed, nil))
	})
}

// askLogin gets the user and the secret to log in with, from the terminal where
// they are not given.
func askLogin(ctx context.Context, a *cli.App, stdin bool) (user, secret string, err error) {
	if user = a.Flags.User; user == "" && !a.Settings.Sandbox {
		if user = a.Settings.User; user == "" {
			user = settings.Environ().User
		}
	}
	switch {
	case stdin && user == "":
		return "", "", cli.NewUsageError(errors.New("give the Docker ID with -U: standard input holds the password"))
	case !stdin && !terminal.IsTerminal(a.IO.In):
		return "", "", cli.NewUsageError(errors.New(
			"give --password-stdin: standard input is no terminal, so nobody can be asked"))
	case stdin:
		if secret, err = a.IO.ReadLine(ctx); err != nil {
			err = cli.NewUsageError(err)
		}
	default:
		for user = strings.TrimSpace(user); user == ""; user = strings.TrimSpace(user) {
			if user, err = a.IO.Ask(ctx, "Docker ID:"); err != nil {
				return "", "", err
			}
			if redact.HoldsSecret(user) {
				return "", "", cli.NewUsageError(cli.ErrSecret)
			}
		}
		secret, err = a.AskSecret(ctx, "Password or access token of "+user+" on "+a.Settings.Host()+":")
	}
	user = strings.TrimSpace(user)
	if err == nil && (user == "" || secret == "") {
		err = cli.NewUsageError(errors.New("the Docker ID and the password or access token may not be empty"))
	}
	a.Secrets.Add(secret)
	return user, secret, err
}

// replaceLogin stores a login, drops what was kept for the one before it, and
// returns where it is now, for people.
func replaceLogin(ctx context.Context, a *cli.App, l session.Login) (where string, err error) {
	if l.Store == session.Nowhere {
		return "; nothing of it is kept", nil
	}
	old, err := a.Store().Find(a.Settings.ProfileName())
	if err != nil {
		return "", err
	}
	store, err := a.Store().Put(ctx, a.Settings.ProfileName(), l)
	if err != nil {
		return "", fmt.Errorf("logged in, but the login cannot be kept: %w", err)
	}
	where = map[string]string{
		session.InKeyring: ", kept in the keyring", session.InFile: ", kept in " + a.Settings.ActivePaths().Credentials,
	}[store]
	if old == nil {
		return where, nil
	}
	return where, forget(a, old)
}

// forget drops the caches of a login.
func forget(a *cli.App, l *session.Login) error {
	return errors.Join(a.Cache().Forget(l.Origin, l.User), cli.ForgetCandidates(a, l.Origin, l.User))
}

func newLogout(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "logout", Short: "Forget the login of a profile",
		Example: "  hubctl logout\n  hubctl logout --profile work",
	}
	cli.Honors(cmd, cli.SilentFlags...)
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		login, err := a.Store().Find(a.Settings.ProfileName())
		if err != nil || a.Flags.DryRun {
			return err
		}
		if login == nil {
			a.Notice("profile %s has no login", a.Settings.ProfileName())
		} else if err := logOut(ctx, a, a.Settings.ProfileName()); err != nil {
			return err
		}
		announceSession(ctx, a)
		return nil
	})
}
