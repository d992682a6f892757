package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

var inviteRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/invites", signedIn, listInvites},
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

func (c *call) seededInvites() []invite {
	var all []invite
	if c.hub.o.Empty {
		return all
	}
	for i, invitee := range []string{
		"sam.rivera@example.com", "kofi.mensah@example.com", "lena-brandt", "contractor@example.net", "noah.smith@example.com", "tchen",
	} {
		all = append(all, invite{
			ID: uuid("invite", demoOrg, invitee), Inviter: demoUser, Invitee: invitee, Org: demoOrg,
			Team: pick([]string{"developers", "platform", "owners"}, "team", invitee), Created: stampOf(ago(c.midnight(), 1+i*4, "invite", invitee)),
		})
	}
	return all
}

// invites are those of the demo organization in st.
func (c *call) invites(st *state) []invite {
	all := []invite{}
	for _, i := range c.seededInvites() {
		if _, decided := st.Invites.get(i.ID); !decided {
			all = append(all, i)
		}
	}
	for _, i := range st.Invites {
		if i != nil {
			all = append(all, *i)
		}
	}
	slices.SortFunc(all, func(a, b invite) int { return cmp.Or(b.Created.Compare(a.Created.Time), cmp.Compare(a.ID, b.ID)) })
	return all
}

// invitees are the invited as a listing of members has them.
func (c *call) invitees() []member {
	var all []member
	for _, i := range c.invites(c.state) {
		m := member{Role: "Invitee", Groups: []string{}}
		m.Type, m.Joined = "User", i.Created
		if m.Email = i.Invitee; !strings.Contains(i.Invitee, "@") {
			m.Username, m.Email = i.Invitee, ""
		}
		if i.Team != "" {
			m.Groups = append(m.Groups, i.Team)
		}
		m.PrimaryEmail = m.Email
		all = append(all, m)
	}
	return all
}

func listInvites(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), owners, "scope-invite-read"); err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Data []invite `json:"data"`
	}{c.invites(c.state)})
}
