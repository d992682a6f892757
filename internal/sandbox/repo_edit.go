package sandbox

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var repoEditRoutes = []route{
	{"POST", "/v2/namespaces/{namespace}/repositories", signedIn, createRepo},
	{"POST", "/v2/repositories", signedIn | noOAT, deprecated(september2025, createRepo)},
	{"POST", "/v2/repositories/{namespace}", signedIn | noOAT, deprecated(september2025, createRepo)},
	{"PATCH", "/v2/namespaces/{namespace}/repositories/{repository}", signedIn, patchRepo},
	{"PATCH", "/v2/repositories/{namespace}/{repository}", signedIn | noOAT, patchRepo},
	{"DELETE", "/v2/repositories/{namespace}/{repository}", signedIn | noOAT, deleteRepo},
	{"POST", "/v2/repositories/{namespace}/{repository}/privacy", signedIn | noOAT, setPrivacy},
	{"PATCH", "/v2/namespaces/{namespace}/repositories/{repository}/immutabletags", signedIn, setImmutable},
	{"POST", "/v2/namespaces/{namespace}/repositories/{repository}/immutabletags/verify", signedIn, verifyImmutable},
}

// Maximum lengths of a repository's texts, in bytes.
const (
	maxDescription = 100
	maxReadme      = 25000
	maxRules       = 5
)

// A repoEdit holds the changes to a repository.
type repoEdit struct {
	Created     *stamp      `json:"created,omitempty"` // nil = from the seed
	Description *string     `json:"description,omitempty"`
	Readme      *string     `json:"readme,omitempty"`
	Private     *bool       `json:"private,omitempty"`
	Immutable   *immutable  `json:"immutable,omitempty"`
	Categories  *[]category `json:"categories,omitempty"`
	Status      *int        `json:"status,omitempty"`
}

// edited returns the repository with its changes, if it exists.
func (c *call) edited(namespace, name string, seeded bool) (repo, bool) {
	e, decided := c.state.Repos.get(namespace + "/" + name)
	var r repo
	switch {
	case decided && e == nil, !decided && !seeded:
		return repo{}, false
	case !decided:
		e = &repoEdit{}
		r = makeRepo(namespace, name, c.midnight())
	case e.Created != nil:
		image := "image"
		r = repo{
			namespace: namespace, name: name, kind: &image, registered: *e.Created,
			media: []string{}, categories: []category{},
		}
	default:
		r = makeRepo(namespace, name, c.midnight())
	}
	if e.Description != nil {
		r.description = *e.Description
	}
	if e.Readme != nil {
		r.readme = *e.Readme
	}
	if e.Private != nil {
		r.private = *e.Private
	}
	if e.Immutable != nil {
		r.immutable = *e.Immutable
	}
	if e.Categories != nil {
		r.categories = *e.Categories
	}
	if e.Status != nil {
		r.set = statuses[*e.Status]
	}
	for key, m := range c.state.Manifests {
		if strings.HasPrefix(key, r.path()+"@") {
			r.freed += m.Size
		}
	}
	for key := range c.state.Stars {
		user, path, _ := strings.Cut(key, " ")
		if path != r.path() {
			continue
		}
		switch now, before := c.starred(user, r); {
		case now && !before:
			r.stars++
		case before && !now:
			r.stars--
		}
	}
	return r, true
}

var repoShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*$`) })

// createRepo takes the namespace from the body if the path has none. It guesses the
// answer to a name that is taken: the OpenAPI file has 400.
func createRepo(c *call) error {
	var in struct {
		Name        string  `json:"name"`
		Namespace   string  `json:"namespace"`
		Description *string `json:"description"`
		Readme      *string `json:"full_description"`
		Private     bool    `json:"is_private"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	namespace := cmp.Or(c.PathValue("namespace"), in.Namespace)
	if !isNamespace(namespace) {
		return notFound()
	}
	if err := c.needCreator(namespace); err != nil {
		return err
	}
	switch {
	case in.Namespace != "" && in.Namespace != namespace:
		return invalid("Invalid namespace", "namespace", "Must be that of the path.")
	case len(in.Name) < 2 || len(in.Name) > 255 || !repoShape().MatchString(in.Name):
		return invalid("Invalid name", "name",
			"Must have 2 to 255 lower-case letters and digits, with '.', '_' or '-' between them.")
	}
	if err := checkTexts(in.Description, in.Readme); err != nil {
		return err
	}
	if _, ok := c.findRepo(namespace, in.Name); ok {
		return invalid("Repository with this Name and Namespace already exists.", "name", "Already exists.")
	}
	path := namespace + "/" + in.Name
	e := repoEdit{Created: stampAt(c.now), Description: in.Description, Readme: in.Readme, Private: &in.Private}
	return c.editRepo(path, http.StatusCreated, func(st *state) error {
		if old := st.Repos[path]; old != nil {
			return invalid("Repository with this Name and Namespace already exists.", "name", "Already exists.")
		}
		st.Repos.put(path, e)
		c.log(st, namespace, "repo.create", path, "created the repository "+path, map[string]string{})
		return nil
	})
}

// needCreator refuses sessions that may not create repositories in a namespace.
func (c *call) needCreator(namespace string) error {
	switch {
	case c.who.oat != "" && c.who.account.Name == namespace:
		return c.needScope("scope-repository-create")
	case c.who.account.Name != namespace && c.roleIn(namespace) < editors:
		return noPermission()
	case c.who.pat != "" && !slices.Contains(c.who.scopes, "repo:admin"):
		return insufficient()
	}
	return nil
}

func checkTexts(description, readme *string) error {
	switch {
	case description != nil && len(*description) > maxDescription:
		return invalid("Invalid description", "description", "Must have at most 100 bytes.")
	case readme != nil && len(*readme) > maxReadme:
		return invalid("Invalid full_description", "full_description", "Must have at most 25000 bytes.")
	}
	return nil
}

// editRepo makes a change and answers with the resulting repository.
func (c *call) editRepo(path string, status int, edit func(*state) error) error {
	if err := c.change(edit); err != nil {
		return err
	}
	var err error
	if c.state, err = c.hub.store.load(); err != nil {
		return err
	}
	namespace, name, _ := strings.Cut(path, "/")
	r, ok := c.findRepo(namespace, name)
	if !ok {
		return notFound()
	}
	return c.repoInfo(status, r)
}

// changeRepo applies edit to the changes of the repository in the path.
func changeRepo(r repo, st *state, edit func(*repoEdit)) error {
	e, decided := st.Repos.get(r.path())
	switch {
	case decided && e == nil:
		return notFound()
	case !decided:
		e = &repoEdit{}
	}
	edit(e)
	st.Repos.put(r.path(), *e)
	return nil
}

// adminRepo returns the repository in the path if the session may change its
// settings: an organization access token only needs to be able to edit it.
func (c *call) adminRepo() (repo, error) {
	r, err := c.namedRepo()
	if err != nil {
		return repo{}, err
	}
	if _, left := c.right(r); c.who.oat != "" && c.who.account.Name == r.namespace && left >= writing {
		return r, nil
	}
	return r, c.needAdmin(r)
}

func patchRepo(c *call) error {
	r, err := c.adminRepo()
	if err != nil {
		return err
	}
	var in struct {
		Description *string `json:"description"`
		Readme      *string `json:"full_description"`
		Status      *int    `json:"status"`
		olderImmutable
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if err := checkTexts(in.Description, in.Readme); err != nil {
		return err
	}
	if err := checkStatus(r, in.Status); err != nil {
		return err
	}
	immutable, err := in.immutable(r)
	if err != nil {
		return err
	}
	return c.editRepo(r.path(), http.StatusOK, func(st *state) error {
		c.log(st, r.namespace, "repo.update", r.path(), "updated the repository "+r.path(), map[string]string{})
		return changeRepo(r, st, func(e *repoEdit) {
			e.Description = cmp.Or(in.Description, e.Description)
			e.Readme = cmp.Or(in.Readme, e.Readme)
			e.Status = cmp.Or(in.Status, e.Status)
			e.Immutable = cmp.Or(immutable, e.Immutable)
		})
	})
}

// deleteRepo answers 202; the Hub's answer is not known.
func deleteRepo(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	if err := c.needAdmin(r); err != nil {
		return err
	}
	err = c.change(func(st *state) error {
		if e, decided := st.Repos.get(r.path()); decided && e == nil {
			return notFound()
		}
		st.Repos.remove(r.path())
		for key := range st.Stars {
			if strings.HasSuffix(key, " "+r.path()) {
				st.Stars.remove(key)
			}
		}
		c.log(st, r.namespace, "repo.delete", r.path(), "deleted the repository "+r.path(), map[string]string{})
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusAccepted)
}

func setPrivacy(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	if err := c.needAdmin(r); err != nil {
		return err
	}
	var in struct {
		Private *bool `json:"is_private"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if in.Private == nil {
		return invalid("Invalid is_private", "is_private", "This field is required.")
	}
	err = c.change(func(st *state) error {
		to := "public"
		if *in.Private {
			to = "private"
		}
		c.log(st, r.namespace, "repo.change_privacy", r.path(), "made the repository "+r.path()+" "+to,
			map[string]string{"privacy": to})
		return changeRepo(r, st, func(e *repoEdit) { e.Private = in.Private })
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusOK)
}
