// Package session says who the user is: which credentials count, where they
// are kept, and how they become a bearer.
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

// ErrChoice is a command line, or an environment, that does not say whose
// session is meant.
var ErrChoice = errors.New("which session")

// A choiceError is ErrChoice with a text of its own.
type choiceError string

func (e choiceError) Error() string        { return string(e) }
func (e choiceError) Is(target error) bool { return target == ErrChoice }

// Given are the credentials that a run was given. The first of Token,
// Environment, Stored and Docker that there is makes the session.
type Given struct {
	User        string       // -U; "" = not given
	Token       string       // -t; "" = not given
	Environment Secret       // ignored if Profile was chosen on the command line
	Stored      *Login       // what hubctl login stored for the profile; nil = nothing
	Profile     string       // of Stored
	Source      string       // of Stored, for people; "" = hubctl login
	Docker      *DockerLogin // what docker login stored; nil = nothing, or not to be used
	Origin      string       // of the server that is called; stored secrets go nowhere else
}

// A Secret is a user and a secret, and where they were found.
type Secret struct {
	User, Secret, Source string
	Token                bool // from a token variable, where three parts are a JWT
}

// Options are what a session needs to buy a bearer.
type Options struct {
	Auth    *dockerhub.AuthService
	Cache   Cache
	Code    func(context.Context) (string, error) // asks for the code of the second factor; nil = there is no asking
	Prompts bool                                  // Code may wait for a person
	Notify  func(string)                          // told what went wrong and did not matter; may be nil
}

// A Session is whose name requests are made in. Its Token is the client's
// token source.
type Session struct {
	User   string
	Kind   dockerhub.Kind
	Source string // where the credentials come from, for people
	Stored bool   // the credentials are what hubctl login, or docker login, stored
	Notes  []string

	secret string // what to buy a bearer with; "" = the bearer is all there is
	origin string
	o      Options

	mu      sync.Mutex
	bearer  string
	until   time.Time // of a bought bearer, by the local clock
	refused error     // the server's no to the secret, which is not sent again: that would lock the account
}

// Choose finds the session that counts. It asks nobody.
func Choose(g Given, o Options) (*Session, error) {
	s := &Session{origin: g.Origin, o: o}
	switch {
	case g.Token != "":
		return s.token(g.Token, "--token", first(g.User, g.Environment.User))
	case g.Environment.Secret != "" && (g.Environment.Token || secretKind(g.Environment.Secret) == dockerhub.JWT):
		return s.token(g.Environment.Secret, g.Environment.Source, first(g.User, g.Environment.User))
	case g.Environment.Secret != "":
		s.User, s.Kind, s.Source, s.secret = first(g.User, g.Environment.User), secretKind(g.Environment.Secret),
			g.Environment.Source, g.Environment.Secret
		if s.User == "" {
			return nil, choiceError(fmt.Sprintf("%s is set, but no Docker ID to go with it: give -U or set %s",
				g.Environment.Source, userVariable(g.Environment.Source)))
		}
		return s, nil
	case g.Stored != nil:
		return s.stored(g)
	case g.Docker != nil:
		return s.docker(g)
	}
	s.Kind, s.Source, s.User = dockerhub.Anonymous, "none", ""
	return s, nil
}

func (s *Session) token(token, source, user string) (*Session, error) {
	s.Source, s.User, s.Kind = source, user, dockerhub.KindOf(token)
	if s.Kind == dockerhub.JWT {
		s.bearer = token
		claims := dockerhub.ParseClaims(token)
		s.Kind, s.User = claims.Kind, first(claims.User, user)
		return s, nil
	}
	if s.Kind == dockerhub.Password {
		s.Kind = dockerhub.PersonalAccessToken // of a shape that is not known
	}
	s.secret = token
	if user == "" {
		return nil, choiceError(fmt.Sprintf("the %s of %s needs the Docker ID it belongs to "+
			"(an organization's name for an organization access token): give -U or set %s",
			s.Kind, source, userVariable(source)))
	}
	return s, nil
}

// userVariable is the variable for the user that goes with a secret's source.
// The families do not mix.
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
		return nil, choiceError(fmt.Sprintf("the login stored for profile %s is for %s and goes nowhere else; "+
			"log in to %s with: hubctl login --profile NAME -u %s", g.Profile, login.Origin, g.Origin, g.Origin))
	case g.User != "" && g.User != login.User:
		return nil, choiceError(fmt.Sprintf("-U %s, but the login stored for profile %s is %s's: "+
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
		return nil, choiceError(fmt.Sprintf("-U %s, but docker login stored %s's login: log in with hubctl login -U %s",
			g.User, d.User, g.User))
	}
	s.User, s.Kind, s.Source, s.Notes, s.bearer = d.User, d.Kind, d.Source, d.Notes, d.Bearer
	s.Stored = true
	if s.bearer == "" {
		s.secret = d.Secret
	}
	return s, nil
}

// left is how long a bearer lasts by the local clock; one that does not say
// lasts for now.
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

// secretKind is KindOf for what may be a password, and passwords may have dots:
// a JWT begins as all of them do.
func secretKind(secret string) dockerhub.Kind {
	if k := dockerhub.KindOf(secret); k != dockerhub.JWT || strings.HasPrefix(secret, "eyJ") {
		return k
	}
	return dockerhub.Password
}

// CanBuy reports whether the session can get a new bearer by itself.
func (s *Session) CanBuy() bool { return s.secret != "" }

// NeedsPassword reports whether a new bearer costs a login with a password.
func (s *Session) NeedsPassword() bool { return s.secret != "" && s.Kind == dockerhub.Password }

// WithoutPassword keeps the session from logging in with a password: it lives on
// the bearer that it has, or that an earlier run has left in the cache. It reports
// whether the session can be used like that.
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

// Secret is what the session buys its bearers with, a password or an access
// token, for the one place that wants that instead: the registry. It is "" if a
// bearer is all there is. If Stored, it was not given for this run.
func (s *Session) Secret() string { return s.secret }

// Token returns a bearer that works now, bought if need be, or "" if the
// session is anonymous. A rejected one is not returned again if there is a way
// to another.
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

// Fresh buys a bearer whatever there is.
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

// LogIn is Buy for a secret whose kind only its shape tells.
func LogIn(ctx context.Context, o Options, user, secret string) (string, error) {
	return Buy(ctx, o, secretKind(secret), user, secret)
}

// Buy trades a user and secret for a bearer: a password at the login, with the
// second factor if it is asked for, an access token at the exchange. It is one
// try.
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
