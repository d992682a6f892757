package sandbox

import (
	"net/http"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var userRoutes = []route{
	{"GET", "/v2/user", signedIn | noOAT, getUser},
	{"GET", "/v2/user/orgs", signedIn | noOAT, listOwnOrgs},
	{"GET", "/v2/users/{username}", 0, getProfile},
	{"GET", "/v2/users/{username}/orgs", signedIn, listUserOrgs},
}

// A profile is the public profile of a user or an organization.
type profile struct {
	ID            string `json:"id"`
	Company       string `json:"company"`
	Joined        stamp  `json:"date_joined"`
	FullName      string `json:"full_name"`
	GravatarEmail string `json:"gravatar_email"`
	GravatarURL   string `json:"gravatar_url"`
	Location      string `json:"location"`
	ProfileURL    string `json:"profile_url"`
	Type          string `json:"type"`
}

func (a account) profile(midnight time.Time) profile {
	p := profile{
		ID: a.id(), FullName: a.FullName, Company: a.Company, Type: "User",
		Joined: stampOf(seed.Ago(midnight, 400+seed.Number(2000, "joined", a.Name), "joined at", a.Name)),
	}
	if a.Org {
		p.Type = "Org"
	}
	return p
}

// A user is the public part of a user.
type user struct {
	profile
	UUID     string `json:"uuid"`
	Username string `json:"username"`
}

func (c *call) user(a account) user {
	return user{profile: a.profile(c.midnight()), UUID: a.uuid(), Username: a.Name}
}

func getUser(c *call) error {
	return c.json(http.StatusOK, struct {
		user
		IsAdmin bool `json:"is_admin"`
		IsStaff bool `json:"is_staff"`
	}{user: c.user(c.who.account)})
}

// findUser finds one of the accounts, or one of the people who cannot log in.
func (c *call) findUser(name string) (account, bool) {
	if a, ok := findAccount(name); ok {
		return a, !a.Org
	}
	for _, m := range c.seededMembers() {
		if strings.EqualFold(m.Username, name) {
			return account{Name: m.Username, FullName: m.FullName, Company: m.Company}, true
		}
	}
	return account{}, false
}

// namedUser returns the user in the path.
func (c *call) namedUser() (account, error) {
	a, ok := c.findUser(c.PathValue("username"))
	if !ok {
		return account{}, message(http.StatusNotFound, "User not found")
	}
	return a, nil
}

func getProfile(c *call) error {
	a, err := c.namedUser()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, c.user(a))
}

// userOrg is an organization and what the user has in it.
type userOrg struct {
	organization
	Role   string   `json:"user_role"`
	Groups []string `json:"user_groups"`
	Count  int      `json:"org_groups_count"`
	Plan   *string  `json:"plan_name"`
	Parent *string  `json:"parent_name"`
}

func listOwnOrgs(c *call) error { return c.listOrgs(c.who.account) }

func listUserOrgs(c *call) error {
	a, err := c.namedUser()
	if err != nil {
		return err
	}
	return c.listOrgs(a)
}

func (c *call) listOrgs(of account) error {
	var all []userOrg
	if m, ok := c.member(c.state, of.Name); ok {
		org, _ := findAccount(DemoOrg)
		plan := "business"
		all = append(all, userOrg{
			organization: c.organization(org), Role: m.Role, Groups: m.Groups, Count: len(c.teams(c.state)), Plan: &plan,
		})
	}
	return list(c, len(all), notFound(), func(i int) userOrg { return all[i] })
}
