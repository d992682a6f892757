package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var repoShareRoutes = []route{
	{"GET", "/v2/repositories/{namespace}/{repository}/collaborators", signedIn | noOAT, listCollaborators},
	{"POST", "/v2/repositories/{namespace}/{repository}/collaborators", signedIn | noOAT, addCollaborator},
	{"DELETE", "/v2/repositories/{namespace}/{repository}/collaborators/{username}", signedIn | noOAT, removeCollaborator},
	{"GET", "/v2/repositories/{namespace}/{repository}/webhook_pipeline", signedIn | noOAT, listWebhooks},
	{"POST", "/v2/repositories/{namespace}/{repository}/webhook_pipeline", signedIn | noOAT, createWebhook},
	{"DELETE", "/v2/repositories/{namespace}/{repository}/webhook_pipeline/{name}", signedIn | noOAT, deleteWebhook},
	{"GET", "/v2/repositories/{namespace}/{repository}/groups", signedIn | noOAT, listGrants},
	{"POST", "/v2/repositories/{namespace}/{repository}/groups", signedIn, addGrant},
	{"GET", "/v2/repositories/{namespace}/{repository}/groups/{group_id}", signedIn | noOAT, getGrant},
	{"PATCH", "/v2/repositories/{namespace}/{repository}/groups/{group_id}", signedIn | noOAT, patchGrant},
	{"DELETE", "/v2/repositories/{namespace}/{repository}/groups/{group_id}", signedIn | noOAT, deleteGrant},
}

// sharedRepo returns the repository in the path if the session administers it.
// Reading needs fewer scopes than changing.
func (c *call) sharedRepo() (repo, error) {
	r, err := c.namedRepo()
	if err != nil {
		return repo{}, err
	}
	if whole, _ := c.right(r); whole < administering {
		return repo{}, noPermission()
	}
	if c.Method != http.MethodGet && c.Method != http.MethodHead {
		err = c.needAdmin(r)
	}
	return r, err
}

// ownedBy is sharedRepo for a repository of a user or of an organization.
func (c *call) ownedBy(org bool) (repo, error) {
	r, err := c.sharedRepo()
	if err != nil {
		return repo{}, err
	}
	if a, _ := findAccount(r.namespace); a.Org != org {
		return repo{}, notFound()
	}
	return r, nil
}

// ofSeed reports whether r is in the seed.
func (c *call) ofSeed(r repo) bool { return slices.Contains(c.seededRepos(r.namespace), r.name) }

// within returns the keys of a repository in the seed and in the changes, without
// deleted ones, sorted by name.
func within[T any](r repo, seeded []string, changed overlay[T]) []string {
	names := map[string]bool{}
	for _, name := range seeded {
		names[name] = true
	}
	for key, v := range changed {
		if path, name, _ := strings.Cut(key, " "); path == r.path() {
			names[name] = v != nil
		}
	}
	maps.DeleteFunc(names, func(_ string, there bool) bool { return !there })
	return slices.Sorted(maps.Keys(names))
}

// collaborators returns the collaborators of a user's repository; some repositories have one.
func (c *call) collaborators(st *state, r repo) []string {
	var seeded []string
	if c.ofSeed(r) && seed.Number(2, "shared", r.path()) == 0 {
		name, _ := seed.MemberName(seed.Pick(seed.People, "collaborator", r.path()))
		seeded = []string{name}
	}
	return within(r, seeded, st.Helpers)
}

type collaborator struct {
	User string `json:"user"`
}

func listCollaborators(c *call) error {
	r, err := c.ownedBy(false)
	if err != nil {
		return err
	}
	all := c.collaborators(c.state, r)
	return list(c, len(all), notFound(), func(i int) collaborator { return collaborator{all[i]} })
}

// addCollaborator accepts an existing collaborator: the Hub's answer is not known.
func addCollaborator(c *call) error {
	r, err := c.ownedBy(false)
	if err != nil {
		return err
	}
	var in collaborator
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	a, ok := c.findUser(in.User)
	if !ok {
		return message(http.StatusNotFound, "User not found")
	}
	if err := c.change(func(st *state) error { st.Helpers.put(r.path()+" "+a.Name, struct{}{}); return nil }); err != nil {
		return err
	}
	return c.json(http.StatusOK, collaborator{a.Name})
}

func removeCollaborator(c *call) error {
	r, err := c.ownedBy(false)
	if err != nil {
		return err
	}
	name := strings.ToLower(c.PathValue("username"))
	err = c.change(func(st *state) error {
		if !slices.Contains(c.collaborators(st, r), name) {
			return notFound()
		}
		st.Helpers.remove(r.path() + " " + name)
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// A webhook has the fields known to other clients.
type webhook struct {
	Name     string `json:"name"`
	Active   bool   `json:"active"`
	Callback bool   `json:"expect_final_callback"`
	Creator  string `json:"creator"`
	Created  stamp  `json:"created"`
	Updated  stamp  `json:"last_updated"`
	Updater  string `json:"last_updater"`
	Hooks    []hook `json:"webhooks"`
}

type hook struct {
	Name string `json:"name"`
	URL  string `json:"hook_url"`
}

// webhooks returns the webhooks of a repository; some repositories have one.
func (c *call) webhooks(st *state, r repo) []webhook {
	var seeded []string
	if c.ofSeed(r) && seed.Number(3, "hooked", r.path()) == 0 {
		seeded = []string{"deploy"}
	}
	var all []webhook
	for _, name := range within(r, seeded, st.Hooks) {
		if w, _ := st.Hooks.get(r.path() + " " + name); w != nil {
			all = append(all, *w)
			continue
		}
		at := stampOf(seed.Ago(c.midnight(), 30+seed.Number(300, "hooked", r.path()), "hooked", r.path()))
		all = append(all, webhook{
			Name: name, Active: true, Creator: DemoUser, Created: at, Updated: at, Updater: DemoUser,
			Hooks: []hook{{name, "https://deploy.example.com/hooks/" + seed.Secret("", 16, "hook", r.path())}},
		})
	}
	return all
}

func (c *call) webhook(st *state, r repo, name string) bool {
	return slices.ContainsFunc(c.webhooks(st, r), func(w webhook) bool { return w.Name == name })
}

func listWebhooks(c *call) error {
	r, err := c.sharedRepo()
	if err != nil {
		return err
	}
	all := c.webhooks(c.state, r)
	return list(c, len(all), notFound(), func(i int) webhook { return all[i] })
}

func createWebhook(c *call) error {
	r, err := c.sharedRepo()
	if err != nil {
		return err
	}
	var in webhook
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if in.Name == "" || len(in.Hooks) == 0 {
		return invalid("Invalid webhook", "name", "A name and webhooks are required.")
	}
	for _, h := range in.Hooks {
		if u, err := url.Parse(h.URL); err != nil || u.Host == "" {
			return invalid("Invalid webhook", "hook_url", "Enter a valid URL.")
		}
	}
	w := webhook{
		Name: in.Name, Active: true, Callback: in.Callback, Creator: c.who.account.Name, Created: stampOf(c.now),
		Updated: stampOf(c.now), Updater: c.who.account.Name, Hooks: in.Hooks,
	}
	err = c.change(func(st *state) error {
		if c.webhook(st, r, w.Name) {
			return invalid("Invalid webhook", "name", "A webhook with this name already exists.")
		}
		st.Hooks.put(r.path()+" "+w.Name, w)
		return nil
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusCreated, w)
}

func deleteWebhook(c *call) error {
	r, err := c.sharedRepo()
	if err != nil {
		return err
	}
	name := c.PathValue("name")
	err = c.change(func(st *state) error {
		if !c.webhook(st, r, name) {
			return notFound()
		}
		st.Hooks.remove(r.path() + " " + name)
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
