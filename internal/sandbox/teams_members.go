package sandbox

import (
	"net/http"
	"slices"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// A groupMember is group_member in the OpenAPI file.
type groupMember struct {
	profile
	Username string `json:"username"`
	Email    string `json:"email"`
}

func listTeamMembers(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), members, "scope-group-read"); err != nil {
		return err
	}
	t, err := c.team(c.state, c.PathValue("group_name"))
	if err != nil {
		return err
	}
	search := c.URL.Query().Get("search")
	found := slices.DeleteFunc(c.members(c.state), func(m member) bool {
		return !slices.Contains(m.Groups, t.Name) || !m.matches(search)
	})
	return list(c, len(found), notFound(), func(i int) groupMember {
		return found[i].groupMember
	})
}

func addTeamMember(c *call) error {
	var in struct {
		Member string `json:"member"`
	}
	if err := c.decode(&in); err != nil {
		return message(http.StatusBadRequest, "malformed request: "+err.Error())
	}
	if err := c.changeMembership(in.Member, true); err != nil {
		return err
	}
	return c.empty(http.StatusOK)
}

func removeTeamMember(c *call) error {
	if err := c.changeMembership(c.PathValue("username"), false); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// changeMembership adds a member to the team in the path or removes them. For the
// owners team, this changes their role.
func (c *call) changeMembership(name string, in bool) error {
	org := c.PathValue("org_name")
	_, _, err := c.changeTeam(func(st *state, t *team) error {
		m, ok := c.member(st, name)
		if !ok || !in && !slices.Contains(m.Groups, t.Name) {
			return message(http.StatusNotFound, "member not found")
		}
		data := map[string]string{"team": t.Name, "username": m.Username}
		if in {
			c.log(st, org, "org.team.member.add", org, "added "+m.Username+" to the team "+t.Name, data)
		} else {
			c.log(st, org, "org.team.member.remove", org, "removed "+m.Username+" from the team "+t.Name, data)
		}
		key := t.key() + "/" + m.Username
		switch {
		case t.ID == seed.OwnersTeam && in:
			return c.setRole(st, m.Username, new(roleNames[owners]))
		case t.ID == seed.OwnersTeam:
			return c.setRole(st, m.Username, new(roleNames[members]))
		case in:
			st.InTeams.put(key, struct{}{})
		default:
			st.InTeams.remove(key)
		}
		return nil
	})
	return err
}
