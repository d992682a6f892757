package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var repoStarRoutes = []route{
	{"POST", "/v2/repositories/{namespace}/{repository}/stars", signedIn | noOAT, starRepo},
	{"GET", "/v2/repositories/{namespace}/{repository}/stars/count", noOAT, countStars},
	{"DELETE", "/v2/repositories/{namespace}/{repository}/stars", signedIn | noOAT, unstarRepo},
	{"GET", "/v2/users/{username}/repositories/starred", noOAT, listStarred},
}

// starKey returns the key of a user's star.
func starKey(user string, r repo) string { return user + " " + r.path() }

// starred reports whether a user has starred a repository, according to the changes and the seed.
func (c *call) starred(user string, r repo) (now, before bool) {
	before = !c.hub.o.Empty && user == DemoUser && slices.Contains(seed.Starred, r.path())
	if e, decided := c.state.Repos.get(r.path()); decided && (e == nil || e.Created != nil) {
		before = false
	}
	if v, decided := c.state.Stars.get(starKey(user, r)); decided {
		return v != nil, before
	}
	return before, before
}

func starRepo(c *call) error   { return c.setStar(true, http.StatusCreated) }
func unstarRepo(c *call) error { return c.setStar(false, http.StatusNoContent) }

func (c *call) setStar(on bool, status int) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	err = c.change(func(st *state) error {
		if on {
			st.Stars.put(starKey(c.who.account.Name, r), struct{}{})
		} else {
			st.Stars.remove(starKey(c.who.account.Name, r))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(status)
}

// countStars answers with a bare number, as badges on web pages read it.
func countStars(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, r.stars)
}

func listStarred(c *call) error {
	user := c.PathValue("username")
	if a, ok := findAccount(user); !ok || a.Org {
		return notFound()
	}
	paths := slices.Clone(seed.Starred)
	for key := range c.state.Stars {
		if of, path, _ := strings.Cut(key, " "); of == user {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var found []repo
	for _, path := range slices.Compact(paths) {
		namespace, name, _ := strings.Cut(path, "/")
		r, ok := c.findRepo(namespace, name)
		if !ok {
			continue
		}
		if now, _ := c.starred(user, r); now && c.listed(r) {
			found = append(found, r)
		}
	}
	return list(c, len(found), notFound(), func(i int) repoEntry { return found[i].entry() })
}
