package sandbox

import (
	"cmp"
	"net/http"
	"path"
	"slices"
	"strings"
)

var repoRoutes = []route{
	{"GET", "/v2/namespaces/{namespace}/repositories", 0, listRepos},
	{"GET", "/v2/namespaces/{namespace}/repositories/{repository}", 0, getRepo},
	{"GET", "/v2/repositories/{namespace}", noOAT, deprecated(june2025, listRepos)},
	{"GET", "/v2/repositories/{namespace}/{repository}", noOAT, deprecated(september2025, getRepo)},
	{"GET", "/v2/repositories/namespaces", signedIn | noOAT, listNamespaces},
	{"GET", "/v2/users/{username}/repositories", noOAT, listUserRepos},
}

// A repo is a repository.
type repo struct {
	namespace, name   string
	kind              *string // null in old repositories
	description       string
	readme            string
	private           bool
	stars             int64
	pulls             int64
	updated, modified *stamp // null = never pushed
	registered        stamp
	media             []string
	categories        []category
	tags              int   // including deleted ones
	untagged          int   // manifests whose tag was pushed again; at most as many as tags
	tangled           bool  // its untagged manifests refer to each other and to tagged ones
	freed             int64 // size of the manifests that were deleted
	immutable         immutable
	set               status // the zero value is active
	mixed             bool   // it also has charts and other artifacts
}

func (r repo) path() string { return r.namespace + "/" + r.name }

// repoEntry is repository_list_entry in the OpenAPI file.
type repoEntry struct {
	Name        string     `json:"name"`
	Namespace   string     `json:"namespace"`
	Kind        *string    `json:"repository_type"`
	Status      int        `json:"status"`
	StatusText  string     `json:"status_description"`
	Description string     `json:"description"`
	Private     bool       `json:"is_private"`
	Stars       int64      `json:"star_count"`
	Pulls       int64      `json:"pull_count"`
	Updated     *stamp     `json:"last_updated"`
	Modified    *stamp     `json:"last_modified"`
	Registered  stamp      `json:"date_registered"`
	Affiliation string     `json:"affiliation"`
	Media       []string   `json:"media_types"`
	Content     []string   `json:"content_types"`
	Categories  []category `json:"categories"`
	Storage     int64      `json:"storage_size"`
}

func (r repo) entry() repoEntry {
	status := r.status()
	return repoEntry{
		Name: r.name, Namespace: r.namespace, Kind: r.kind, Description: r.description,
		Status: status.number, StatusText: status.text,
		Private: r.private, Stars: r.stars, Pulls: r.pulls, Updated: r.updated, Modified: r.modified,
		Registered: r.registered, Media: r.media, Content: r.contents(), Categories: r.categories, Storage: r.storage(),
	}
}

// repoInfo is repository_info in the OpenAPI file.
type repoInfo struct {
	User string `json:"user"`
	repoEntry
	Automated     bool        `json:"is_automated"`
	Collaborators int         `json:"collaborator_count"`
	HubUser       string      `json:"hub_user"`
	Starred       bool        `json:"has_starred"`
	Readme        string      `json:"full_description"`
	Permissions   permissions `json:"permissions"`
	Immutable     immutable   `json:"immutable_tags_settings"`
	Storage       *int64      `json:"storage_size"` // null rather than 0
	Source        *string     `json:"source"`
}

type permissions struct {
	Read  bool `json:"read"`
	Write bool `json:"write"`
	Admin bool `json:"admin"`
}

type immutable struct {
	Enabled bool     `json:"enabled"`
	Rules   []string `json:"rules"`
}

func (r repo) info(may right) repoInfo {
	e := r.entry()
	info := repoInfo{
		User: r.namespace, repoEntry: e, HubUser: r.namespace, Readme: r.readme,
		Permissions: permissions{may >= reading, may >= writing, may >= administering},
		Immutable:   immutable{r.immutable.Enabled, append([]string{}, r.immutable.Rules...)},
	}
	if e.Storage > 0 {
		info.Storage = &e.Storage
	}
	return info
}

// A right is the extent to which a session may use a repository.
type right int

const (
	nothing right = iota
	reading
	writing
	administering
)

// right returns the account's right, reduced by the scopes of the access token that
// bought the session.
func (c *call) right(r repo) (whole, left right) {
	public := nothing
	if !r.private {
		public = reading
	}
	switch {
	case c.who == nil:
		return public, public
	case c.who.oat != "":
		if c.who.account.Name != r.namespace {
			return public, public
		}
		return administering, max(public, c.oatRight(r))
	case c.who.account.Name == r.namespace:
		whole = administering
	default:
		whole = [...]right{nobody: public, members: reading, editors: writing, owners: administering}[c.roleIn(r.namespace)]
	}
	if c.who.pat == "" {
		return whole, whole
	}
	left = public
	for _, s := range c.who.scopes {
		left = max(left, [...]right{public, reading, writing, administering}[max(0, slices.Index(patScopes, s))])
	}
	return whole, min(whole, left)
}

// oatRight returns the right given by an organization access token's resources.
func (c *call) oatRight(r repo) right {
	got := nothing
	for _, res := range c.who.resources {
		if ok, _ := path.Match(res.Path, r.path()); !ok {
			continue
		}
		for _, s := range res.Scopes {
			switch s {
			case "scope-image-pull", "scope-repository-read", "scope-tag-read":
				got = max(got, reading)
			case "scope-image-push", "scope-repository-edit":
				got = max(got, writing)
			case "scope-image-delete", "scope-repository-admin", "scope-tag-admin":
				got = administering
			}
		}
	}
	return got
}

// namedRepo returns the repository in the path. A private repository that the session
// may not read is not found.
func (c *call) namedRepo() (repo, error) {
	r, ok := c.findRepo(c.PathValue("namespace"), c.PathValue("repository"))
	if !ok {
		return repo{}, notFound()
	}
	if _, left := c.right(r); left < reading {
		return repo{}, notFound()
	}
	return r, nil
}

// needAdmin refuses sessions that may read the repository but not administer it.
func (c *call) needAdmin(r repo) error {
	switch whole, left := c.right(r); {
	case whole < administering:
		return noPermission()
	case left < administering:
		return insufficient()
	}
	return nil
}

func getRepo(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	return c.repoInfo(http.StatusOK, r)
}

// repoInfo answers with a repository as the session sees it.
func (c *call) repoInfo(status int, r repo) error {
	_, left := c.right(r)
	info := r.info(left)
	if a, _ := findAccount(r.namespace); !a.Org {
		info.Collaborators = len(c.collaborators(c.state, r))
	}
	if c.who != nil {
		info.Starred, _ = c.starred(c.who.account.Name, r)
	}
	if !strings.HasPrefix(c.URL.Path, "/v2/namespaces/") {
		rules := strings.Join(info.Immutable.Rules, ",")
		return c.json(status, olderInfo{repoInfo: info, Enabled: info.Immutable.Enabled, Rules: rules})
	}
	return c.json(status, info)
}

// olderInfo is repoInfo on the older paths, with the older form of immutable tags.
type olderInfo struct {
	repoInfo
	Enabled   bool       `json:"immutable_tags"`
	Rules     string     `json:"immutable_tags_rules"` // separated by commas
	Immutable *immutable `json:"immutable_tags_settings,omitempty"`
}

const deepPaging = "pagination offset too large for anonymous requests"

func listRepos(c *call) error {
	namespace := c.PathValue("namespace")
	if !isNamespace(namespace) {
		return notFound()
	}
	query := c.URL.Query()
	compare, err := c.repoOrder()
	if err != nil {
		return err
	}
	number, size, err := c.offset(pageDefault)
	if err != nil {
		return err
	}
	if c.who == nil && (number-1)*size >= 100 {
		return message(http.StatusForbidden, deepPaging)
	}
	var found []repo
	for _, r := range c.repos(namespace) {
		if strings.Contains(r.name, query.Get("name")) && c.listed(r) &&
			allows(query, "media_types", r.media...) && allows(query, "content_types", r.contents()...) {
			found = append(found, r)
		}
	}
	order(found, compare)
	return list(c, len(found), notFound(), func(i int) repoEntry { return found[i].entry() })
}

// listed omits private repositories if an organization access token may not list them.
func (c *call) listed(r repo) bool {
	if r.private && c.who != nil && c.who.oat != "" && !slices.Contains(c.who.scopes, "scope-repository-list") {
		return false
	}
	_, left := c.right(r)
	return left >= reading
}

// repoOrder follows the OpenAPI file, where "-" is descending, except that last_updated
// is newest first: Docker's own clients rely on it.
func (c *call) repoOrder() (func(a, b repo) int, error) {
	field, descending := strings.CutPrefix(cmp.Or(c.URL.Query().Get("ordering"), "last_updated"), "-")
	var by func(a, b repo) int
	switch field {
	case "name":
		by = func(_, _ repo) int { return 0 }
	case "last_updated":
		by = func(a, b repo) int { return b.updated.compare(a.updated) }
	case "pull_count":
		by = func(a, b repo) int { return cmp.Compare(a.pulls, b.pulls) }
	default:
		return nil, invalid("Invalid ordering value", "ordering",
			"Invalid ordering value. Must be one of: name, -name, last_updated, -last_updated, pull_count, -pull_count")
	}
	return func(a, b repo) int {
		n := cmp.Or(by(a, b), cmp.Compare(a.name, b.name))
		if descending {
			n = -n
		}
		return n
	}, nil
}
