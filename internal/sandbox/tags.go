package sandbox

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var tagRoutes = []route{
	{"GET", "/v2/namespaces/{namespace}/repositories/{repository}/tags", 0, listTags},
	{"GET", "/v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}", 0, getTag},
	{"DELETE", "/v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}", signedIn, deleteTag},
	{"GET", "/v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}/images", 0, listTagImages},
	{"GET", "/v2/namespaces/{namespace}/repositories/{repository}/manifests", signedIn, listManifests},
	{"GET", "/v2/repositories/{namespace}/{repository}/tags", noOAT, listTags},
	{"GET", "/v2/repositories/{namespace}/{repository}/tags/{tag}", noOAT, getTag},
	{"GET", "/v2/repositories/{namespace}/{repository}/tags/{tag}/images", noOAT, listTagImages},
	{"DELETE", "/v2/repositories/{namespace}/{repository}/tags/{tag}", signedIn | noOAT, deleteTag},
}

// tagAnswer is tag in the OpenAPI file, in the key order of recorded answers.
type tagAnswer struct {
	Creator     int           `json:"creator"`
	ID          int           `json:"id"`
	Images      []imageAnswer `json:"images"`
	Updated     stamp         `json:"last_updated"`
	Updater     int           `json:"last_updater"`
	UpdaterName string        `json:"last_updater_username"`
	Name        string        `json:"name"`
	Repository  int           `json:"repository"`
	Size        int           `json:"full_size"`
	V2          bool          `json:"v2"`
	Status      string        `json:"tag_status"`
	Pulled      *stamp        `json:"tag_last_pulled"`
	Pushed      stamp         `json:"tag_last_pushed"`
	Media       string        `json:"media_type"`
	Content     string        `json:"content_type"`
	Digest      string        `json:"digest,omitempty"` // absent before digestsSince
}

type imageAnswer struct {
	Architecture string  `json:"architecture"`
	Features     string  `json:"features"`
	Variant      *string `json:"variant"`
	Digest       string  `json:"digest"`
	OS           string  `json:"os"`
	OSFeatures   string  `json:"os_features"`
	OSVersion    *string `json:"os_version"`
	Size         int     `json:"size"`
	Status       string  `json:"status"`
	Pulled       *stamp  `json:"last_pulled"`
	Pushed       *stamp  `json:"last_pushed"`
}

func tagKey(r repo, tag string) string { return r.path() + ":" + tag }

// tagIndexes returns the tags that exist and whose name contains part, newest first.
// It makes names only if it needs them.
func (c *call) tagIndexes(r repo, part string) []int {
	named := part != ""
	for key := range c.state.Tags {
		named = named || strings.HasPrefix(key, r.path()+":")
	}
	var found []int
	for i := range r.tags {
		if named {
			name := r.tagName(i)
			if _, decided := c.state.Tags.get(tagKey(r, name)); decided || !strings.Contains(name, part) {
				continue
			}
		}
		found = append(found, i)
	}
	return found
}

func listTags(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	number, size, err := c.offset(pageDefault)
	if err != nil {
		return err
	}
	if c.who == nil && (number-1)*size >= 1000 {
		return message(http.StatusForbidden, deepPaging+"; sign in to page further")
	}
	found := c.tagIndexes(r, c.URL.Query().Get("name"))
	query := c.URL.Query()
	if query.Has("architecture") || query.Has("os") {
		found = slices.DeleteFunc(found, func(i int) bool { return !r.tag(i, c.midnight()).runsOn(query) })
	}
	// Against what "-" means elsewhere, last_updated is newest first, as in recorded
	// answers, and name goes from Z to A, as Docker's hub-tool has it.
	switch query.Get("ordering") {
	case "-last_updated":
		slices.Reverse(found)
	case "name":
		slices.SortFunc(found, func(a, b int) int { return cmp.Compare(r.tagName(b), r.tagName(a)) })
	case "-name":
		slices.SortFunc(found, func(a, b int) int { return cmp.Compare(r.tagName(a), r.tagName(b)) })
	}
	end := message(http.StatusNotFound, "httperror 404: object not found")
	if c.Method == http.MethodHead && len(found) == 0 {
		return end // HEAD asks whether the repository has any tag
	}
	return list(c, len(found), end, func(i int) tagAnswer { return r.tag(found[i], c.midnight()) })
}

// namedTag returns the tag in the path.
func (c *call) namedTag() (repo, int, error) {
	r, err := c.namedRepo()
	if err != nil {
		return repo{}, 0, err
	}
	name := c.PathValue("tag")
	if _, decided := c.state.Tags.get(tagKey(r, name)); !decided {
		for i := range r.tags {
			if r.tagName(i) == name {
				return r, i, nil
			}
		}
	}
	return repo{}, 0, noTag(r, name)
}

func noTag(r repo, name string) *fault {
	return &fault{http.StatusNotFound, struct {
		Message string            `json:"message"`
		Errinfo map[string]string `json:"errinfo"`
	}{
		"httperror 404: tag '" + name + "' not found",
		map[string]string{"namespace": r.namespace, "repository": r.name, "tag": name},
	}}
}

// runsOn reports whether one image of the tag is for an architecture and an operating
// system of a query.
func (t tagAnswer) runsOn(query url.Values) bool {
	return slices.ContainsFunc(t.Images, func(m imageAnswer) bool {
		return allows(query, "architecture", m.Architecture) && allows(query, "os", m.OS)
	})
}

func getTag(c *call) error {
	r, i, err := c.namedTag()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, r.tag(i, c.midnight()))
}

func deleteTag(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	if err := c.needAdmin(r); err != nil {
		return err
	}
	_, i, err := c.namedTag()
	if err != nil {
		return err
	}
	if r.immutable.protects(r.tagName(i)) { // the Hub's answer is not known
		return message(http.StatusForbidden, "tag is immutable")
	}
	key := tagKey(r, r.tagName(i))
	err = c.change(func(st *state) error {
		if _, decided := st.Tags.get(key); decided {
			return noTag(r, r.tagName(i))
		}
		st.Tags.remove(key)
		c.log(st, r.namespace, "repo.tag.delete", r.path(), "deleted the tag "+r.tagName(i)+" of the repository "+r.path(),
			map[string]string{"tag": r.tagName(i)})
		return nil
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
