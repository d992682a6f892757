package sandbox

import "time"

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
	if org != DemoOrg {
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
		accessToken: accessToken{
			ID: uuid("oat", org, s.label), Owner: org, Label: s.label, Active: !s.inactive,
			Created: stampOf(ago(midnight, s.created, "oat", s.label)),
		},
		CreatedBy: DemoUser, Resources: s.resources,
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

// orgSecrets returns the organization access tokens that can log in.
func orgSecrets(org string) []Secret {
	var all []Secret
	for _, s := range orgTokenSeeds(org) {
		if s.known {
			all = append(all, Secret{s.label, s.secret(org), s.token(org, time.Time{}).scopes()})
		}
	}
	return all
}

func (c *call) seededOrgTokens(org string) []orgToken {
	if c.hub.o.Empty {
		return nil
	}
	var all []orgToken
	for _, s := range orgTokenSeeds(org) {
		all = append(all, s.token(org, c.midnight()))
	}
	return all
}
