// Package session chooses the credentials of a run, stores logins, and buys bearers.
package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// ErrChoice is a command line or an environment that does not settle which session to
// use.
var ErrChoice = errors.New("which session")

// A choiceError is an ErrChoice with its own text.
type choiceError string

func (e choiceError) Error() string        { return string(e) }
func (e choiceError) Is(target error) bool { return target == ErrChoice }

// Given are the credentials of a run. The first of Token, Environment, Stored and Docker
// that is set makes the session.
type Given struct {
	User        string       // -U; "" = not given
	Token       string       // -t; "" = not given
	Environment Secret       // ignored if Profile was chosen on the command line
	Stored      *Login       // what hubctl login stored for the profile; nil = nothing
	Profile     string       // of Stored
	Source      string       // of Stored, for people; "" = hubctl login
	Docker      *DockerLogin // what docker login or podman login stored; nil = nothing, or not to be used
	Origin      string       // of the server to call; a stored secret is sent only where it came from
}

// A Secret is a user and a secret, and where they were found.
type Secret struct {
	User, Secret, Source string
	Token                bool // from a token variable, where three parts are a JWT
}

// Options say how a session buys bearers.
type Options struct {
	Auth    *dockerhub.AuthService
	Cache   Cache
	Code    func(context.Context) (string, error) // returns the two-factor code; nil = none
	Prompts bool                                  // Code may wait for a person
	Notify  func(string)                          // receives warnings; may be nil
}

// A Session is the identity that requests are made with. Its Token is the client's token
// source.
type Session struct {
	User   string
	Kind   dockerhub.Kind
	Source string // where the credentials come from, for people
	Stored bool   // hubctl login, docker login or podman login stored the credentials
	Notes  []string
	// Docker's web session would have been used, but has expired
	WebExpired bool

	secret string // buys bearers; "" = there is only the bearer
	origin string
	o      Options

	mu      sync.Mutex
	bearer  string
	until   time.Time // of a bought bearer, by the local clock
	refused error     // the secret was rejected; sending it again could lock the account
}

// Choose returns the session to use. It sends nothing and prompts for nothing.
func Choose(g Given, o Options) (*Session, error) {
	s := &Session{origin: g.Origin, o: o, WebExpired: g.Docker != nil && g.Docker.WebExpired}
	switch {
	case g.Token != "":
		return s.token(g.Token, "--token", first(g.User, g.Environment.User))
	case g.Environment.Secret != "" && (g.Environment.Token || secretKind(g.Environment.Secret) == dockerhub.JWT):
		return s.token(g.Environment.Secret, g.Environment.Source, first(g.User, g.Environment.User))
	case g.Environment.Secret != "":
		s.User, s.Kind, s.Source, s.secret = first(g.User, g.Environment.User), secretKind(g.Environment.Secret),
			g.Environment.Source, g.Environment.Secret
		if s.User == "" {
			return nil, choiceError(fmt.Sprintf("%s is set without a Docker ID: pass -U or set %s",
				g.Environment.Source, userVariable(g.Environment.Source)))
		}
		return s, nil
	case g.Stored != nil:
		return s.stored(g)
	case g.Docker != nil && g.Docker.Kind != dockerhub.Anonymous:
		return s.docker(g)
	}
	s.Kind, s.Source, s.User = dockerhub.Anonymous, "none", ""
	return s, nil
}

func (s *Session) token(token, source, user string) (*Session, error) {
	s.Source, s.User, s.Kind = source, user, kindOf(token)
	if s.Kind == dockerhub.JWT {
		s.bearer = token
		claims := dockerhub.ParseClaims(token)
		s.Kind, s.User = claims.Kind, first(claims.User, user)
		return s, nil
	}
	if s.Kind == dockerhub.Password {
		s.Kind = dockerhub.PersonalAccessToken // of an unknown form
	}
	s.secret = token
	if user == "" {
		return nil, choiceError(fmt.Sprintf("the %s from %s needs the Docker ID it belongs to "+
			"(an organization access token: the organization): pass -U or set %s",
			s.Kind, source, userVariable(source)))
	}
	return s, nil
}

// userVariable returns the variable for the user of a secret's source. The families do
// not mix.
func userVariable(source string) string {
	if strings.HasPrefix(source, "DOCKERHUB_") {
		return "DOCKERHUB_USER"
	}
	return "HUBCTL_USER"
}

func (s *Session) stored(g Given) (*Session, error) {
	login := g.Stored
	switch {
	case login.Origin != g.Origin:
		return nil, choiceError(fmt.Sprintf("the login of profile %s is for %s and is not sent anywhere else: "+
			"log in to %s with hubctl login --profile NAME -u %s", g.Profile, login.Origin, g.Origin, g.Origin))
	case g.User != "" && g.User != login.User:
		return nil, choiceError(fmt.Sprintf("-U %s does not match the login of profile %s (%s): "+
			"log in with hubctl login -U %s, or choose another --profile", g.User, g.Profile, login.User, g.User))
	}
	s.User, s.Kind, s.Stored = login.User, login.Kind, true
	s.Source = first(g.Source, "hubctl login, profile "+g.Profile)
	s.secret, s.bearer = first(login.Secret, login.Password), login.Bearer
	if s.bearer != "" {
		s.until = time.Now().Add(left(s.bearer) - dockerhub.RenewBefore)
	}
	return s, nil
}

func (s *Session) docker(g Given) (*Session, error) {
	d := g.Docker
	if g.User != "" && g.User != d.User {
		return nil, choiceError(fmt.Sprintf("-U %s does not match the user of %s (%s): log in with hubctl login -U %s",
			g.User, d.Source, d.User, g.User))
	}
	s.User, s.Kind, s.Source, s.Notes, s.bearer = d.User, d.Kind, d.Source, d.Notes, d.Bearer
	s.Stored = true
	if s.bearer == "" {
		s.secret = d.Secret
	}
	return s, nil
}

// left returns how long a bearer lasts by the local clock. One without an expiry is good
// for an hour.
func left(bearer string) time.Duration {
	c := dockerhub.ParseClaims(bearer)
	if c.ExpiresAt.IsZero() {
		return time.Hour
	}
	return time.Until(c.ExpiresAt)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// CanBuy reports whether the session can renew its bearer.
func (s *Session) CanBuy() bool { return s.secret != "" }

// NeedsPassword reports whether a new bearer takes a login with a password.
func (s *Session) NeedsPassword() bool { return s.secret != "" && s.Kind == dockerhub.Password }

// WithoutPassword keeps the session from logging in with a password, so that it uses the
// bearer it has or one in the cache. It reports whether there is one.
func (s *Session) WithoutPassword(ctx context.Context) bool {
	if !s.NeedsPassword() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bearer == "" || !time.Now().Before(s.until) {
		s.bearer = s.o.Cache.peek(ctx, s.identity())
	}
	s.secret = ""
	return s.bearer != ""
}

// Secret returns the password or access token that buys the bearers, which the registry
// takes instead of one. It is "" if there is only a bearer. If Stored is set, it was not
// given for this run.
func (s *Session) Secret() string { return s.secret }

// Token returns a bearer that is valid now, bought if necessary, or "" if the session is
// anonymous. It does not return a rejected one again if it can buy another.
func (s *Session) Token(ctx context.Context, rejected string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secret == "" || s.bearer != "" && s.bearer != rejected && time.Now().Before(s.until) {
		return s.bearer, nil
	}
	if s.refused != nil {
		return "", s.refused
	}
	e, err := s.o.Cache.get(ctx, s.identity(), rejected, s.o.Prompts && s.Kind == dockerhub.Password, s.o.Notify, s.buy)
	if errors.Is(err, dockerhub.ErrUnauthorized) || errors.Is(err, dockerhub.ErrForbidden) ||
		errors.Is(err, dockerhub.ErrInvalid) {
		s.refused = err
	}
	s.bearer, s.until = e.Bearer, e.until()
	return s.bearer, err
}

// Fresh buys a bearer even if there is a valid one.
func (s *Session) Fresh(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secret == "" {
		return s.bearer, nil
	}
	e, err := s.buy(ctx)
	if err == nil {
		s.bearer, s.until = e.Bearer, e.until()
		s.o.Cache.put(ctx, s.identity(), e, s.o.Notify)
	}
	return e.Bearer, err
}

func (s *Session) identity() identity { return identity{s.origin, s.User, string(s.Kind), s.secret} }

func (s *Session) buy(ctx context.Context) (entry, error) {
	bearer, err := Buy(ctx, s.o, s.Kind, s.User, s.secret)
	if err != nil {
		return entry{}, err
	}
	return entry{s.origin, s.User, bearer, time.Now(), dockerhub.ParseClaims(bearer).Lifetime()}, nil
}

// LogIn is Buy for a secret of unknown kind.
func LogIn(ctx context.Context, o Options, user, secret string) (string, error) {
	return Buy(ctx, o, secretKind(secret), user, secret)
}

// Buy exchanges a user and secret for a bearer: a password at the login, with a second
// factor if the account has one, an access token at the exchange. It tries once.
func Buy(ctx context.Context, o Options, kind dockerhub.Kind, user, secret string) (string, error) {
	if kind == dockerhub.JWT {
		return secret, nil
	}
	if kind != dockerhub.Password {
		return o.Auth.Exchange(ctx, user, secret)
	}
	bearer, err := o.Auth.Login(ctx, user, secret)
	if second, ok := errors.AsType[*dockerhub.SecondFactorError](err); ok && o.Code != nil {
		code, err := o.Code(ctx)
		if err != nil {
			return "", err
		}
		return o.Auth.SecondFactor(ctx, second.Challenge, code)
	}
	return bearer, err
}
