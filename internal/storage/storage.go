// Package storage finds out how much storage repositories take.
package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Usage is the storage of a repository. What the Hub does not say is null.
type Usage struct {
	Repository   string `json:"repository"`
	Size         *int64 `json:"size"`          // in bytes
	Estimated    bool   `json:"estimated"`     // whether Size is the sum of the manifests' sizes
	Tags         *int64 `json:"tags"`          // their number
	Untagged     *int64 `json:"untagged"`      // number of manifests without a tag
	UntaggedSize *int64 `json:"untagged_size"` // sum of their sizes: an estimate, since layers are shared
	Total        int64  `json:"-"`             // size of all repositories in the listing; set by Sort
}

// JSON returns the fields of the usage.
func (u Usage) JSON() json.RawMessage {
	b, err := json.Marshal(u)
	if err != nil {
		panic(err) // strings and numbers can always be encoded
	}
	return b
}

// Of returns a function that reads the usage of a repository. The size is the Hub's
// own number, if it gives one.
func Of(c *dockerhub.Client) func(context.Context, dockerhub.Repo) (Usage, error) {
	return func(ctx context.Context, r dockerhub.Repo) (Usage, error) { return usage(ctx, c, r) }
}

func usage(ctx context.Context, c *dockerhub.Client, r dockerhub.Repo) (u Usage, err error) {
	u = Usage{Repository: r.FullName(), Size: r.StorageSize}
	if u.Tags, err = tags(ctx, c, r); err != nil {
		return u, err
	}
	var all, free, n int64
	for m, err := range c.Manifests.List(ctx, r.Namespace, r.Name) {
		if hidden(err) {
			return u, nil
		}
		if err != nil {
			return u, err
		}
		all += m.Size
		if m.Sent("tags") && len(m.Tags) == 0 {
			n++
			free += m.Size
		}
	}
	u.Untagged, u.UntaggedSize = &n, &free
	if u.Size == nil {
		u.Size, u.Estimated = &all, true
	}
	return u, nil
}

// Sort sorts by size, largest first, and returns the total and whether it includes
// estimates.
func Sort(all []Usage) (total int64, estimated bool) {
	size := func(u Usage) int64 { return *cmp.Or(u.Size, new(int64)) }
	slices.SortStableFunc(all, func(a, b Usage) int { return cmp.Compare(size(b), size(a)) })
	for _, u := range all {
		total, estimated = total+size(u), estimated || u.Estimated
	}
	for i := range all {
		all[i].Total = total
	}
	return total, estimated
}

// hidden reports whether the Hub does not show manifests, which it does not document,
// to this session.
func hidden(err error) bool {
	return errors.Is(err, dockerhub.ErrForbidden) || errors.Is(err, dockerhub.ErrUnauthorized) ||
		errors.Is(err, dockerhub.ErrNotFound)
}

// tags returns the number of tags as the Hub counts them, or nil.
func tags(ctx context.Context, c *dockerhub.Client, r dockerhub.Repo) (*int64, error) {
	n, err := c.Tags.Count(ctx, r.Namespace, r.Name)
	if errors.Is(err, dockerhub.ErrAnswer) {
		return nil, nil
	}
	return &n, err
}
