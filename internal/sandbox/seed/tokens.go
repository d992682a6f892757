package seed

// A Token has the fields common to personal and organization access tokens. Days are
// relative to midnight; 0 = never.
type Token struct {
	Label    string
	Created  int // days ago
	Used     int // days ago
	Expires  int // days from now; negative = in the past
	Inactive bool
	Known    bool // its secret is shown to users
	Secret   string
}

// A UserToken is a personal access token.
type UserToken struct {
	Token
	Scopes    []string // none = older than scopes
	Generated string
	IP, Agent string // of its creator
}

// Tokens returns a user's tokens.
func Tokens(user string) []UserToken {
	all := tokensOf(user)
	for i := range all {
		t := &all[i]
		t.IP = "192.0.2." + Pick([]string{"7", "18", "43", "101"}, t.Label)
		t.Agent = Pick(agents, "agent", t.Label)
		if t.Generated == "" {
			t.Generated = "manual"
		} else {
			t.Agent = "Docker-Desktop/4.53.0"
		}
		t.Secret = Secret("dckr_pat_", 27, "pat secret", user, t.Label)
	}
	return all
}

var agents = []string{
	"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/142.0.0.0 Safari/537.36",
	"hub-tool/",
}

func tokensOf(user string) []UserToken {
	public, read := []string{"repo:public_read"}, []string{"repo:read"}
	write, admin := []string{"repo:write"}, []string{"repo:admin"}
	switch user {
	case User:
		return []UserToken{
			{Token: Token{Label: "ci-github-actions", Created: 402, Used: 1, Known: true}, Scopes: admin},
			{Token: Token{Label: "laptop", Created: 371, Used: 2, Known: true}, Scopes: write},
			{Token: Token{Label: "argo-cd", Created: 355, Used: 1, Known: true}, Scopes: read},
			{Token: Token{Label: "dashboard", Created: 298, Used: 5, Known: true}, Scopes: public},
			{Token: Token{Label: "jenkins-prod", Created: 820, Used: 3, Expires: 6}, Scopes: admin},
			{Token: Token{Label: "jenkins-staging", Created: 819, Used: 190, Inactive: true}, Scopes: write},
			{Token: Token{Label: "renovate", Created: 244, Used: 1, Expires: 121}, Scopes: public},
			{Token: Token{Label: "gitlab-runner-01", Created: 231, Used: 4, Expires: 2}, Scopes: write},
			{Token: Token{Label: "gitlab-runner-02", Created: 230, Used: 47, Expires: 134}, Scopes: write},
			{Token: Token{Label: "hubtool", Created: 1868, Used: 1530}},
			{Token: Token{Label: "old-build-server", Created: 1322, Used: 911, Inactive: true}, Scopes: admin},
			{Token: Token{Label: "terraform", Created: 164, Used: 8, Expires: 201}, Scopes: admin},
			{Token: Token{Label: "k8s-pull-prod", Created: 158, Used: 1, Expires: 207}, Scopes: read},
			{Token: Token{Label: "k8s-pull-staging", Created: 158, Used: 1, Expires: 207}, Scopes: read},
			{Token: Token{Label: "harbor-replication", Created: 121, Used: 33, Expires: -1}, Scopes: read},
			{Token: Token{Label: "trivy-scanner", Created: 90, Expires: 275}, Scopes: read},
			{Token: Token{Label: "contractor-2025", Created: 410, Used: 233, Expires: -45}, Scopes: write},
			{Token: Token{Label: "workshop", Created: 77, Expires: -63}, Scopes: public},
			{Token: Token{Label: "release-bot", Created: 58, Used: 6, Expires: 32}, Scopes: admin},
			{Token: Token{Label: "desktop: laptop", Created: 44, Used: 1}, Scopes: admin, Generated: "auto-desktop"},
			{Token: Token{Label: "desktop: workstation", Created: 19, Used: 12}, Scopes: admin, Generated: "auto-desktop"},
			{Token: Token{Label: "backup script (nightly)", Created: 12, Used: 1, Expires: 13}, Scopes: read},
			{Token: Token{Label: "test", Created: 3}, Scopes: public},
		}
	case MFAUser:
		return []UserToken{
			{Token: Token{Label: "cli", Created: 25, Used: 2, Known: true}, Scopes: admin},
		}
	}
	return nil
}
