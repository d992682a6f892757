package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var teamRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/groups", signedIn, listTeams},
	{"GET", "/v2/orgs/{org_name}/groups/{group_name}", signedIn, getTeam},
}

// A team is a group of members as it is kept.
type team struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (t team) key() string { return strconv.Itoa(t.ID) }

// has tells whether m, who was in the seeded teams, is in the team.
func (t team) has(st *state, m member, seeded []string) bool {
	if t.ID == ownersTeam {
		return m.rank() == owners
	}
	if in, decided := st.InTeams.get(t.key() + "/" + m.Username); decided {
		return in != nil
	}
	return slices.Contains(seeded, seededTeam(t.ID))
}

// teamAnswer is the OpenAPI file's org_group.
type teamAnswer struct {
	ID          int    `json:"id"`
	UUID        string `json:"uuid"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Members     int    `json:"member_count"`
}

func (t team) answer(all []member) teamAnswer {
	a := teamAnswer{ID: t.ID, UUID: uuid("team", t.key()), Name: t.Name, Description: t.Description}
	for _, m := range all {
		if slices.Contains(m.Groups, t.Name) {
			a.Members++
		}
	}
	return a
}

// teams are those of the demo organization in st, oldest first. Without a seed
// there is only that of the owners.
func (c *call) teams(st *state) []team {
	seeds := teamSeeds()
	if c.hub.o.Empty {
		seeds = seeds[:1]
	}
	var all []team
	for _, t := range seeds {
		if _, decided := st.Teams.get(t.key()); !decided {
			all = append(all, t)
		}
	}
	for _, t := range st.Teams {
		if t != nil {
			all = append(all, *t)
		}
	}
	slices.SortFunc(all, func(a, b team) int { return a.ID - b.ID })
	return all
}

// team finds one by its name.
func (c *call) team(st *state, name string) (team, error) {
	for _, t := range c.teams(st) {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
	}
	return team{}, notFound()
}

func listTeams(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), members, "scope-group-read"); err != nil {
		return err
	}
	query := c.URL.Query()
	all := c.members(c.state)
	var found []teamAnswer
	for _, t := range c.teams(c.state) {
		has := func(m member) bool { return m.Username == query.Get("username") && slices.Contains(m.Groups, t.Name) }
		if strings.Contains(t.Name, query.Get("search")) && (!query.Has("username") || slices.ContainsFunc(all, has)) {
			found = append(found, t.answer(all))
		}
	}
	return list(c, len(found), notFound(), func(i int) teamAnswer { return found[i] })
}

func getTeam(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), members, "scope-group-read"); err != nil {
		return err
	}
	t, err := c.team(c.state, c.PathValue("group_name"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer(c.members(c.state)))
}
