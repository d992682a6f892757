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
		Use: "login", Short: "Log in to Docker Hub",
		Long: `Log in with a password or an access token.

An access token (dckr_pat_…, dckr_oat_…) is stored and exchanged for a
ten-minute session when needed. A password is not stored; only its session is,
until it expires. Only such a session can manage access tokens.

Accounts under single sign-on have no password: use an access token, or log in
with docker login, whose web session hubctl uses.`,
		Annotations: map[string]string{cli.ProfileKey: "new"},
		Example: "  hubctl login -U ada\n" +
			"  pass docker/token | hubctl login -U ada --password-stdin\n" +
			"  hubctl login --profile work -U acme --password-stdin < oat.txt",
	}
	f := loginFlags{
		stdin:        cli.BoolFlag(cmd, "password-stdin", "read the password or token from standard input"),
		otp:          cli.StringFlag(cmd, "otp", "two-factor `code` (default: HUBCTL_OTP)"),
		savePassword: cli.BoolFlag(cmd, "save-password", "store the password in the keyring, to renew the session"),
	}
	cmd.Flags().String("store", session.InKeyring, "`where` to store the login: keyring, file or none")
	cli.CompleteFlag(cmd, "store", session.Stores...)
	cli.DeclareColumns(cmd, whoTable.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	cli.Changes(cmd)
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		p, err := whoTable.Printer(a.IO.Out, a.Options())
		if err == nil {
			err = f.check(a)
		}
		if err != nil {
			return cli.NewUsageError(err)
		}
		user, secret, err := askLogin(ctx, a, f.stdin.Value)
		if err != nil {
			return err
		}
		if a.Flags.DryRun {
			return previewLogin(a, user, secret)
		}
		w, err := f.logIn(ctx, a, user, secret)
		if err != nil {
			return err
		}
		return p.One(w)
	})
}

// loginFlags are the flags of login.
type loginFlags struct {
	stdin, savePassword *cli.Flag[bool]
	otp                 *cli.Flag[string]
}

func (f loginFlags) check(a *cli.App) error {
	switch {
	case a.Flags.Token != "":
		return errors.New("--token is for single commands: log in with --password-stdin")
	case f.savePassword.Value && a.Settings.Store != session.InKeyring:
		return errors.New("--save-password needs --store keyring: a password is stored only there")
	}
	return nil
}

// logIn logs in and stores the login.
func (f loginFlags) logIn(ctx context.Context, a *cli.App, user, secret string) (w who, err error) {
	o, err := a.ClientOptions()
	if err != nil {
		return w, err
	}
	c, err := dockerhub.New(o)
	if err != nil {
		return w, err
	}
	so := cli.SessionOptions(a, c)
	if f.otp.Changed() {
		a.Secrets.Add(f.otp.Value)
		so.Code = func(context.Context) (string, error) { return f.otp.Value, nil }
	}
	bearer, err := session.LogIn(ctx, so, user, secret)
	if err != nil {
		return w, err
	}
	login := session.NewLogin(a.Settings.Origin(), user, secret, bearer, f.savePassword.Value)
	if login.Store = a.Settings.Store; a.Settings.Sandbox && login.Store == session.InKeyring {
		login.Store = session.InFile
	}
	where, err := replaceLogin(ctx, a, login)
	if err != nil {
		return w, err
	}
	a.Change()
	a.Notice("logged in to %s as %s%s", a.Settings.Host(), login.User, where)
	renewed := login.Secret != "" || login.Password != ""
	a.Notice("%s", session.Describe(login.Kind, bearer, renewed))
	if source := settings.Environ().Source; source != "" && !a.Settings.Sandbox {
		a.Notice("%s is set and takes precedence over this login", source)
	}
	return describeSession(a, login.Kind, login.User, bearer, "hubctl login", renewed, nil), nil
}

// previewLogin implements login --dry-run.
func previewLogin(a *cli.App, user, secret string) error {
	login := session.NewLogin(a.Settings.Origin(), user, secret, "", false)
	path := "/v2/auth/token"
	if login.Kind == dockerhub.Password {
		path = "/v2/users/login"
	}
	return a.PrintDry(fmt.Sprintf("POST %s\nstore the login of %s for profile %s\n", path, user, a.Settings.ProfileName()),
		cli.MustJSON(map[string]string{"method": "POST", "path": path, "profile": a.Settings.ProfileName()}))
}

// askLogin returns the user and secret to log in with, and prompts for missing ones.
func askLogin(ctx context.Context, a *cli.App, stdin bool) (user, secret string, err error) {
	if user = a.Flags.User; user == "" && !a.Settings.Sandbox {
		if user = a.Settings.User; user == "" {
			user = settings.Environ().User
		}
	}
	switch {
	case stdin && user == "":
		return "", "", cli.NewUsageError(errors.New("--password-stdin needs a Docker ID: pass -U"))
	case !stdin && !terminal.IsTerminal(a.IO.In):
		return "", "", cli.NewUsageError(errors.New(
			"cannot ask for the password: standard input is not a terminal (pass --password-stdin)"))
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
		secret, err = a.AskSecret(ctx, "Password or access token for "+user+" on "+a.Settings.Host()+":")
	}
	user = strings.TrimSpace(user)
	if err == nil && (user == "" || secret == "") {
		err = cli.NewUsageError(errors.New("the Docker ID and the password must not be empty"))
	}
	a.Secrets.Add(secret)
	return user, secret, err
}

// replaceLogin stores a login, removes the data of the previous one, and returns where it is
// stored, for display.
func replaceLogin(ctx context.Context, a *cli.App, l session.Login) (where string, err error) {
	if l.Store == session.Nowhere {
		return " (not stored)", nil
	}
	old, err := a.Store().Find(a.Settings.ProfileName())
	if err != nil {
		return "", err
	}
	store, err := a.Store().Put(ctx, a.Settings.ProfileName(), l)
	if err != nil {
		return "", fmt.Errorf("logged in, but cannot store the login: %w", err)
	}
	where = map[string]string{
		session.InKeyring: ", stored in the keyring", session.InFile: ", stored in " + a.Settings.ActivePaths().Credentials,
	}[store]
	if old == nil {
		return where, nil
	}
	return where, forget(a, old)
}

// forget removes the caches of a login.
func forget(a *cli.App, l *session.Login) error {
	return errors.Join(a.Cache().Forget(l.Origin, l.User), cli.ForgetCandidates(a, l.Origin, l.User))
}

func newLogout(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "logout", Short: "Remove the login of a profile",
		Example: "  hubctl logout\n  hubctl logout --profile work",
	}
	return a.LocalChange(cmd, func(ctx context.Context, _ []string) (any, error) {
		name := a.Settings.ProfileName()
		login, err := a.Store().Find(name)
		switch {
		case err != nil:
			return nil, err
		case a.Flags.DryRun:
			return nil, previewDeletion(a, login, name)
		case login == nil:
			a.Notice("profile %s has no login", name)
			return []cli.Deletion{}, nil
		}
		if err := logOut(ctx, a, name); err != nil {
			return nil, err
		}
		announceSession(ctx, a)
		return []cli.Deletion{{ID: name, Deleted: true}}, nil
	})
}

// previewDeletion implements --dry-run for commands that remove the login of a profile.
func previewDeletion(a *cli.App, l *session.Login, name string) error {
	if l == nil {
		return a.PrintDry(fmt.Sprintf("profile %s has no login\n", name), cli.MustJSON([]string{}))
	}
	return a.PrintDry(fmt.Sprintf("remove the login of %s on %s (profile %s)\n", l.User, l.Origin, name),
		cli.MustJSON(map[string]string{"profile": name, "user": l.User, "url": l.Origin}))
}
