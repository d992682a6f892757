package sandbox

import (
	"net/http"
	"slices"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// grants are the permissions that a team may have on a repository, in order of their
// rights.
var grants = []string{"read", "write", "admin"}

// A grant is RepositoryGroup in the OpenAPI file.
type grant struct {
	Team       string `json:"group_name"`
	Permission string `json:"permission"`
	ID         int    `json:"group_id"`
}

// grant returns a team's permission on a repository; "" = none.
func (c *call) grant(st *state, r repo, t team) string {
	if p, decided := st.Grants.get(r.path() + " " + t.key()); decided {
		if p == nil {
			return ""
		}
		return *p
	}
	if !c.ofSeed(r) {
		return ""
	}
	return seed.Permission(t.ID, r.name)
}

func (c *call) grants(r repo) []grant {
	var all []grant
	for _, t := range c.teams(c.state) {
		if p := c.grant(c.state, r, t); p != "" && t.ID != seed.OwnersTeam { // owners may do everything
			all = append(all, grant{t.Name, p, t.ID})
		}
	}
	return all
}

func listGrants(c *call) error {
	r, err := c.ownedBy(true)
	if err != nil {
		return err
	}
	all := c.grants(r)
	return list(c, len(all), notFound(), func(i int) grant { return all[i] })
}

func getGrant(c *call) error {
	r, err := c.ownedBy(true)
	if err != nil {
		return err
	}
	all := c.grants(r)
	i := slices.IndexFunc(all, func(g grant) bool { return team{ID: g.ID}.key() == c.PathValue("group_id") })
	if i < 0 {
		return notFound()
	}
	return c.json(http.StatusOK, all[i])
}

func addGrant(c *call) error {
	var in struct {
		ID         int    `json:"group_id"`
		Permission string `json:"permission"`
	}
	r, err := c.ownedBy(true)
	if err == nil && c.who.oat != "" {
		err = c.needScope("scope-repo-group-edit")
	}
	if err != nil {
		return err
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	return c.setGrant(r, team{ID: in.ID}.key(), in.Permission, func(had string) error {
		if had != "" {
			// 400 or 409, according to other clients
			return message(http.StatusBadRequest, "group already has access to this repository")
		}
		return nil
	})
}

func patchGrant(c *call) error {
	var in struct {
		Permission string `json:"permission"`
	}
	r, err := c.ownedBy(true)
	if err != nil {
		return err
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	return c.setGrant(r, c.PathValue("group_id"), in.Permission, mustHave)
}

func mustHave(had string) error {
	if had == "" {
		return notFound()
	}
	return nil
}

func deleteGrant(c *call) error {
	r, err := c.ownedBy(true)
	if err != nil {
		return err
	}
	if _, err := c.changeGrant(r, c.PathValue("group_id"), "", mustHave); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

func (c *call) setGrant(r repo, id, permission string, check func(had string) error) error {
	if !slices.Contains(grants, permission) {
		return invalid("Invalid permission", "permission", "Must be one of: read, write, admin.")
	}
	t, err := c.changeGrant(r, id, permission, check)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, grant{t.Name, permission, t.ID})
}

// changeGrant gives a team a permission, or removes it (""), if check accepts its
// current permission.
func (c *call) changeGrant(r repo, id, permission string, check func(had string) error) (team, error) {
	var t team
	err := c.change(func(st *state) error {
		all := c.teams(st)
		i := slices.IndexFunc(all, func(t team) bool { return t.key() == id && t.ID != seed.OwnersTeam })
		if i < 0 {
			return notFound()
		}
		t = all[i]
		if err := check(c.grant(st, r, t)); err != nil {
			return err
		}
		if permission == "" {
			st.Grants.remove(r.path() + " " + id)
		} else {
			st.Grants.put(r.path()+" "+id, permission)
		}
		return nil
	})
	return t, err
}
