package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var searchRoutes = []route{
	{"GET", "/v2/search/repositories", 0, search},
	{"GET", "/api/search/v4", 0, searchV4},
}

// A hit is a result of the older search, in the recorded shape.
type hit struct {
	Name        string `json:"repo_name"`
	Description string `json:"short_description"`
	Stars       int64  `json:"star_count"`
	Pulls       int64  `json:"pull_count"`
	Owner       string `json:"repo_owner"` // always ""
	Automated   bool   `json:"is_automated"`
	Official    bool   `json:"is_official"`
}

// search finds public repositories by name and description. Official images are
// returned without a namespace.
func search(c *call) error {
	q := c.URL.Query()
	query := strings.ToLower(q.Get("query"))
	all := []hit{}
	for _, r := range c.published() {
		official := r.namespace == seed.Officials
		f := hit{Name: r.path(), Description: r.description, Stars: r.stars, Pulls: r.pulls, Official: official}
		if official {
			f.Name = r.name
		}
		if (official || q.Get("is_official") != "true") && r.matches(strings.Fields(query)) {
			all = append(all, f)
		}
	}
	order(all, func(a, b hit) int {
		switch q.Get("ordering") {
		case "-star_count":
			return cmp.Compare(b.Stars, a.Stars)
		case "-pull_count":
			return cmp.Compare(b.Pulls, a.Pulls)
		}
		return cmp.Or(rank(a.Name, query)-rank(b.Name, query), cmp.Compare(b.Stars, a.Stars))
	})
	w, err := c.window(len(all), notFound())
	if err != nil {
		return err
	}
	none := "" // other lists have null here
	return c.json(http.StatusOK,
		page[hit]{len(all), cmp.Or(w.next, &none), cmp.Or(w.previous, &none), fill(w, func(i int) hit { return all[i] })})
}

// matches reports whether the name or the description contains every word. The name
// of an official image has no namespace.
func (r repo) matches(words []string) bool {
	name := r.path()
	if r.namespace == seed.Officials {
		name = r.name
	}
	text := strings.ToLower(name + "\n" + r.description)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// rank is lower for a better match.
func rank(name, query string) int {
	switch {
	case name == query:
		return 0
	case strings.HasPrefix(name, query):
		return 1
	}
	return 2
}
