package dockerhub

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// AuthService exchanges credentials for bearers, which are JWTs (see [ParseClaims]).
// Wrong credentials are ErrUnauthorized. Each call is sent once and never retried,
// because the Hub locks an account after a few failed attempts.
type AuthService struct{ c *Client }

// A SecondFactorError means that the password was correct and a code is also
// required.
type SecondFactorError struct {
	Challenge string // for AuthService.SecondFactor; it is a secret
	Err       *Error // the server's answer
}

// Error returns the text of the server's answer.
func (e *SecondFactorError) Error() string { return e.Err.Error() }

// Unwrap returns the server's answer.
func (e *SecondFactorError) Unwrap() error { return e.Err }

// Login exchanges a Docker ID and its password for a bearer. It fails with a
// [*SecondFactorError] if the account has a second factor.
//
// Operation: POST /v2/users/login
func (s *AuthService) Login(ctx context.Context, user, password string) (string, error) {
	bearer, err := s.buy(ctx, "token", map[string]string{"username": user, "password": password}, "v2", "users", "login")
	if e, ok := errors.AsType[*Error](err); ok {
		var more struct {
			Challenge string `json:"login_2fa_token"`
		}
		if json.Unmarshal(e.Body, &more) == nil && more.Challenge != "" {
			return "", &SecondFactorError{more.Challenge, e}
		}
	}
	return bearer, err
}

// SecondFactor completes a Login that failed with a [*SecondFactorError]: it exchanges
// the challenge and a code of the second factor for a bearer.
//
// Operation: POST /v2/users/2fa-login
func (s *AuthService) SecondFactor(ctx context.Context, challenge, code string) (string, error) {
	return s.buy(ctx, "token", map[string]string{"login_2fa_token": challenge, "code": code}, "v2", "users", "2fa-login")
}

// Exchange exchanges a Docker ID and a personal access token, or an organization's
// name and an organization access token, for a bearer that lasts ten minutes. It
// also accepts a password if the account has no second factor.
//
// Operation: POST /v2/auth/token
func (s *AuthService) Exchange(ctx context.Context, identifier, secret string) (string, error) {
	return s.buy(ctx, "access_token", map[string]string{"identifier": identifier, "secret": secret}, "v2", "auth", "token")
}

func (s *AuthService) buy(ctx context.Context, field string, in any, segments ...string) (string, error) {
	r, err := s.c.hub.Request(http.MethodPost, in, segments...)
	if err != nil {
		return "", err
	}
	r.Once = true
	raw, err := s.c.hub.JSON(ctx, r)
	if err != nil {
		return "", err
	}
	var answer map[string]json.RawMessage
	var bearer string
	if json.Unmarshal(raw, &answer) != nil || json.Unmarshal(answer[field], &bearer) != nil || bearer == "" ||
		strings.ContainsFunc(bearer, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &AnswerError{
			Method: r.Method, Path: r.URL.EscapedPath(),
			Problem: "has no session (no field " + field + ")",
		}
	}
	return bearer, nil
}

// A Kind is a kind of credential, or of the bearer that it was exchanged for.
type Kind string

// The kinds of credentials.
const (
	Password                Kind = "password"
	PersonalAccessToken     Kind = "personal access token"
	OrganizationAccessToken Kind = "organization access token"
	OIDCToken               Kind = "OIDC token" // of a CI job; the registry accepts it, and the API does not
	JWT                     Kind = "JWT"        // a bearer that does not say how it was bought
	Anonymous               Kind = "anonymous"
)

// exchanger is the token source of a client with a user and secret.
type exchanger struct {
	auth         *AuthService
	user, secret string

	turn    chan struct{} // a semaphore that guards the fields below
	bearer  string
	until   time.Time
	refused error // the server refused the secret; do not send it again, or the account may be locked
}

func (x *exchanger) token(ctx context.Context, rejected string) (string, error) {
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if x.bearer != "" && x.bearer != rejected && time.Now().Before(x.until) {
		return x.bearer, nil
	}
	if x.refused != nil {
		return "", x.refused
	}
	bearer, err := x.auth.Exchange(ctx, x.user, x.secret)
	if errors.Is(err, ErrUnauthorized) || errors.Is(err, ErrForbidden) || errors.Is(err, ErrInvalid) {
		x.refused = err
	}
	if err != nil {
		return "", err
	}
	x.bearer, x.until = bearer, time.Now().Add(ParseClaims(bearer).Lifetime()-RenewBefore)
	return bearer, nil
}
