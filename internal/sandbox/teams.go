package sandbox

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var teamRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/groups", signedIn, listTeams},
	{"POST", "/v2/orgs/{org_name}/groups", signedIn, createTeam},
	{"GET", "/v2/orgs/{org_name}/groups/{group_name}", signedIn, getTeam},
	{"PUT", "/v2/orgs/{org_name}/groups/{group_name}", signedIn, putTeam},
	{"PATCH", "/v2/orgs/{org_name}/groups/{group_name}", signedIn, patchTeam},
	{"DELETE", "/v2/orgs/{org_name}/groups/{group_name}", signedIn, deleteTeam},
	{"GET", "/v2/orgs/{org_name}/groups/{group_name}/members", signedIn, listTeamMembers},
	{"POST", "/v2/orgs/{org_name}/groups/{group_name}/members", signedIn, addTeamMember},
	{"DELETE", "/v2/orgs/{org_name}/groups/{group_name}/members/{username}", signedIn, removeTeamMember},
	{"GET", "/v2/orgs/{org_name}/groups/{group_name}/repositories", signedIn, listTeamRepos},
}

// A team is a stored group of members.
type team struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Role        string `json:"role,omitempty"` // in lower case, or the name of a custom role; "" = none
}

func (t team) key() string { return strconv.Itoa(t.ID) }

// has reports whether m is in the team; seeded are the initial teams of m.
func (t team) has(st *state, m member, seeded []string) bool {
	if t.ID == seed.OwnersTeam {
		return m.rank() == owners
	}
	if in, decided := st.InTeams.get(t.key() + "/" + m.Username); decided {
		return in != nil
	}
	return slices.Contains(seeded, seed.TeamName(t.ID))
}

// teamAnswer is org_group in the OpenAPI file.
type teamAnswer struct {
	team
	UUID    string  `json:"uuid"`
	Members int     `json:"member_count"`
	Role    *string `json:"role"` // null rather than ""
}

func (t team) answer(all []member) teamAnswer {
	a := teamAnswer{team: t, UUID: seed.UUID("team", t.key())}
	if t.Role != "" {
		a.Role = &t.Role
	}
	for _, m := range all {
		if slices.Contains(m.Groups, t.Name) {
			a.Members++
		}
	}
	return a
}

// teams returns the teams of the demo organization in st, oldest first. Without a seed
// there is only the owners team.
func (c *call) teams(st *state) []team {
	seeds := seed.Teams()
	if c.hub.o.Empty {
		seeds = seeds[:1]
	}
	var all []team
	for _, t := range seeds {
		if t := team(t); !st.Teams.decides(t.key()) {
			all = append(all, t)
		}
	}
	for _, t := range st.Teams {
		if t != nil {
			all = append(all, *t)
		}
	}
	order(all, func(a, b team) int { return a.ID - b.ID })
	return all
}

// team finds a team by name.
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

// changeTeam applies edit to the team in the path and answers with the resulting team
// and its members.
func (c *call) changeTeam(edit func(*state, *team) error) (t team, all []member, err error) {
	if err := c.needOrg(c.PathValue("org_name"), owners, "scope-group-edit"); err != nil {
		return team{}, nil, err
	}
	err = c.change(func(st *state) error {
		var err error
		if t, err = c.team(st, c.PathValue("group_name")); err != nil {
			return err
		}
		if err := edit(st, &t); err != nil {
			return err
		}
		all = c.members(st)
		return nil
	})
	return t, all, err
}

// A teamInput is the body of a request about a team.
type teamInput struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Role        *string `json:"role"` // only PATCH takes it
}

func (c *call) teamInput() (in teamInput, err error) {
	if err := c.decode(&in); err != nil {
		return in, message(http.StatusBadRequest, "malformed request: "+err.Error())
	}
	return in, nil
}

var teamShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{2,29}$`) })

// store applies in to t, checks the name and stores the team.
func (c *call) store(st *state, t *team, in teamInput) error {
	if in.Name != nil && *in.Name != t.Name {
		if t.ID == seed.OwnersTeam {
			return message(http.StatusForbidden, "the team of the owners cannot be renamed")
		}
		if !teamShape().MatchString(*in.Name) {
			return invalid("Invalid name", "name", "Must have 3 to 30 characters: lower-case letters, digits, - and _.")
		}
		if _, err := c.team(st, *in.Name); err == nil {
			return invalid("Invalid name", "name", "A group with this name already exists.")
		}
		t.Name = *in.Name
	}
	if in.Role != nil {
		if t.ID == seed.OwnersTeam {
			return message(http.StatusForbidden, "the role of the owners cannot be changed")
		}
		role, err := readRole(*in.Role)
		if err != nil {
			return err
		}
		t.Role = strings.ToLower(role)
	}
	if in.Description != nil {
		t.Description = *in.Description
	}
	st.Teams.put(t.key(), *t)
	return nil
}

func createTeam(c *call) error {
	org := c.PathValue("org_name")
	if err := c.needOrg(org, owners, "scope-group-edit"); err != nil {
		return err
	}
	in, err := c.teamInput()
	if err != nil {
		return err
	}
	if in.Name == nil {
		return invalid("Invalid name", "name", "This field is required.")
	}
	in.Role = nil
	t := team{ID: seed.OwnersTeam + 1000}
	err = c.change(func(st *state) error {
		for id := range st.Teams { // including deleted teams: IDs are not reused
			if n, _ := strconv.Atoi(id); n >= t.ID {
				t.ID = n + 1
			}
		}
		if err := c.store(st, &t, in); err != nil {
			return err
		}
		c.log(st, org, "org.team.create", org, "created the team "+t.Name, map[string]string{"team": t.Name})
		return nil
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusCreated, t.answer(nil))
}

func putTeam(c *call) error {
	in, err := c.teamInput()
	if err != nil {
		return err
	}
	if in.Name == nil {
		return invalid("Invalid name", "name", "This field is required.")
	}
	in.Role, in.Description = nil, cmp.Or(in.Description, new(string))
	return c.editTeam(in)
}

func patchTeam(c *call) error {
	in, err := c.teamInput()
	if err != nil {
		return err
	}
	return c.editTeam(in)
}

func (c *call) editTeam(in teamInput) error {
	org := c.PathValue("org_name")
	t, all, err := c.changeTeam(func(st *state, t *team) error {
		c.log(st, org, "org.team.update", org, "updated the team "+t.Name, map[string]string{"team": t.Name})
		return c.store(st, t, in)
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer(all))
}

func deleteTeam(c *call) error {
	org := c.PathValue("org_name")
	_, _, err := c.changeTeam(func(st *state, t *team) error {
		if t.ID == seed.OwnersTeam {
			return message(http.StatusForbidden, "the team of the owners cannot be deleted")
		}
		st.Teams.remove(t.key())
		c.log(st, org, "org.team.delete", org, "deleted the team "+t.Name, map[string]string{"team": t.Name})
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// teamRepo is a guess: Docker has not documented this operation's answer.
type teamRepo struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Private     bool   `json:"is_private"`
	Permission  string `json:"permission"`
}

func listTeamRepos(c *call) error {
	org := c.PathValue("org_name")
	if err := c.needOrg(org, members, "scope-group-read"); err != nil {
		return err
	}
	t, err := c.team(c.state, c.PathValue("group_name"))
	if err != nil {
		return err
	}
	var found []teamRepo
	for _, r := range c.repos(org) {
		if permission := c.grant(c.state, r, t); permission != "" {
			found = append(found, teamRepo{r.namespace, r.name, r.description, r.private, permission})
		}
	}
	return list(c, len(found), notFound(), func(i int) teamRepo { return found[i] })
}
