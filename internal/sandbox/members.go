package sandbox

import (
	"slices"
	"strings"
)

var memberRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/members", signedIn, listMembers},
}

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

func (m member) rank() int { return max(nobody, slices.Index(roleNames[:], m.Role)) }

// matches is how the Hub searches: by user name, address and full name.
func (m member) matches(search string) bool {
	text := strings.ToLower(m.Username + " " + m.Email + " " + m.FullName)
	return strings.Contains(text, strings.ToLower(search))
}

// members are those of the demo organization in st, an owner first.
func (c *call) members(st *state) []member {
	teams := c.teams(st)
	all := c.seededMembers()
	all = slices.DeleteFunc(all, func(m member) bool {
		role, decided := st.Members.get(demoOrg + "/" + m.Username)
		return decided && role == nil
	})
	for i := range all {
		m := &all[i]
		if role, decided := st.Members.get(demoOrg + "/" + m.Username); decided {
			m.Role = *role
		}
		seeded := m.Groups
		m.Groups = []string{}
		for _, t := range teams {
			if t.has(st, *m, seeded) {
				m.Groups = append(m.Groups, t.Name)
			}
		}
	}
	return all
}

func (c *call) member(st *state, name string) (member, bool) {
	all := c.members(st)
	i := slices.IndexFunc(all, func(m member) bool { return m.Username == strings.ToLower(name) })
	if i < 0 {
		return member{}, false
	}
	return all[i], true
}

func listMembers(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), members, "scope-member-read"); err != nil {
		return err
	}
	query := c.URL.Query()
	var all []member
	kind := query.Get("type")
	if kind != "invitee" {
		all = c.members(c.state)
	}
	if kind == "invitee" || kind == "all" || kind == "" && query.Get("invites") == "true" {
		all = append(all, c.invitees()...)
	}
	found := slices.DeleteFunc(all, func(m member) bool {
		role := query.Get("role")
		return role != "" && !strings.EqualFold(role, m.Role) || !m.matches(query.Get("search"))
	})
	return list(c, len(found), notFound(), func(i int) member { return found[i] })
}
