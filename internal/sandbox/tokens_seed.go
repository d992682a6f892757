package sandbox

import "time"

// A tokenSeed is a token of the demo data; days are relative to midnight, 0 = never.
type tokenSeed struct {
	label     string
	scopes    []string
	created   int // days ago
	used      int // days ago
	expires   int // days from now; negative = in the past
	inactive  bool
	generated string // "" = manual
	known     bool   // its secret is in Accounts
}

func tokenSeeds(user string) []tokenSeed {
	public, read := []string{"repo:public_read"}, []string{"repo:read"}
	write, admin := []string{"repo:write"}, []string{"repo:admin"}
	switch user {
	case DemoUser:
		return []tokenSeed{
			{label: "ci-github-actions", scopes: admin, created: 402, used: 1, known: true},
			{label: "laptop", scopes: write, created: 371, used: 2, known: true},
			{label: "argo-cd", scopes: read, created: 355, used: 1, known: true},
			{label: "dashboard", scopes: public, created: 298, used: 5, known: true},
			{label: "jenkins-prod", scopes: admin, created: 820, used: 3, expires: 6},
			{label: "jenkins-staging", scopes: write, created: 819, used: 190, inactive: true},
			{label: "renovate", scopes: public, created: 244, used: 1, expires: 121},
			{label: "gitlab-runner-01", scopes: write, created: 231, used: 4, expires: 2},
			{label: "gitlab-runner-02", scopes: write, created: 230, used: 47, expires: 134},
			{label: "hubtool", created: 1868, used: 1530},
			{label: "old-build-server", scopes: admin, created: 1322, used: 911, inactive: true},
			{label: "terraform", scopes: admin, created: 164, used: 8, expires: 201},
			{label: "k8s-pull-prod", scopes: read, created: 158, used: 1, expires: 207},
			{label: "k8s-pull-staging", scopes: read, created: 158, used: 1, expires: 207},
			{label: "harbor-replication", scopes: read, created: 121, used: 33, expires: -1},
			{label: "trivy-scanner", scopes: read, created: 90, expires: 275},
			{label: "contractor-2025", scopes: write, created: 410, used: 233, expires: -45},
			{label: "workshop", scopes: public, created: 77, expires: -63},
			{label: "release-bot", scopes: admin, created: 58, used: 6, expires: 32},
			{label: "desktop: laptop", scopes: admin, created: 44, used: 1, generated: "auto-desktop"},
			{label: "desktop: workstation", scopes: admin, created: 19, used: 12, generated: "auto-desktop"},
			{label: "backup script (nightly)", scopes: read, created: 12, used: 1, expires: 13},
			{label: "test", scopes: public, created: 3},
		}
	case mfaUser:
		return []tokenSeed{
			{label: "cli", scopes: admin, created: 25, used: 2, known: true},
		}
	}
	return nil
}

func (s tokenSeed) secret(owner string) string {
	return secret("dckr_pat_", 27, "pat secret", owner, s.label)
}

func (s tokenSeed) token(owner string, midnight time.Time) token {
	t := token{
		accessToken: accessToken{
			ID: uuid("pat", owner, s.label), Owner: owner, Label: s.label, Active: !s.inactive,
			Created: stampOf(ago(midnight, s.created, "created", s.label)),
		},
		Scopes: s.scopes, Generated: "manual",
		IP: "192.0.2." + pick([]string{"7", "18", "43", "101"}, s.label), Agent: pick(agents, "agent", s.label),
	}
	if s.generated != "" {
		t.Generated, t.Agent = s.generated, "Docker-Desktop/4.53.0"
	}
	if s.used > 0 {
		t.LastUsed = stampAt(ago(midnight, s.used, "used", s.label))
	}
	if s.expires != 0 {
		t.Expires = stampAt(ago(midnight, -s.expires, "expires", s.label))
	}
	if s.known {
		t.Secret = digest(s.secret(owner))
	}
	return t
}

var agents = []string{
	"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/142.0.0.0 Safari/537.36",
	"hub-tool/",
}

func (c *call) seededTokens(owner string) []token {
	if c.hub.o.Empty {
		return nil
	}
	var all []token
	for _, s := range tokenSeeds(owner) {
		all = append(all, s.token(owner, c.midnight()))
	}
	return all
}
