package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

var orgTokenRoutes = []route{
	{"GET", "/v2/orgs/{name}/access-tokens", signedIn, listOrgTokens},
}

// An orgToken is an organization access token as it is kept.
type orgToken struct {
	ID        string     `json:"id"`
	Label     string     `json:"label"`
	CreatedBy string     `json:"created_by"`
	Active    bool       `json:"is_active"`
	Created   stamp      `json:"created_at"`
	Expires   *stamp     `json:"expires_at"`
	LastUsed  *stamp     `json:"last_used_at"`
	Resources []resource `json:"-"`
	Secret    string     `json:"-"`
}

// A resource is what an organization access token may do with what.
type resource struct {
	Type   string   `json:"type"`
	Path   string   `json:"path"`
	Scopes []string `json:"scopes"`
}

func (t orgToken) usable(now time.Time) bool {
	return t.Active && (t.Expires == nil || now.Before(t.Expires.Time))
}

// scopes are those of all resources.
func (t orgToken) scopes() []string {
	var all []string
	for _, r := range t.Resources {
		all = append(all, r.Scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type orgTokenSeed struct {
	label     string
	created   int // days ago
	used      int // days ago, 0 = never
	expires   int // days from now, 0 = never
	inactive  bool
	known     bool
	resources []resource
}

func orgTokenSeeds(org string) []orgTokenSeed {
	if org != demoOrg {
		return nil
	}
	repos := func(path string, scopes ...string) resource { return resource{"TYPE_REPO", path, scopes} }
	whole := func(scopes ...string) resource { return resource{"TYPE_ORG", org, scopes} }
	return []orgTokenSeed{
		{label: "platform-automation", created: 301, used: 1, known: true, resources: []resource{
			repos(org+"/*", "scope-image-pull", "scope-image-push", "scope-image-delete", "scope-repository-read",
				"scope-repository-edit", "scope-repository-admin", "scope-tag-read", "scope-tag-admin"),
			whole("scope-member-read", "scope-member-edit", "scope-invite-read", "scope-invite-edit", "scope-group-read",
				"scope-group-edit", "scope-activity-read", "scope-repository-create", "scope-repository-list"),
		}},
		{label: "ci-pull", created: 140, used: 2, known: true, resources: []resource{
			repos(org+"/*", "scope-image-pull", "scope-repository-read", "scope-tag-read"),
		}},
		{label: "siem-export", created: 88, used: 1, expires: 90, resources: []resource{whole("scope-activity-read")}},
		{label: "payments-deploy", created: 512, used: 204, expires: -147, resources: []resource{
			repos(org+"/payments-api", "scope-image-pull", "scope-image-push"),
		}},
		{label: "mirror", created: 66, inactive: true, resources: []resource{repos("*/*/public", "scope-image-pull")}},
	}
}

func (s orgTokenSeed) secret(org string) string {
	return secret("dckr_oat_", 32, "oat secret", org, s.label)
}

func (s orgTokenSeed) token(org string, midnight time.Time) orgToken {
	t := orgToken{
		ID: uuid("oat", org, s.label), Label: s.label, CreatedBy: demoUser, Active: !s.inactive,
		Created: stampOf(ago(midnight, s.created, "oat", s.label)), Resources: s.resources,
	}
	if s.used > 0 {
		t.LastUsed = stampAt(ago(midnight, s.used, "oat used", s.label))
	}
	if s.expires != 0 {
		t.Expires = stampAt(ago(midnight, -s.expires, "oat expires", s.label))
	}
	if s.known {
		t.Secret = digest(s.secret(org))
	}
	return t
}

// orgSecrets are the organization access tokens that can be used to log in.
func orgSecrets(org string) []Secret {
	var all []Secret
	for _, s := range orgTokenSeeds(org) {
		if s.known {
			all = append(all, Secret{s.label, s.secret(org), s.token(org, time.Time{}).scopes()})
		}
	}
	return all
}

// orgTokens returns the tokens of an organization, newest first.
func (c *call) orgTokens(org string) []orgToken {
	if c.hub.o.Empty {
		return nil
	}
	var all []orgToken
	for _, s := range orgTokenSeeds(org) {
		all = append(all, s.token(org, c.midnight()))
	}
	slices.SortFunc(all, func(a, b orgToken) int {
		return cmp.Or(b.Created.Compare(a.Created.Time), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func (c *call) findOrgToken(org string, match func(orgToken) bool) (orgToken, bool) {
	all := c.orgTokens(org)
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], true
	}
	return orgToken{}, false
}

func (c *call) orgToken(org, id string) (orgToken, bool) {
	return c.findOrgToken(org, func(t orgToken) bool { return t.ID == id })
}

func (c *call) orgTokenBySecret(org, digest string) (orgToken, bool) {
	return c.findOrgToken(org, func(t orgToken) bool { return t.Secret != "" && t.Secret == digest })
}

func listOrgTokens(c *call) error {
	if err := c.needOrg(c.PathValue("name"), owners, ""); err != nil {
		return err
	}
	all := c.orgTokens(c.PathValue("name"))
	w, err := c.window(len(all), notFound())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Total    int        `json:"total"`
		Next     *string    `json:"next"`
		Previous *string    `json:"previous"`
		Results  []orgToken `json:"results"`
	}{len(all), w.next, w.previous, fill(w, func(i int) orgToken { return all[i] })})
}
