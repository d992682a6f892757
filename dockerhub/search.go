package dockerhub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// Badges are the values of a SearchResult's badge.
var Badges = []string{"official", "verified_publisher", "open_source", "none"}

// A SearchResult is a repository found by a search. The older search does not send all
// of its fields.
type SearchResult struct {
	Raw
	Name          string    `json:"name"` // usually without a namespace for an official image
	Type          string    `json:"type"` // such as image, plugin or extension
	Publisher     Publisher `json:"publisher"`
	Description   string    `json:"short_description"`
	Badge         string    `json:"badge"` // one of Badges, or ""
	StarCount     int64     `json:"star_count"`
	PullCount     Rounded   `json:"pull_count"`
	UpdatedAt     Time      `json:"updated_at"`
	Systems       Facets    `json:"operating_systems"`
	Architectures Facets    `json:"architectures"`
	Categories    Facets    `json:"categories"`
	Archived      bool      `json:"archived"`

	// only sent by the older search
	RepoName  string `json:"repo_name"`
	RepoOwner string `json:"repo_owner"`
	Official  bool   `json:"is_official"`
}

// A Publisher publishes a repository.
type Publisher struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Facet is a property to filter by: an operating system, an architecture or a category.
type Facet struct {
	Slug  string `json:"slug"` // only of a category
	Name  string `json:"name"`
	Label string `json:"label"`
}

// Facets are the facets of one kind of a repository.
type Facets []Facet

// Values returns the values to filter by.
func (f Facets) Values() []string {
	var values []string
	for _, one := range f {
		values = append(values, cmp.Or(one.Slug, one.Name))
	}
	return values
}

// Rounded is a number in digits, or a rounded one such as 10K+.
type Rounded string

// UnmarshalJSON accepts a number or text.
func (r *Rounded) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte{'"'}) {
		var n json.Number
		err := json.Unmarshal(b, &n)
		*r = Rounded(n)
		return err
	}
	return json.Unmarshal(b, (*string)(r))
}

// Repository returns the repository's full name, such as library/nginx.
func (r SearchResult) Repository() string {
	name := cmp.Or(r.Name, r.RepoName)
	switch {
	case name == "" || strings.Contains(name, "/"):
		return name
	case r.RepoOwner != "":
		return r.RepoOwner + "/" + name
	}
	return "library/" + name
}

// Badges returns the repository's badge, if it has one.
func (r SearchResult) Badges() []string {
	switch {
	case r.Official:
		return []string{"official"}
	case r.Badge == "" || r.Badge == "none":
		return nil
	}
	return []string{r.Badge}
}

// SearchListOptions filters and orders a search. A result has one of the values of each
// filter; without values, it may have any.
type SearchListOptions struct {
	Badges        []string // of Badges
	Categories    []string // slugs, such as web-servers
	Systems       []string // such as linux
	Architectures []string // such as amd64
	Types         []string // such as image
	Sort          string   // pulls or updated, or -pulls or -updated for the highest first; "" = best match first
}

// searchSorts are the orders of the current search, and those of the older one.
var searchSorts = map[string]struct{ now, before string }{
	"pulls": {"pull_count", "pull_count"}, "updated": {"updated_at", ""},
}

// check refuses a badge or an order that is unknown, which the Hub might ignore.
func (o SearchListOptions) check() error {
	for _, badge := range o.Badges {
		if !slices.Contains(Badges, badge) {
			return hub.InputError(fmt.Sprintf("unknown badge %q: must be one of %s", badge, strings.Join(Badges, ", ")))
		}
	}
	if by := strings.TrimPrefix(o.Sort, "-"); o.Sort != "" && searchSorts[by].now == "" {
		return hub.InputError(fmt.Sprintf("cannot sort by %q: must be one of pulls, updated", by))
	}
	return nil
}

func (o SearchListOptions) query(text string) url.Values {
	all := func(values []string) string { return strings.Join(values, ",") }
	q := given("badges", all(o.Badges), "categories", all(o.Categories), "type", all(o.Types),
		"operating_systems", all(o.Systems), "architectures", all(o.Architectures),
		"query", text, "from", "0", "size", strconv.Itoa(pageSize))
	q["page_size"] = nil
	by, descending := strings.CutPrefix(o.Sort, "-")
	if o.Sort != "" {
		q.Set("sort", searchSorts[by].now)
		q.Set("order", "asc")
	}
	if descending {
		q.Set("order", "desc")
	}
	return q
}

// older returns the query for the older search, and the options that it does not have.
func (o SearchListOptions) older(text string) (url.Values, *SearchOptionsError) {
	q, missing := url.Values{"query": {text}}, []string{}
	if slices.Equal(o.Badges, []string{"official"}) {
		q.Set("is_official", "true")
		o.Badges = nil
	}
	for _, filter := range []struct {
		name   string
		values []string
	}{
		{"badge", o.Badges},
		{"category", o.Categories},
		{"os", o.Systems},
		{"arch", o.Architectures},
		{"type", o.Types},
	} {
		if len(filter.values) > 0 {
			missing = append(missing, filter.name)
		}
	}
	by, descending := strings.CutPrefix(o.Sort, "-")
	if before := searchSorts[by].before; before != "" {
		if descending {
			before = "-" + before
		}
		q.Set("ordering", before)
	} else if o.Sort != "" {
		missing = append(missing, "sort")
	}
	if len(missing) > 0 {
		return nil, &SearchOptionsError{missing}
	}
	return q, nil
}

// A SearchOptionsError means that the Hub does not have its current search, and that the
// older one does not have some of the options: badge, category, os, arch, type or sort.
type SearchOptionsError struct{ Options []string }

// Error names the options.
func (e *SearchOptionsError) Error() string {
	return "the Hub's current search is not available, and the older one does not have the options " +
		strings.Join(e.Options, ", ")
}

// SearchService searches repositories.
type SearchService struct{ c *Client }

// Repositories searches public repositories. If the Hub does not have its current
// search (404 or 410), it uses the older one, or fails with a SearchOptionsError.
//
// Operation: GET /api/search/v4
func (s *SearchService) Repositories(
	ctx context.Context, query string, o SearchListOptions,
) iter.Seq2[SearchResult, error] {
	return func(yield func(SearchResult, error) bool) {
		if err := o.check(); err != nil {
			yield(SearchResult{}, publicError(err))
			return
		}
		some := false
		for r, err := range list[SearchResult](ctx, s.c, o.query(query), "api", "search", "v4") {
			if !some && isGone(err) {
				s.repositories(ctx, query, o)(yield)
				return
			}
			some = true
			if !yield(r, err) {
				return
			}
		}
	}
}

// repositories uses the older search.
//
// Operation: GET /v2/search/repositories
func (s *SearchService) repositories(
	ctx context.Context, query string, o SearchListOptions,
) iter.Seq2[SearchResult, error] {
	q, err := o.older(query)
	if err != nil {
		return func(yield func(SearchResult, error) bool) { yield(SearchResult{}, err) }
	}
	return list[SearchResult](ctx, s.c, q, legacy, "search", "repositories")
}

func isGone(err error) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone)
}
