package sandbox

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var memberRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/members", signedIn, listMembers},
	{"GET", "/v2/orgs/{org_name}/members/export", signedIn, exportMembers},
	{"PUT", "/v2/orgs/{org_name}/members/{username}", signedIn, putMember},
	{"DELETE", "/v2/orgs/{org_name}/members/{username}", signedIn, deleteMember},
}

// A member is org_member in the OpenAPI file.
type member struct {
	groupMember
	Role         string   `json:"role"`
	Groups       []string `json:"groups"`
	Guest        bool     `json:"is_guest"`
	PrimaryEmail string   `json:"primary_email"`
	LoggedIn     *stamp   `json:"last_logged_in_at,omitempty"`
	Seen         *stamp   `json:"last_seen_at,omitempty"`
	Desktop      string   `json:"last_desktop_version,omitempty"`
}

func (m member) rank() int { return rankOf(m.Role) }

// matches searches as the Hub does: by user name, email address and full name.
func (m member) matches(search string) bool {
	text := strings.ToLower(m.Username + " " + m.Email + " " + m.FullName)
	return strings.Contains(text, strings.ToLower(search))
}

// members returns the members of the demo organization in st, an owner first.
func (c *call) members(st *state) []member {
	teams := c.teams(st)
	all := c.seededMembers()
	all = slices.DeleteFunc(all, func(m member) bool {
		role, decided := st.Members.get(DemoOrg + "/" + m.Username)
		return decided && role == nil
	})
	for i := range all {
		m := &all[i]
		if role, decided := st.Members.get(DemoOrg + "/" + m.Username); decided {
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

// seededMembers returns the initial members of the demo organization, an owner first.
func (c *call) seededMembers() []member {
	people := seed.Members()
	if c.hub.o.Empty {
		people = people[:1]
	}
	all := make([]member, len(people))
	for i, p := range people {
		a := account{Name: p.User, FullName: p.FullName, Company: "Acme"}
		if known, ok := findAccount(p.User); ok {
			a = known
		}
		all[i] = member{
			groupMember:  groupMember{a.profile(c.midnight()), a.Name, a.email()},
			PrimaryEmail: a.email(), Role: p.Role, Groups: p.Teams,
		}
		away := seed.Number(200, "away", a.Name)
		if a.Name == DemoUser {
			away = 0 // the current user
		}
		if away < 170 {
			all[i].LoggedIn = c.daysAgo(1+away, "logged in", a.Name)
			all[i].Seen = c.daysAgo(1+away/3, "seen", a.Name)
			all[i].Desktop = seed.Pick([]string{"4.53.0", "4.51.0", "4.45.0", ""}, "desktop", a.Name)
		}
	}
	return all
}

func (c *call) member(st *state, name string) (member, bool) {
	all := c.members(st)
	i := slices.IndexFunc(all, func(m member) bool { return strings.EqualFold(m.Username, name) })
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

// exportMembers calls the column Role, which the OpenAPI file requires, not
// Permission, which it describes.
func exportMembers(c *call) error {
	org := c.PathValue("org_name")
	if err := c.needOrg(org, owners, "scope-member-read"); err != nil {
		return err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	lines := [][]string{{"Name", "Username", "Email", "Type", "Role", "Teams", "Date Joined"}}
	for _, m := range append(c.members(c.state), c.invitees()...) {
		kind := "User"
		if m.Role == "Invitee" {
			kind = "Invitee"
		}
		lines = append(lines, []string{
			m.FullName, m.Username, m.Email, kind, roleLabel(m.Role), strings.Join(m.Groups, ", "),
			m.Joined.UTC().Format("2006-01-02 15:04:05.999999 -0700 MST"),
		})
	}
	if err := w.WriteAll(lines); err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment;filename="%s-members-%d.csv"`, org, c.now.Unix()))
	c.text(http.StatusOK, "text/csv", b.String())
	return nil
}

func putMember(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), owners, "scope-member-edit"); err != nil {
		return err
	}
	var in struct {
		Role string `json:"role"`
	}
	if err := c.decode(&in); err != nil {
		return message(http.StatusBadRequest, "malformed request: "+err.Error())
	}
	role, err := readRole(in.Role)
	if err != nil {
		return err
	}
	var m member
	err = c.change(func(st *state) error {
		if err := c.setRole(st, c.PathValue("username"), &role); err != nil {
			return err
		}
		m, _ = c.member(st, c.PathValue("username"))
		c.log(st, DemoOrg, "org.member.role.change", DemoOrg, "changed the role of "+m.Username+" to "+roleLabel(role),
			map[string]string{"username": m.Username, "role": role})
		return nil
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, m)
}

// setRole changes a member's role; nil removes them from the organization. The last
// owner must remain.
func (c *call) setRole(st *state, name string, role *string) error {
	m, ok := c.member(st, name)
	if !ok {
		return message(http.StatusNotFound, "member not found")
	}
	others := func(o member) bool { return o.rank() == owners && o.Username != m.Username }
	if m.rank() == owners && (role == nil || *role != roleNames[owners]) && !slices.ContainsFunc(c.members(st), others) {
		return message(http.StatusBadRequest, "an organization needs an owner: this is the last one")
	}
	st.Members.set(DemoOrg+"/"+m.Username, role)
	return nil
}

func deleteMember(c *call) error {
	org, name := c.PathValue("org_name"), c.PathValue("username")
	if err := c.needOrg(org, owners, "scope-member-edit"); err != nil {
		return err
	}
	err := c.change(func(st *state) error {
		if err := c.setRole(st, name, nil); err != nil {
			return err
		}
		c.log(st, org, "org.member.remove", org, "removed "+name+" from the organization",
			map[string]string{"username": name})
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
