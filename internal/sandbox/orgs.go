package sandbox

import (
	"net/http"
	"slices"
)

var orgRoutes = []route{
	{"GET", "/v2/orgs/{org_name}", signedIn, getOrg},
	{"GET", "/v2/orgs/{name}/settings", signedIn, getOrgSettings},
	{"PUT", "/v2/orgs/{name}/settings", signedIn, putOrgSettings},
	{"GET", "/v2/orgs/{org_name}/settings/registry-access-management", signedIn, getRegistryAccess},
	{"PUT", "/v2/orgs/{org_name}/settings/registry-access-management", signedIn, putRegistryAccess},
}

// roles of an organization, in order of their rights.
const (
	nobody = iota
	members
	editors
	owners
)

var roleNames = [...]string{members: "Member", editors: "Editor", owners: "Owner"}

// roleIn returns the rank of the session's user in org. Listings call it for every
// row.
func (c *call) roleIn(org string) int {
	if c.who == nil || c.who.account.Org || org != DemoOrg {
		return nobody
	}
	if c.self == nil {
		m, _ := c.member(c.state, c.who.account.Name)
		c.self = &m
	}
	return c.self.rank()
}

// needOrg refuses a session below the rank in org, and an organization access token
// without the scope ("" = no scope is enough).
func (c *call) needOrg(org string, rank int, scope string) error {
	a, ok := findAccount(org)
	if !ok || !a.Org {
		return detail(http.StatusNotFound, "No such organization")
	}
	if c.who.oat != "" {
		if c.who.account.Name != a.Name {
			return noPermission()
		}
		return c.needScope(scope)
	}
	if c.who.pat != "" || c.roleIn(a.Name) < rank {
		return noPermission()
	}
	return nil
}

// needScope refuses an organization access token without the scope.
func (c *call) needScope(scope string) error {
	if !slices.Contains(c.who.scopes, scope) {
		return insufficient()
	}
	return nil
}

func noPermission() *fault {
	return message(http.StatusForbidden, "You don't have permission to perform this action.")
}

func insufficient() *fault { return message(http.StatusForbidden, "insufficient scope") }

func getOrg(c *call) error {
	a, ok := findAccount(c.PathValue("org_name"))
	if ok && !a.Org {
		return c.redirect("/v2/users/" + a.Name + "/")
	}
	if !ok {
		return detail(http.StatusNotFound, "No such organization")
	}
	return c.json(http.StatusOK, c.organization(a))
}

// An organization has the fields that Docker's own tools read.
type organization struct {
	profile
	UUID    string `json:"uuid"`
	Orgname string `json:"orgname"`
	Badge   string `json:"badge"`
	Active  bool   `json:"is_active"`
}

func (c *call) organization(a account) organization {
	return organization{profile: a.profile(c.midnight()), UUID: a.uuid(), Orgname: a.Name, Badge: a.Badge, Active: true}
}
