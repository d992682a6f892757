package sandbox

import (
	"net/http"
	"time"
)

var userRoutes = []route{
	{"GET", "/v2/user", signedIn | noOAT, getUser},
	{"GET", "/v2/user/orgs", signedIn | noOAT, listUserOrgs},
}

// A profile is what is shown of a user or an organization.
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
		Joined: stampOf(ago(midnight, 400+number(2000, "joined", a.Name), "joined at", a.Name)),
	}
	if a.Org {
		p.Type = "Org"
	}
	return p
}

func getUser(c *call) error {
	a := c.who.account
	return c.json(http.StatusOK, struct {
		profile
		UUID     string `json:"uuid"`
		Username string `json:"username"`
		IsAdmin  bool   `json:"is_admin"`
		IsStaff  bool   `json:"is_staff"`
	}{profile: a.profile(c.midnight()), UUID: a.uuid(), Username: a.Name})
}

// userOrg has the fields that Docker's own tools read.
type userOrg struct {
	profile
	UUID    string   `json:"uuid"`
	Orgname string   `json:"orgname"`
	Badge   string   `json:"badge"`
	Active  bool     `json:"is_active"`
	Role    string   `json:"user_role"`
	Groups  []string `json:"user_groups"`
	Count   int      `json:"org_groups_count"`
	Plan    *string  `json:"plan_name"`
	Parent  *string  `json:"parent_name"`
}

func listUserOrgs(c *call) error {
	var all []userOrg
	for _, a := range accounts() {
		rank := c.roleIn(a.Name)
		if rank == nobody {
			continue
		}
		plan := "team"
		org := userOrg{
			profile: a.profile(c.midnight()), UUID: a.uuid(), Orgname: a.Name, Active: true,
			Role: roleNames[rank], Groups: []string{"developers"}, Count: 3, Plan: &plan,
		}
		if rank == owners {
			org.Groups = []string{"owners", "developers"}
		}
		all = append(all, org)
	}
	return list(c, len(all), notFound(), func(i int) userOrg { return all[i] })
}
