package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/sandbox"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// defaultProfile is where a login goes when no profile is chosen.
const defaultProfile = "default"

// sandboxURL is what the embedded Hub is called in messages. Nothing listens
// there.
const sandboxURL = "https://sandbox.invalid"

// opened is a client with the session it acts for.
type opened struct {
	client  *dockerhub.Client
	session *session.Session
}

// paths are the files in force.
func (a *app) paths() settings.Paths {
	if a.set.Sandbox {
		return a.set.Paths.InSandbox()
	}
	return a.set.Paths
}

// store is where logins are kept. The sandbox never touches the keyring, and
// completion never has a person asked to unlock it.
func (a *app) store() session.Store {
	s := session.Store{Path: a.paths().Credentials, Notify: func(text string) { a.notice("%s", text) }}
	if !a.set.Sandbox && !a.mute {
		s.Keyring = &session.Keyring{Service: "hubctl", Timeout: keyringPatience}
	}
	return s
}

// keyringPatience is how long the keyring may take, a person's typing included.
const keyringPatience = 30 * time.Second

func (a *app) cache() session.Cache { return session.Cache{Dir: a.paths().Cache} }

// profile is the name of the profile in force.
func (a *app) profile() string {
	if a.set.Profile == "" {
		return defaultProfile
	}
	return a.set.Profile
}

// checkProfile refuses a profile that nobody has heard of.
func (a *app) checkProfile() error {
	if a.set.Profile == "" || a.set.Profile == defaultProfile {
		return nil
	}
	known := a.set.Profiles
	stored, err := a.store().Profiles()
	if slices.Contains(known, a.set.Profile) || slices.Contains(stored, a.set.Profile) {
		return nil
	}
	if err != nil {
		return err
	}
	return settings.Error(fmt.Sprintf("unknown profile %q: make it with hubctl login --profile %s", a.set.Profile, a.set.Profile))
}

// goWhereLoggedIn makes the URL that of the profile's login, unless another one
// was given.
func (a *app) goWhereLoggedIn() {
	i := slices.IndexFunc(a.set.Values, func(v settings.Value) bool { return v.Key == "url" })
	if a.set.Sandbox || a.set.Values[i].Origin != "default" {
		return
	}
	login, _ := a.store().Find(a.profile()) // open meets the same error, and tells it
	if login == nil {
		return
	}
	if u, err := hub.ParseBase(login.Origin); err == nil && !hub.SameOrigin(u, a.set.URL) {
		a.set.URL = u
		a.set.Values[i].Value, a.set.Values[i].Origin = login.Origin, "hubctl login, profile "+a.profile()
	}
}

// baseURL and host are where requests go, for the client and for people.
func (a *app) baseURL() string {
	if a.set.Sandbox {
		return sandboxURL
	}
	return strings.TrimSuffix(a.set.URL.String(), "/")
}

func (a *app) host() string {
	if a.set.Sandbox {
		return "SANDBOX"
	}
	return a.set.URL.Host
}

func (a *app) origin() string {
	u, err := hub.ParseBase(a.baseURL())
	must(err) // checked when the settings were read
	return hub.Origin(u)
}

// newHub is the embedded Hub, with its changes kept between runs.
func (a *app) newHub() (*sandbox.Hub, error) {
	path, err := a.sandboxFile()
	if err != nil {
		return nil, err
	}
	return sandbox.New(sandbox.Options{Path: path}), nil
}

func (a *app) sandboxFile() (string, error) {
	if a.set.Paths.Sandbox == "" {
		return "", errors.New("there is no place to keep the sandbox: neither HOME nor XDG_DATA_HOME is set")
	}
	return filepath.Join(a.set.Paths.Sandbox, "state.json"), nil
}

// clientOptions are those of every client of this run, but for its session.
func (a *app) clientOptions() (dockerhub.Options, error) {
	o := dockerhub.Options{
		URL: a.baseURL(), UserAgent: "hubctl/" + a.version(),
		Timeout: orNone(a.set.Timeout), Retries: orNone(a.set.Retries), MaxWait: orNone(a.set.MaxWait), Ahead: a.set.Concurrency,
		Notify: func(s string) { a.notice("%s", s) }, Hide: a.seen.hide,
	}
	if a.set.Verbose > 0 {
		o.Log = func(s string) {
			for line := range strings.Lines(a.seen.hide(s)) {
				a.say("%s", strings.TrimRight(line, "\r\n"))
			}
		}
		o.LogBodies = a.set.Verbose > 1
	}
	if a.flags.dryRun {
		o.DryRun = a.printRequest
	}
	o.Guard, o.Changed = a.guard, a.change
	if a.set.Sandbox {
		h, err := a.newHub()
		o.Transport = h
		return o, err
	}
	t, err := hub.Transport(a.set.CACert)
	o.Transport = cmp.Or[http.RoundTripper](a.transport, t)
	return o, err
}

// orNone is v where 0 means none, for Options where negative does.
func orNone[T int | time.Duration](v T) T {
	if v == 0 {
		return -1
	}
	return v
}

// open makes the client and finds the session it acts for, once. It sends
// nothing.
func (a *app) open(ctx context.Context) (*opened, error) {
	if a.opened != nil {
		return a.opened, nil
	}
	o, err := a.clientOptions()
	if err != nil {
		return nil, err
	}
	anonymous, err := dockerhub.New(o)
	if err != nil {
		return nil, err
	}
	given, err := a.given(ctx)
	if err != nil {
		return nil, err
	}
	s, err := session.Choose(given, a.sessionOptions(anonymous))
	if err != nil {
		return nil, err
	}
	if s.Kind != dockerhub.Anonymous {
		o.Token = func(ctx context.Context, rejected string) (string, error) {
			bearer, err := s.Token(ctx, rejected)
			a.seen.add(bearer)
			return bearer, err
		}
	}
	return a.opening(o, s)
}

func (a *app) opening(o dockerhub.Options, s *session.Session) (*opened, error) {
	client, err := dockerhub.New(o)
	if err != nil {
		return nil, err
	}
	a.opened = &opened{client, s}
	if a.set.Sandbox {
		a.notice("SANDBOX: a Hub on this machine, not Docker Hub")
	}
	return a.opened, nil
}

// openSCIM is open for SCIM, whose bearer is no session's and comes from the
// environment alone. In the sandbox it is the sandbox's own.
func (a *app) openSCIM() (*opened, error) {
	if a.opened != nil {
		return a.opened, nil
	}
	bearer := settings.SCIMToken()
	if a.set.Sandbox {
		bearer = sandbox.SCIMToken
	}
	if bearer == "" {
		return nil, errNoSCIMToken
	}
	a.seen.add(bearer)
	o, err := a.clientOptions()
	if err != nil {
		return nil, err
	}
	o.Token = func(context.Context, string) (string, error) { return bearer, nil }
	return a.opening(o, &session.Session{Kind: scimToken, Source: "HUBCTL_SCIM_TOKEN"})
}

// scimToken is the kind of what is no session: it does not say whose it is.
const scimToken dockerhub.Kind = "SCIM token"

// who is the user that requests are made for, for people.
func (a *app) who() string {
	if a.opened == nil || a.opened.session.User == "" {
		return "nobody in particular"
	}
	return a.opened.session.User
}

func (a *app) sessionOptions(c *dockerhub.Client) session.Options {
	o := session.Options{Auth: c.Auth, Cache: a.cache(), Code: a.secondFactor, Prompts: terminal.IsTerminal(a.io.In)}
	if a.set.Verbose > 0 {
		o.Notify = func(s string) { a.say("%s", s) }
	}
	return o
}

// given gathers the credentials that this run was given. Every secret among
// them is kept out of standard error from here on.
func (a *app) given(ctx context.Context) (session.Given, error) {
	g := session.Given{Token: a.flags.token, Profile: a.profile(), Origin: a.origin()}
	if a.set.UserFlag {
		g.User = a.flags.user
	}
	if g.Token == "-" {
		token, err := a.io.ReadLine(ctx)
		if err != nil {
			return g, usageError{fmt.Errorf("--token -: %w", err)}
		}
		if g.Token = strings.TrimSpace(token); g.Token == "" {
			return g, usageError{errors.New("--token -: the first line of standard input is empty")}
		}
	}
	g.Token = strings.TrimSpace(g.Token)
	if !a.set.Sandbox && !a.set.ProfileFlag {
		env := settings.Environ()
		if redact.HoldsSecret(env.User) {
			return g, usageError{fmt.Errorf("%s: %w", env.UserSource, errSecret)}
		}
		g.Environment = session.Secret{User: env.User, Secret: env.Password, Source: env.Source}
		if env.Token != "" {
			g.Environment.Secret, g.Environment.Token = env.Token, true
		}
		if env.User == "" && a.set.User != "" {
			g.Environment.User = a.set.User // of the file or the profile
		}
		if g.User == "" && env.Source == "" && env.UserSource == "HUBCTL_USER" {
			g.User = env.User // chooses among stored logins, as -U does
		}
	}
	a.seen.add(g.Token, g.Environment.Secret)
	if g.Token != "" || g.Environment.Secret != "" {
		return g, nil
	}
	err := a.givenStored(ctx, &g)
	return g, err
}

// givenStored adds what hubctl login stored for the profile, or else what
// docker login stored, if no profile was chosen.
func (a *app) givenStored(ctx context.Context, g *session.Given) error {
	login, err := a.store().Get(ctx, a.profile())
	if err != nil {
		return err
	}
	switch {
	case login != nil:
		a.seen.add(login.Secret, login.Bearer, login.Password)
		g.Stored = login
	case a.set.Sandbox:
		h, err := a.newHub()
		if err != nil {
			return err
		}
		g.Source = "the sandbox's demo account"
		g.Stored = &session.Login{Origin: g.Origin, User: sandboxUser, Kind: dockerhub.Password, Bearer: h.Session(sandboxUser)}
	case a.set.Profile == "" && !a.mute && (g.Origin == dockerhub.DefaultURL || hub.IsLoopback(a.set.URL)):
		dir, auth := settings.Docker()
		d := session.Docker{Dir: dir, Auth: auth, Env: settings.HelperEnviron()}
		if g.Docker, err = d.Login(ctx); err != nil {
			a.notice("%v", err) // a visitor may do without
			return nil
		}
		if g.Docker != nil && g.Docker.Kind == dockerhub.Anonymous {
			a.notice("%s is of no use: %s", g.Docker.Source, strings.Join(g.Docker.Notes, "; "))
			g.Docker = nil
		}
		if g.Docker != nil {
			a.seen.add(g.Docker.Secret, g.Docker.Bearer)
		}
	}
	return nil
}

// sandboxUser is who one is in the sandbox without logging in.
const sandboxUser = "demo"
