package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// An Account is a demo account, as shown to users.
type Account struct {
	User     string
	Kind     string // "user", "user with second factor" or "organization"
	Password string
	OTP      string
	SCIM     string // token for SCIM
	Tokens   []Secret
}

// A Secret is an access token that can be used to log in.
type Secret struct {
	Label, Secret string
	Scopes        []string
}

const (
	DemoUser     = seed.User
	DemoPassword = seed.Password
	DemoOrg      = seed.Org
)

// An account is a user or an organization that can log in.
type account seed.Account

func findAccount(name string) (account, bool) {
	for _, a := range seed.Accounts() {
		if strings.EqualFold(a.Name, name) {
			return account(a), true
		}
	}
	return account{}, false
}

func (a account) uuid() string  { return seed.UUID("account", a.Name) }
func (a account) email() string { return a.Name + "@example.com" }

// id is the UUID without dashes.
func (a account) id() string { return strings.ReplaceAll(a.uuid(), "-", "") }

// Accounts returns the demo accounts. In an empty sandbox they have no tokens, only
// passwords.
func Accounts() []Account {
	var all []Account
	for _, a := range seed.Accounts() {
		shown := Account{User: a.Name, Kind: "user", Password: a.Password, OTP: a.OTP}
		switch {
		case a.Org:
			shown.Kind, shown.SCIM = "organization", SCIMToken
			for _, t := range seed.OrgTokens(a.Name) {
				shown.show(t.Token, t.Scopes())
			}
		case a.OTP != "":
			shown.Kind = "user with second factor"
		}
		for _, t := range seed.Tokens(a.Name) {
			shown.show(t.Token, t.Scopes)
		}
		all = append(all, shown)
	}
	return all
}

// show adds a token if users may know its secret.
func (a *Account) show(t seed.Token, scopes []string) {
	if t.Known {
		a.Tokens = append(a.Tokens, Secret{t.Label, t.Secret, scopes})
	}
}

// digest returns the part of a secret that is stored.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
