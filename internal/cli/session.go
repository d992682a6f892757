package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/sandbox"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// A ClientSession is a client and the session it acts for.
type ClientSession struct {
	Client  *dockerhub.Client
	Session *session.Session
}

// Store returns the credential store. Neither the sandbox nor completion, which cannot prompt to
// unlock it, uses the keyring.
func (a *App) Store() session.Store {
	s := session.Store{
		Path: a.Settings.ActivePaths().Credentials, Notify: func(text string) { a.Notice("%s", text) },
		NoKeyring: func(profile, text string) { a.noticeOnce("no-keyring-"+profile, text) },
	}
	if !a.Settings.Sandbox && !a.Quiet {
		s.Keyring = &session.Keyring{Service: "hubctl", Timeout: keyringPatience}
	}
	return s
}

// noticeOnce prints a notice only once ever: a file of that name in the state folder records
// that it was printed.
func (a *App) noticeOnce(name, text string) {
	path := filepath.Join(a.Settings.Paths.Notices, name)
	if _, err := os.Stat(path); err == nil || a.Quiet || a.WantsJSON() {
		return
	}
	a.Notice("%s", text)
	if a.Settings.Paths.Notices != "" {
		_ = os.MkdirAll(a.Settings.Paths.Notices, 0o700) // on failure, it is printed again
		_ = os.WriteFile(path, nil, 0o600)
	}
}

// keyringPatience limits a call to the keyring, including the time to unlock it.
const keyringPatience = 30 * time.Second

func (a *App) Cache() session.Cache { return session.Cache{Dir: a.Settings.ActivePaths().Cache} }

// checkProfile refuses an unknown profile.
func checkProfile(a *App) error {
	if a.Settings.Profile == "" || a.Settings.Profile == settings.DefaultProfile {
		return nil
	}
	known := a.Settings.Profiles
	stored, err := a.Store().Profiles()
	if slices.Contains(known, a.Settings.Profile) || slices.Contains(stored, a.Settings.Profile) {
		return nil
	}
	if err != nil {
		return err
	}
	return settings.Error(fmt.Sprintf("unknown profile %q: create it with hubctl login --profile %s",
		a.Settings.Profile, a.Settings.Profile))
}

// UseLoginOrigin sets the URL to the one of the profile's login, unless one was given.
func UseLoginOrigin(a *App) {
	i := slices.IndexFunc(a.Settings.Values, func(v settings.Value) bool { return v.Key == "url" })
	if a.Settings.Sandbox || a.Settings.Values[i].Origin != "default" {
		return
	}
	login, _ := a.Store().Find(a.Settings.ProfileName()) // Open reports the same error
	if login == nil {
		return
	}
	if u, err := hub.ParseBase(login.Origin); err == nil && !hub.SameOrigin(u, a.Settings.URL) {
		a.Settings.URL = u
		a.Settings.Values[i].Value, a.Settings.Values[i].Origin = login.Origin,
			"hubctl login, profile "+a.Settings.ProfileName()
	}
}

// newHub returns the embedded Hub, which keeps its changes between runs.
func newHub(a *App) (*sandbox.Hub, error) {
	path, err := a.Settings.SandboxFile()
	if err != nil {
		return nil, err
	}
	return sandbox.New(sandbox.Options{Path: path}), nil
}

// ClientOptions returns the options of every client of this run, without a session.
func (a *App) ClientOptions() (dockerhub.Options, error) {
	o := dockerhub.Options{
		URL: a.Settings.BaseURL(), AuthURL: a.Settings.AuthURL(), RegistryURL: a.Settings.RegistryURL(),
		UsageURL: a.Settings.UsageURL(), UserAgent: "hubctl/" + a.Version(),
		Timeout: orNone(a.Settings.Timeout), Retries: orNone(a.Settings.Retries), MaxWait: orNone(a.Settings.MaxWait),
		Concurrency: a.Settings.Concurrency,
		Notify:      func(s string) { a.Notice("%s", s) }, Hide: a.Secrets.hide,
	}
	if a.Settings.Verbose > 0 {
		o.Log = func(s string) {
			for line := range strings.Lines(a.Secrets.hide(s)) {
				a.Warn("%s", strings.TrimRight(line, "\r\n"))
			}
		}
		o.LogBodies = a.Settings.Verbose > 1
	}
	if a.Flags.DryRun {
		o.DryRun = a.printRequest
	}
	o.Guard, o.Changed = a.guard, a.Change
	if a.Settings.Sandbox {
		h, err := newHub(a)
		o.Transport = h
		return o, err
	}
	t, err := hub.Transport(a.Settings.CACert)
	o.Transport = cmp.Or[http.RoundTripper](a.Transport, t)
	return o, err
}

// orNone converts 0 for "none" to the negative value that Options expects.
func orNone[T int | time.Duration](v T) T {
	if v == 0 {
		return -1
	}
	return v
}

// Open chooses the session and makes its client, once. It sends no requests.
func (a *App) Open(ctx context.Context) (*ClientSession, error) {
	if a.Current != nil {
		return a.Current, nil
	}
	o, err := a.ClientOptions()
	if err != nil {
		return nil, err
	}
	anonymous, err := dockerhub.New(o)
	if err != nil {
		return nil, err
	}
	given, err := a.Given(ctx)
	if err != nil {
		return nil, err
	}
	s, err := session.Choose(given, SessionOptions(a, anonymous))
	if err != nil {
		return nil, err
	}
	if s.Kind != dockerhub.Anonymous {
		o.Token = func(ctx context.Context, rejected string) (string, error) {
			bearer, err := s.Token(ctx, rejected)
			a.Secrets.Add(bearer)
			return bearer, err
		}
	}
	return openAs(a, o, s)
}

func openAs(a *App, o dockerhub.Options, s *session.Session) (*ClientSession, error) {
	client, err := dockerhub.New(o)
	if err != nil {
		return nil, err
	}
	a.Current = &ClientSession{client, s}
	if a.Settings.Sandbox {
		a.Notice("SANDBOX: a local Hub, not Docker Hub")
	}
	return a.Current, nil
}

// A BearerSource returns a bearer that does not come from a session.
type BearerSource struct {
	Kind  dockerhub.Kind
	Name  string                             // for display
	Token func(sandbox bool) (string, error) // returns the bearer
}

// UseBearer makes cmd use its own bearer instead of a session.
func (a *App) UseBearer(cmd *cobra.Command, source BearerSource) *cobra.Command {
	if a.bearers == nil {
		a.bearers = map[*cobra.Command]BearerSource{}
	}
	a.bearers[cmd] = source
	return cmd
}

// openFor opens a client with the bearer that UseBearer set for cmd, or else calls Open.
func openFor(ctx context.Context, a *App, cmd *cobra.Command) (*ClientSession, error) {
	source, ok := a.bearers[cmd]
	if !ok || a.Current != nil {
		return a.Open(ctx)
	}
	bearer, err := source.Token(a.Settings.Sandbox)
	if err != nil {
		return nil, err
	}
	a.Secrets.Add(bearer)
	o, err := a.ClientOptions()
	if err != nil {
		return nil, err
	}
	o.Token = func(context.Context, string) (string, error) { return bearer, nil }
	return openAs(a, o, &session.Session{Kind: source.Kind, Source: source.Name})
}

// User returns the user of the session, or "".
func (a *App) User() string {
	if a.Current == nil {
		return ""
	}
	return a.Current.Session.User
}

func SessionOptions(a *App, c *dockerhub.Client) session.Options {
	o := session.Options{Auth: c.Auth, Cache: a.Cache(), Code: a.secondFactor, Prompts: terminal.IsTerminal(a.IO.In)}
	if a.Settings.Verbose > 0 {
		o.Notify = func(s string) { a.Warn("%s", s) }
	}
	return o
}

// Given collects the credentials of this run and hides their secrets from standard error.
func (a *App) Given(ctx context.Context) (session.Given, error) {
	g := session.Given{Token: a.Flags.Token, Profile: a.Settings.ProfileName(), Origin: a.Settings.Origin()}
	if a.Settings.UserFlag {
		g.User = a.Flags.User
	}
	if g.Token == "-" {
		token, err := a.IO.ReadLine(ctx)
		if err != nil {
			return g, NewUsageError(fmt.Errorf("--token -: %w", err))
		}
		if g.Token = strings.TrimSpace(token); g.Token == "" {
			return g, NewUsageError(errors.New("--token -: the first line of standard input is empty"))
		}
	}
	g.Token = strings.TrimSpace(g.Token)
	if !a.Settings.Sandbox && !a.Settings.ProfileFlag {
		env := settings.Environ()
		if redact.HoldsSecret(env.User) {
			return g, NewUsageError(fmt.Errorf("%s: %w", env.UserSource, ErrSecret))
		}
		g.Environment = session.Secret{User: env.User, Secret: env.Password, Source: env.Source}
		if env.Token != "" {
			g.Environment.Secret, g.Environment.Token = env.Token, true
		}
		if env.User == "" && a.Settings.User != "" {
			g.Environment.User = a.Settings.User // from the file or the profile
		}
		if g.User == "" && env.Source == "" && env.UserSource == "HUBCTL_USER" {
			g.User = env.User // selects a stored login, like -U
		}
	}
	a.Secrets.Add(g.Token, g.Environment.Secret)
	if g.Token != "" || g.Environment.Secret != "" {
		return g, nil
	}
	err := givenStored(ctx, a, &g)
	return g, err
}

// givenStored adds the login stored by hubctl login for the profile or, if no profile was
// chosen, by docker login or podman login.
func givenStored(ctx context.Context, a *App, g *session.Given) error {
	login, err := a.Store().Get(ctx, a.Settings.ProfileName())
	if err != nil {
		return err
	}
	switch {
	case login != nil:
		a.Secrets.Add(login.Secret, login.Bearer, login.Password)
		g.Stored = login
	case a.Settings.Sandbox:
		h, err := newHub(a)
		if err != nil {
			return err
		}
		g.Source = "the sandbox's demo account"
		g.Stored = &session.Login{
			Origin: g.Origin, User: sandbox.DemoUser, Kind: dockerhub.Password,
			Bearer: h.Session(sandbox.DemoUser), Password: sandbox.DemoPassword,
		}
	case a.Settings.Profile == "" && !a.Quiet && (g.Origin == dockerhub.DefaultURL || hub.IsLoopback(a.Settings.URL)):
		dir, auth := settings.Docker()
		d := session.Docker{Dir: dir, Auth: auth, Podman: settings.Podman(), Env: settings.HelperEnviron()}
		if g.Docker, err = d.Login(ctx); err != nil {
			a.Notice("%v", err) // anonymous requests may suffice
			return nil
		}
		if g.Docker == nil {
			return nil
		}
		a.Secrets.Add(g.Docker.Secret, g.Docker.Bearer)
		if g.Docker.Kind == dockerhub.Anonymous {
			a.Notice("cannot use %s: %s", g.Docker.Source, strings.Join(g.Docker.Notes, "; "))
		}
	}
	return nil
}
