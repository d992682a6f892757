package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
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
	return a.local(cmd, func(ctx context.Context, _ []string) error {
		p, err := whoTable.Printer(a.out, a.options())
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
	case !stdin && !isTerminal(a.in):
		return "", "", usageError{errors.New("give --password-stdin: standard input is no terminal, so nobody can be asked")}
	case stdin:
		if secret, err = a.readLine(ctx); err != nil {
			err = usageError{err}
		}
	default:
		if user == "" {
			if user, err = a.ask(ctx, "Docker ID:"); err != nil {
				return "", "", err
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
		session.Nowhere: "; nothing of it is kept",
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
		Annotations: map[string]string{profileKey: "any"},
		Example:     "  hubctl logout\n  hubctl logout --profile work",
	}
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

// A who says whose session requests are made in.
type who struct {
	User      string         `json:"user"`
	Kind      dockerhub.Kind `json:"kind"`
	Scopes    []string       `json:"scopes"`
	ExpiresAt *time.Time     `json:"expires_at"` // of the session; null = it does not say
	Renewed   bool           `json:"renewed"`    // whether it is renewed when it ends
	Source    string         `json:"source"`
	Profile   string         `json:"profile"`
	URL       string         `json:"url"`
	Cannot    []string       `json:"cannot"`
	Notes     []string       `json:"notes"`
}

func (w who) JSON() json.RawMessage { return mustJSON(w) }

var whoTable = output.Table[who]{
	{Name: "user", Key: true, Cell: func(w who) output.Value { return output.Text(w.User) }},
	{Name: "kind", Cell: func(w who) output.Value { return output.Text(string(w.Kind)) }},
	{Name: "scopes", Cell: func(w who) output.Value { return output.List(w.Scopes) }},
	{Name: "expires", Cell: func(w who) output.Value { return output.Optional(w.ExpiresAt, output.Time) }},
	{Name: "renewed", Cell: func(w who) output.Value { return output.Bool(w.Renewed) }},
	{Name: "source", Cell: func(w who) output.Value { return output.Text(w.Source) }},
	{Name: "profile", Cell: func(w who) output.Value { return output.Text(w.Profile) }},
	{Name: "url", Cell: func(w who) output.Value { return output.Text(w.URL) }},
	{Name: "cannot", Cell: func(w who) output.Value { return output.Text(strings.Join(w.Cannot, "; ")) }},
	{Name: "notes", Cell: func(w who) output.Value { return output.Text(strings.Join(w.Notes, "; ")) }},
}

// verdict is what a session of a kind and with these scopes is known not to be
// able to do.
func verdict(kind dockerhub.Kind, scopes []string) []string {
	has := func(any ...string) bool {
		return len(scopes) == 0 || slices.ContainsFunc(any, func(s string) bool { return slices.Contains(scopes, s) })
	}
	cannot := []string{}
	say := func(when bool, what string) {
		if when {
			cannot = append(cannot, what)
		}
	}
	switch kind {
	case dockerhub.PersonalAccessToken:
		say(true, "manage personal access tokens")
		say(true, "manage organizations and teams")
		say(!has("repo:admin"), "delete or edit (repo:admin)")
		say(!has("repo:admin", "repo:write"), "push (repo:write)")
		say(!has("repo:admin", "repo:write", "repo:read"), "see private repositories (repo:read)")
	case dockerhub.OrganizationAccessToken:
		say(true, "manage personal access tokens")
		say(true, "use paths under /v2/repositories")
		say(!slices.Contains(scopes, "scope-repository-list"), "see private repositories in lists, which leave them out without a word (scope-repository-list)")
	}
	return cannot
}

func (a *app) describeSession(kind dockerhub.Kind, user, bearer, source string, renewed bool, notes []string) who {
	claims := dockerhub.ParseClaims(bearer)
	w := who{
		User: user, Kind: kind, Scopes: append([]string{}, claims.Scopes...), Source: source, Renewed: renewed,
		Profile: a.profile(), URL: a.baseURL(), Cannot: verdict(kind, claims.Scopes), Notes: append([]string{}, notes...),
	}
	if w.User == "" {
		w.User = claims.User
	}
	if !claims.ExpiresAt.IsZero() {
		w.ExpiresAt = &claims.ExpiresAt
	}
	return w
}

func newWhoami(a *app) *cobra.Command {
	return whoami(a, &cobra.Command{
		Use: "whoami", Short: "Show whose session this is, what kind, how long it lasts and what it cannot do",
		Example: "  hubctl whoami\n  hubctl whoami -q",
	})
}

func whoami(a *app, cmd *cobra.Command) *cobra.Command {
	return one(a, cmd, whoTable, func(ctx context.Context, _ *dockerhub.Client, _ []string) (who, error) {
		s := a.opened.session
		if s.Kind == dockerhub.Anonymous {
			return who{}, errNotLoggedIn
		}
		bearer, err := s.Token(ctx, "")
		a.seen.add(bearer)
		if err != nil {
			return who{}, err
		}
		return a.describeSession(s.Kind, s.User, bearer, s.Source, s.CanBuy(), s.Notes), nil
	})
}

func newAuth(a *app) *cobra.Command {
	status := whoami(a, &cobra.Command{
		Use: "status", Short: "The same as hubctl whoami", Example: "  hubctl auth status -o json",
	})
	return group("auth", "Look at the session, or take its bearer elsewhere", status, authToken(a))
}

// A bearerToken is what auth token prints, under the name that the Hub's own
// login gives it.
type bearerToken struct {
	Token string `json:"token"`
}

func (b bearerToken) JSON() json.RawMessage { return mustJSON(b) }

func authToken(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "Print a bearer that works now",
		Long: "Print a bearer that works now, to use with other programs. It is a secret.\n" +
			"With a user and a secret in the environment a new one is bought each time.",
		Example: "  curl -H \"Authorization: Bearer $(hubctl auth token)\" https://hub.docker.com/v2/user/",
	}
	table := output.Table[bearerToken]{{Name: "token", Key: true, Cell: func(b bearerToken) output.Value { return output.Text(b.Token) }}}
	printing(cmd, table.Names())
	return a.run(cmd, func(ctx context.Context, _ *dockerhub.Client, _ []string) error {
		o := a.options()
		o.Quiet = o.Quiet || o.Format == "table" && o.JQ == "" && o.Template == "" && len(o.Columns) == 0
		p, err := table.Printer(a.out, o)
		if err != nil {
			return usageError{err}
		}
		s := a.opened.session
		get := func() (string, error) { return s.Token(ctx, "") }
		switch {
		case s.Kind == dockerhub.Anonymous:
			return errNotLoggedIn
		case !s.Stored:
			get = func() (string, error) { return s.Fresh(ctx) }
		}
		bearer, err := get()
		if err != nil {
			return err
		}
		return p.One(bearerToken{bearer})
	})
}
