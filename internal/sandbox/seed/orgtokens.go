package seed

import "slices"

// An OrgToken is an organization access token.
type OrgToken struct {
	Token
	Resources []Resource
}

// A Resource gives an organization access token scopes on something.
type Resource struct {
	Type   string   `json:"type"`
	Path   string   `json:"path"`
	Scopes []string `json:"scopes"`
}

// Scopes returns the scopes of all resources.
func (t OrgToken) Scopes() []string { return Scopes(t.Resources) }

// Scopes returns the scopes of resources, without duplicates.
func Scopes(of []Resource) []string {
	var all []string
	for _, r := range of {
		all = append(all, r.Scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// OrgTokens returns the tokens of an organization.
func OrgTokens(org string) []OrgToken {
	if org != Org {
		return nil
	}
	all := orgTokens(org)
	for i := range all {
		all[i].Secret = Secret("dckr_oat_", 32, "oat secret", org, all[i].Label)
	}
	return all
}

func orgTokens(org string) []OrgToken {
	repos := func(path string, scopes ...string) Resource { return Resource{"TYPE_REPO", path, scopes} }
	whole := func(scopes ...string) Resource { return Resource{"TYPE_ORG", org, scopes} }
	return []OrgToken{
		{Token: Token{Label: "platform-automation", Created: 301, Used: 1, Known: true}, Resources: []Resource{
			repos(org+"/*", "scope-image-pull", "scope-image-push", "scope-image-delete", "scope-repository-read",
				"scope-repository-edit", "scope-repository-admin", "scope-tag-read", "scope-tag-admin"),
			whole("scope-member-read", "scope-member-edit", "scope-invite-read", "scope-invite-edit", "scope-group-read",
				"scope-group-edit", "scope-activity-read", "scope-report-read", "scope-repository-create",
				"scope-repository-list"),
		}},
		{Token: Token{Label: "ci-pull", Created: 140, Used: 2, Known: true}, Resources: []Resource{
			repos(org+"/*", "scope-image-pull", "scope-repository-read", "scope-tag-read"),
		}},
		{Token: Token{Label: "siem-export", Created: 88, Used: 1, Expires: 90}, Resources: []Resource{
			whole("scope-activity-read"),
		}},
		{Token: Token{Label: "payments-deploy", Created: 512, Used: 204, Expires: -147}, Resources: []Resource{
			repos(org+"/payments-api", "scope-image-pull", "scope-image-push"),
		}},
		{Token: Token{Label: "mirror", Created: 66, Inactive: true}, Resources: []Resource{
			repos("*/*/public", "scope-image-pull"),
		}},
	}
}
