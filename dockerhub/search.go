package dockerhub

import (
	"context"
	"iter"
	"strings"
)

// A SearchResult is a repository found by a search.
type SearchResult struct {
	Raw
	RepoName    string `json:"repo_name"` // usually without a namespace for an official image
	RepoOwner   string `json:"repo_owner"`
	Description string `json:"short_description"`
	StarCount   int64  `json:"star_count"`
	PullCount   int64  `json:"pull_count"`
	Official    bool   `json:"is_official"`
	Automated   bool   `json:"is_automated"`
}

// Repository returns the repository's full name, such as library/nginx.
func (r SearchResult) Repository() string {
	switch {
	case r.RepoName == "" || strings.Contains(r.RepoName, "/"):
		return r.RepoName
	case r.RepoOwner != "":
		return r.RepoOwner + "/" + r.RepoName
	}
	return "library/" + r.RepoName
}

// SearchListOptions filters and orders a search.
type SearchListOptions struct {
	Official bool   // Docker's official images only
	Ordering string // such as -star_count or -pull_count; "" = best match first
}

// SearchService searches repositories.
type SearchService struct{ c *Client }

// Repositories lists the public repositories that match a query.
//
// Operation: GET /v2/search/repositories
func (s *SearchService) Repositories(
	ctx context.Context, query string, o SearchListOptions,
) iter.Seq2[SearchResult, error] {
	q := given("ordering", o.Ordering)
	q.Set("query", query)
	if o.Official {
		q.Set("is_official", "true")
	}
	return list[SearchResult](ctx, s.c, q, legacy, "search", "repositories")
}
