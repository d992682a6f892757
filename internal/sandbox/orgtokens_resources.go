package sandbox

import (
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const (
	typeRepo = "TYPE_REPO"
	typeOrg  = "TYPE_ORG"
)

type resource = seed.Resource

// oatScopes returns the scopes that a resource may have, by its type.
func oatScopes(kind string) []string {
	switch kind {
	case typeRepo:
		return strings.Fields(`scope-image-pull scope-image-push scope-image-delete scope-repository-read
			scope-repository-edit scope-repository-admin scope-repository-settings-admin scope-tag-read scope-tag-admin
			scope-webhook-read scope-webhook-edit scope-webhook-admin scope-repo-group-read scope-repo-group-edit
			scope-repo-group-admin`)
	case typeOrg:
		return strings.Fields(`scope-member-read scope-member-edit scope-invite-read scope-invite-edit scope-group-read
			scope-group-edit scope-activity-read scope-siem_credentials-read scope-ram-read scope-ram-write scope-report-read
			scope-repository-create scope-repository-list scope-registry-usage-read scope-cloud-connect
			scope-audit_events-read scope-governance-policy-read scope-governance-policy-write`)
	}
	return nil
}

// checkResources refuses invalid resources. Docker documents that a repository must
// exist or be one of two patterns.
func (c *call) checkResources(org string, all []resource) error {
	for _, r := range all {
		known := oatScopes(r.Type)
		if known == nil {
			return invalid("Invalid resources", "resources", "Unknown type: "+r.Type)
		}
		if !c.isResource(org, r) {
			return invalid("Invalid resources", "resources", "No such path: "+r.Path)
		}
		if len(r.Scopes) == 0 {
			return invalid("Invalid resources", "resources", "Scopes are required.")
		}
		for _, s := range r.Scopes {
			if !slices.Contains(known, s) {
				return invalid("Invalid resources", "resources", "Unknown scope: "+s)
			}
		}
	}
	return nil
}

func (c *call) isResource(org string, r resource) bool {
	if r.Type == typeOrg {
		return r.Path == org
	}
	namespace, name, _ := strings.Cut(r.Path, "/")
	switch {
	case r.Path == "*/*/public", r.Path == org+"/*":
		return true
	case namespace != org:
		return false
	}
	_, ok := c.findRepo(namespace, name)
	return ok
}
