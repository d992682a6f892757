package sandbox

import (
	"net/http"
	"strings"
	"time"
)

const (
	tokenLife = 10 * time.Minute // documented and observed
	loginLife = 24 * time.Hour   // the real value is not documented
	mfaLife   = 5 * time.Minute

	wrongCredentials = "Incorrect authentication credentials"
	secondFactor     = "Require secondary authentication on MFA enabled account"
)

var authRoutes = []route{
	{"POST", "/v2/users/login", blind, login},
	{"POST", "/v2/users/2fa-login", blind, secondLogin},
	{"POST", "/v2/auth/token", blind, authToken},
}

// A session is the identity of a bearer.
type session struct {
	account account
	pat     string   // UUID of the personal access token that bought it
	oat     string   // ID of the organization access token that bought it
	scopes  []string // of that token

	resources []resource // of an organization access token
}

// authenticate returns nil for an anonymous request, whose Authorization header may have
// a scheme without a bearer.
func (c *call) authenticate() (*session, error) {
	header := c.Header.Get("Authorization")
	if header == "" {
		return nil, nil
	}
	scheme, bearer, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "JWT") {
		return nil, unauthorized()
	}
	if bearer = strings.TrimSpace(bearer); bearer == "" {
		return nil, nil
	}
	claim, err := c.hub.parse(bearer, audience)
	if err != nil {
		return nil, unauthorized()
	}
	a, ok := findAccount(claim.Hub.Username)
	if !ok {
		return nil, unauthorized()
	}
	return c.sessionOf(a, claim.Source.Type, claim.Source.ID)
}

// sessionOf returns a session of an account from a password or from the access token
// with an ID, which must still be valid.
func (c *call) sessionOf(a account, source, id string) (*session, error) {
	s := &session{account: a}
	switch source {
	case fromPAT:
		t, err := pats.get(c, c.state, a.Name, id)
		if err != nil || !t.usable(c.now) {
			return nil, unauthorized()
		}
		s.pat, s.scopes = t.ID, t.effective()
	case fromOAT:
		t, err := oats.get(c, c.state, a.Name, id)
		if err != nil || !t.usable(c.now) {
			return nil, unauthorized()
		}
		s.oat, s.scopes, s.resources = t.ID, t.scopes(), t.Resources
	}
	return s, nil
}

// Session returns a bearer for a user, as a password login does, or "" if there is
// no such user.
func (h *Hub) Session(user string) string {
	a, ok := findAccount(user)
	if !ok || a.Org {
		return ""
	}
	bearer, err := loginClaims(a, fromPassword, "", passwordScope, h.now()).sign()
	if err != nil {
		return ""
	}
	return bearer
}

// passwordScope is a guess: only sessions of access tokens were recorded.
const passwordScope = "repo:admin"

func loginClaims(a account, source, id, scope string, now time.Time) claims {
	claim := newClaims(a, source, id, scope, now, loginLife)
	claim.Audience = []string{audience}
	return claim
}

// A credential is the identity of a user name and secret.
type credential struct {
	source, id, scope string
}

// check identifies a secret. An access token needs no second factor. Failures count
// toward a lockout.
func (c *call) check(name, secret string) (account, credential, error) {
	if err := c.lockout(name); err != nil {
		return account{}, credential{}, err
	}
	a, ok := findAccount(name)
	if !ok {
		return account{}, credential{}, c.failed(name)
	}
	if !a.Org && secret == a.Password {
		return a, credential{fromPassword, "", passwordScope}, nil
	}
	sum := digest(secret)
	if a.Org {
		if t, ok, err := oats.login(c, a.Name, sum); ok || err != nil {
			return a, credential{fromOAT, t.ID, strings.Join(t.scopes(), " ")}, err
		}
	} else if t, ok, err := pats.login(c, a.Name, sum); ok || err != nil {
		return a, credential{fromPAT, t.ID, strings.Join(t.effective(), " ")}, err
	}
	return account{}, credential{}, c.failed(name)
}

func login(c *call) error {
	var in struct{ Username, Password string }
	if err := c.decode(&in); err != nil {
		return malformed(err)
	}
	if a, ok := findAccount(in.Username); ok && a.Org {
		return detail(http.StatusUnauthorized, "Cannot log into an organization account")
	}
	a, cred, err := c.check(in.Username, in.Password)
	if err != nil {
		return err
	}
	if a.OTP != "" && cred.source == fromPassword {
		claim := newClaims(a, fromPassword, "", "", c.now, mfaLife)
		claim.Audience = audienceMFA
		half, err := claim.sign()
		if err != nil {
			return err
		}
		return &fault{http.StatusUnauthorized, struct {
			Detail string `json:"detail"`
			Token  string `json:"login_2fa_token"`
		}{secondFactor, half}}
	}
	return c.loggedIn(a, cred)
}

func secondLogin(c *call) error {
	var in struct {
		Token string `json:"login_2fa_token"`
		Code  string `json:"code"`
	}
	if err := c.decode(&in); err != nil {
		return malformed(err)
	}
	claim, err := c.hub.parse(in.Token, audienceMFA)
	if err != nil {
		return detail(http.StatusUnauthorized, wrongCredentials)
	}
	a, ok := findAccount(claim.Hub.Username)
	if !ok {
		return detail(http.StatusUnauthorized, wrongCredentials)
	}
	if err := c.lockout(a.Name); err != nil {
		return err
	}
	if in.Code != a.OTP {
		return c.failed(a.Name)
	}
	return c.loggedIn(a, credential{fromPassword, "", passwordScope})
}

func (c *call) loggedIn(a account, cred credential) error {
	if err := c.forgive(a.Name); err != nil {
		return err
	}
	bearer, err := loginClaims(a, cred.source, cred.id, cred.scope, c.now).sign()
	if err != nil {
		return err
	}
	out := struct {
		Token   string `json:"token"`
		Refresh string `json:"refresh_token,omitempty"`
	}{Token: bearer}
	if c.URL.Query().Get("refresh_token") == "true" {
		out.Refresh = randomSecret("", 32) // nowhere to exchange it is known
	}
	return c.json(http.StatusOK, out)
}

func authToken(c *call) error {
	var in struct{ Identifier, Secret string }
	if err := c.decode(&in); err != nil {
		return malformed(err)
	}
	a, cred, err := c.check(in.Identifier, in.Secret)
	if err != nil {
		return err
	}
	if a.OTP != "" && cred.source == fromPassword {
		// the Hub's answer is not known; this route has no second step
		return detail(http.StatusUnauthorized, secondFactor)
	}
	if err := c.forgive(a.Name); err != nil {
		return err
	}
	bearer, err := newClaims(a, cred.source, cred.id, cred.scope, c.now, tokenLife).sign()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Token string `json:"access_token"`
	}{bearer})
}

func malformed(err error) *fault {
	return message(http.StatusBadRequest, "malformed request: "+err.Error())
}
