package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// maxSearch is the maximum size of a page of search v4; the Hub's is not documented.
const maxSearch = 100

// badges are the values of the badges parameter and of a result's badge.
var badges = []string{"official", "verified_publisher", "open_source", "none"}

// A result is a result of search v4.
type result struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	Slug          string     `json:"slug"`
	Type          string     `json:"type"`
	Publisher     publisher  `json:"publisher"`
	Created       stamp      `json:"created_at"`
	Updated       *stamp     `json:"updated_at"`
	Description   string     `json:"short_description"`
	Badge         string     `json:"badge"`
	Stars         int64      `json:"star_count"`
	Pulls         string     `json:"pull_count"` // rounded, such as 10K+
	Systems       []facet    `json:"operating_systems"`
	Architectures []facet    `json:"architectures"`
	Logo          logo       `json:"logo_url"`
	Reviewed      bool       `json:"extension_reviewed"`
	Categories    []category `json:"categories"`
	Archived      bool       `json:"archived"`

	repo repo
}

type publisher struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A facet is a value to filter by.
type facet struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

type logo struct {
	Large *string `json:"large"`
	Small *string `json:"small"`
}

// searchV4 finds public repositories. Its filters take several values, separated by
// commas: a result has one of them.
func searchV4(c *call) error {
	q := c.URL.Query()
	from, err := c.whole("from", 0, 0)
	if err != nil {
		return err
	}
	size, err := c.whole("size", 25, 1)
	if err != nil {
		return err
	}
	compare, err := searchOrder(q.Get("sort"), q.Get("order"))
	if err != nil {
		return err
	}
	for _, badge := range values(q.Get("badges")) {
		if !slices.Contains(badges, badge) {
			return invalid("Invalid badges value", "badges", "Must be one of: "+strings.Join(badges, ", "))
		}
	}
	all := []result{}
	words := strings.Fields(strings.ToLower(q.Get("query")))
	for _, r := range c.published() {
		f := c.result(r)
		if r.matches(words) && f.passes(q.Get) {
			all = append(all, f)
		}
	}
	order(all, func(a, b result) int {
		return cmp.Or(compare(a, b), rank(a.Name, q.Get("query"))-rank(b.Name, q.Get("query")), cmp.Compare(b.Stars, a.Stars))
	})
	lo := min(from, len(all))
	hi := min(lo+min(size, maxSearch), len(all))
	return c.json(http.StatusOK, struct {
		Total   int      `json:"total"`
		Results []result `json:"results"`
	}{len(all), all[lo:hi]})
}

// published returns the public repositories.
func (c *call) published() []repo {
	var all []repo
	for _, namespace := range []string{seed.Officials, DemoOrg, DemoUser} {
		all = append(all, c.repos(namespace)...)
	}
	return slices.DeleteFunc(all, func(r repo) bool { return r.private })
}

// whole reads a number that is not below least.
func (c *call) whole(name string, standard, least int) (int, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(n) < least {
		return 0, invalid("Invalid "+name+" value", name, "Must be a number, at least "+strconv.Itoa(least))
	}
	return int(min(n, 1e7)), nil
}

// searchOrder compares by relevance, which is equal for all, unless sort says otherwise.
func searchOrder(by, direction string) (func(a, b result) int, error) {
	up := map[string]func(a, b result) int{
		"":           func(_, _ result) int { return 0 },
		"pull_count": func(a, b result) int { return cmp.Compare(a.repo.pulls, b.repo.pulls) },
		"updated_at": func(a, b result) int { return a.Updated.compare(b.Updated) },
	}[by]
	switch {
	case up == nil:
		return nil, invalid("Invalid sort value", "sort", "Must be one of: pull_count, updated_at")
	case direction == "asc":
		return up, nil
	case direction == "desc", direction == "":
		return func(a, b result) int { return -up(a, b) }, nil
	}
	return nil, invalid("Invalid order value", "order", "Must be one of: asc, desc")
}

func values(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// passes reports whether the result has one of the values of every filter.
func (f result) passes(get func(string) string) bool {
	names := func(all []facet) (names []string) {
		for _, one := range all {
			names = append(names, one.Name)
		}
		return names
	}
	var slugs []string
	for _, one := range f.Categories {
		slugs = append(slugs, one.Slug)
	}
	for name, has := range map[string][]string{
		"type": {f.Type}, "badges": {f.Badge}, "categories": slugs,
		"operating_systems": names(f.Systems), "architectures": names(f.Architectures),
	} {
		want := values(get(name))
		if len(want) > 0 && !slices.ContainsFunc(want, func(v string) bool { return slices.Contains(has, v) }) {
			return false
		}
	}
	return true
}

// result describes a repository. The name of an official image has no namespace.
func (c *call) result(r repo) result {
	a, _ := findAccount(r.namespace)
	f := result{
		ID: r.path(), Name: r.path(), Slug: r.path(), Type: "image", Publisher: publisher{a.id(), a.FullName},
		Created: r.registered, Updated: r.updated, Description: r.description, Badge: "none", Stars: r.stars,
		Pulls: rounded(r.pulls), Categories: r.categories, Archived: r.status() == archived, repo: r,
		Systems: []facet{}, Architectures: []facet{},
	}
	switch r.namespace {
	case seed.Officials:
		f.Badge, f.Name, f.Slug, f.Publisher = badges[0], r.name, r.name, publisher{"docker", "Docker"}
	default:
		f.Badge = cmp.Or(a.Badge, "none")
	}
	if r.tags > 0 {
		for _, m := range r.tag(0, c.midnight()).Images {
			f.Systems = addFacet(f.Systems, m.OS)
			f.Architectures = addFacet(f.Architectures, m.Architecture)
		}
	}
	return f
}

var facetLabels = map[string]string{
	"linux": "Linux", "amd64": "x86-64", "arm64": "ARM 64", "arm": "ARM", "ppc64le": "PowerPC 64 LE",
}

// addFacet adds a known value that is not in the list.
func addFacet(all []facet, name string) []facet {
	f := facet{name, facetLabels[name]}
	if f.Label == "" || slices.Contains(all, f) {
		return all
	}
	return append(all, f)
}

// rounded returns the largest of the Hub's steps that n reaches.
func rounded(n int64) string {
	unit, suffix := int64(1), ""
	for _, next := range []string{"K", "M", "B"} {
		if n >= unit*1000 {
			unit, suffix = unit*1000, next
		}
	}
	if unit == 1 {
		return strconv.FormatInt(n, 10)
	}
	for _, step := range []int64{500, 100, 50, 10, 5} {
		if n >= step*unit {
			return strconv.FormatInt(step, 10) + suffix + "+"
		}
	}
	return "1" + suffix + "+"
}
