package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
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
	DemoUser = "demo"
	mfaUser  = "demo2fa"
	DemoOrg  = "acme"
)

// An account is a user or an organization that can log in.
type account struct {
	Name, Password, OTP string
	FullName, Company   string
	Org                 bool
}

func accounts() []account {
	return []account{
		{Name: DemoUser, Password: "demo-password", FullName: "Demo User", Company: "Acme"},
		{Name: mfaUser, Password: "demo2fa-password", OTP: "123456", FullName: "Robin Singh"},
		{Name: DemoOrg, FullName: "Acme Corporation", Company: "Acme", Org: true},
	}
}

func findAccount(name string) (account, bool) {
	for _, a := range accounts() {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return account{}, false
}

// badge returns the badge of the account's repositories; "" = none.
func (a account) badge() string {
	if a.Name == DemoOrg { // which has the analytics of a publisher
		return "verified_publisher"
	}
	return ""
}

func (a account) uuid() string  { return uuid("account", a.Name) }
func (a account) email() string { return a.Name + "@example.com" }

// id is the UUID without dashes.
func (a account) id() string { return strings.ReplaceAll(a.uuid(), "-", "") }

// Accounts returns the demo accounts. In an empty sandbox they have no tokens, only
// passwords.
func Accounts() []Account {
	var all []Account
	for _, a := range accounts() {
		shown := Account{User: a.Name, Kind: "user", Password: a.Password, OTP: a.OTP}
		switch {
		case a.Org:
			shown.Kind, shown.SCIM = "organization", SCIMToken
			shown.Tokens = orgSecrets(a.Name)
		case a.OTP != "":
			shown.Kind = "user with second factor"
		}
		for _, t := range tokenSeeds(a.Name) {
			if t.known {
				shown.Tokens = append(shown.Tokens, Secret{t.label, t.secret(a.Name), t.scopes})
			}
		}
		all = append(all, shown)
	}
	return all
}

// digest returns the part of a secret that is stored.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
