package seed

// The names of the accounts.
const (
	User      = "demo"
	Password  = "demo-password"
	MFAUser   = "demo2fa"
	Org       = "acme"
	Officials = "library" // the namespace of official images, which is no account
)

// An Account is a user or an organization that can log in.
type Account struct {
	Name, Password, OTP string
	FullName, Company   string
	Org                 bool
	Badge               string // "" = none
}

// Accounts returns the accounts.
func Accounts() []Account {
	return []Account{
		{Name: User, Password: Password, FullName: "Demo User", Company: "Acme"},
		{Name: MFAUser, Password: "demo2fa-password", OTP: "123456", FullName: "Robin Singh"},
		{Name: Org, FullName: "Acme Corporation", Company: "Acme", Org: true, Badge: "verified_publisher"},
	}
}
