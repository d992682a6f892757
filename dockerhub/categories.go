package dockerhub

import (
	"context"
	"iter"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Category is a category of repositories.
type Category struct {
	Raw
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// MaxCategories is the maximum number of categories of a repository.
const MaxCategories = 3

// Categories lists the categories that repositories can have. It needs no session.
//
// Operation: GET /v2/categories
func (s *ReposService) Categories(ctx context.Context) iter.Seq2[Category, error] {
	return list[Category](ctx, s.c, url.Values{"page_size": nil}, "v2", "categories")
}

// SetCategories replaces the categories of a repository.
//
// Operation: PATCH /v2/repositories/{namespace}/{repository}/categories
func (s *ReposService) SetCategories(ctx context.Context, namespace, name string, categories []Category) error {
	return exec(hub.WithRepeat(ctx, always), s.c, "PATCH", append([]Category{}, categories...), legacy, "repositories",
		namespace, name, "categories")
}
