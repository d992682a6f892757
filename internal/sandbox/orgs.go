package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

var orgRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/members", signedIn, listMembers},
	{"GET", "/v2/orgs/{org_name}/invites", signedIn, listInvites},
}

// roles in an organization, in the order of what they allow.
const (
	nobody = iota
	members
	editors
	owners
)

var roleNames = [...]string{members: "Member", editors: "Editor", owners: "Owner"}

// roleIn is the rank of the session's user in org.
func (c *call) roleIn(org string) int {
	if c.who == nil || c.who.account.Org || org != demoOrg {
		return nobody
	}
	switch c.who.account.Name {
	case demoUser:
		return owners
	case mfaUser:
		return members
	}
	return nobody
}

// needOrg refuses a session without the rank in org, and an organization
// access token without the scope ("" = none will do).
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

// A member is the OpenAPI file's org_member.
type member struct {
	profile
	Username     string   `json:"username"`
	Email        string   `json:"email"`
	Role         string   `json:"role"`
	Groups       []string `json:"groups"`
	Guest        bool     `json:"is_guest"`
	PrimaryEmail string   `json:"primary_email"`
	LoggedIn     *stamp   `json:"last_logged_in_at,omitempty"`
	Seen         *stamp   `json:"last_seen_at,omitempty"`
	Desktop      string   `json:"last_desktop_version,omitempty"`
}

// listMembers leaves out the filters invites and type: it knows no invitees here.
func listMembers(c *call) error {
	org := c.PathValue("org_name")
	if err := c.needOrg(org, members, "scope-member-read"); err != nil {
		return err
	}
	query := c.URL.Query()
	var found []member
	for _, m := range c.members() {
		text := m.Username + " " + m.Email + " " + strings.ToLower(m.FullName)
		if role := query.Get("role"); role != "" && !strings.EqualFold(role, m.Role) {
			continue
		}
		if strings.Contains(text, strings.ToLower(query.Get("search"))) {
			found = append(found, m)
		}
	}
	return list(c, len(found), notFound(), func(i int) member { return found[i] })
}

// An invite is the OpenAPI file's.
type invite struct {
	ID      string `json:"id"`
	Inviter string `json:"inviter_username"`
	Invitee string `json:"invitee"`
	Org     string `json:"org"`
	Team    string `json:"team"`
	Created stamp  `json:"created_at"`
}

func listInvites(c *call) error {
	org := c.PathValue("org_name")
	if err := c.needOrg(org, owners, "scope-invite-read"); err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Data []invite `json:"data"`
	}{c.invites(org)})
}
