package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

var categoryRoutes = []route{
	{"GET", "/v2/categories", 0, listCategories},
	{"PATCH", "/v2/repositories/{namespace}/{repository}/categories", signedIn | noOAT, setCategories},
	{"PATCH", "/v2/namespaces/{namespace}/repositories/{repository}/categories", signedIn, setCategories},
}

const maxCategories = 3

type category struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// categories are those of the Hub.
var categories = []category{
	{"Networking", "networking"},
	{"Security", "security"},
	{"Languages & frameworks", "languages-and-frameworks"},
	{"Integration & delivery", "integration-and-delivery"},
	{"Message queues", "message-queues"},
	{"API management", "api-management"},
	{"Internet of things", "internet-of-things"},
	{"Machine learning & AI", "machine-learning-and-ai"},
	{"Developer tools", "developer-tools"},
	{"Data science", "data-science"},
	{"Web servers", "web-servers"},
	{"Operating systems", "operating-systems"},
	{"Content management system", "content-management-system"},
	{"Databases & storage", "databases-and-storage"},
	{"Monitoring & observability", "monitoring-and-observability"},
	{"Web analytics", "web-analytics"},
}

func findCategory(slug string) (category, bool) {
	i := slices.IndexFunc(categories, func(known category) bool { return known.Slug == slug })
	if i < 0 {
		return category{}, false
	}
	return categories[i], true
}

// categoriesOf returns the categories with these slugs.
func categoriesOf(slugs []string) []category {
	all := []category{}
	for _, slug := range slugs {
		if one, ok := findCategory(slug); ok {
			all = append(all, one)
		}
	}
	return all
}

// listCategories answers with a bare array.
func listCategories(c *call) error { return c.json(http.StatusOK, categories) }

// setCategories replaces the categories of a repository. Only their slugs count.
func setCategories(c *call) error {
	r, err := c.adminRepo()
	if err != nil {
		return err
	}
	var in []category
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	switch {
	case in == nil:
		return invalid("Invalid categories", "categories", "Must be a list.")
	case len(in) > maxCategories:
		return invalid("Invalid categories", "categories", "Must have at most 3 categories.")
	case r.status() == archived:
		return message(http.StatusForbidden, "repository is archived")
	}
	var slugs []string
	for _, one := range in {
		if _, ok := findCategory(one.Slug); !ok {
			return invalid("Invalid categories", "categories", "Unknown category: "+one.Slug)
		}
		if !slices.Contains(slugs, one.Slug) {
			slugs = append(slugs, one.Slug)
		}
	}
	chosen := categoriesOf(slugs)
	err = c.change(func(st *state) error {
		c.log(st, r.namespace, "repo.category.updated", r.path(), "updated the categories of the repository "+r.path(),
			map[string]string{"categories": strings.Join(slugs, ",")})
		return changeRepo(r, st, func(e *repoEdit) { e.Categories = &chosen })
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, chosen)
}
