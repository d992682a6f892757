package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
)

// A Manifest is an image, or the index of several, that is in a repository,
// whether a tag points at it or not. Docker has published nothing about it: the
// fields are those that its users have seen.
type Manifest struct {
	Raw
	Digest     string `json:"manifest_digest"`
	Tags       Names  `json:"tags"` // none = untagged
	MediaType  string `json:"media_type"`
	Size       int64  `json:"size"`        // 0 = not known
	LastPushed Time   `json:"last_pushed"` // zero = not known
	LastPulled Time   `json:"last_pulled"` // zero = never, or not known
}

// Names are strings that the Hub sends as such or as objects with a name.
type Names []string

// UnmarshalJSON reads an array of either, or null.
func (n *Names) UnmarshalJSON(b []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	*n = nil
	for _, raw := range items {
		var name string
		if json.Unmarshal(raw, &name) != nil {
			var o struct{ Name, Tag string }
			if err := json.Unmarshal(raw, &o); err != nil {
				return err
			}
			name = o.Name + o.Tag // whichever it has
		}
		*n = append(*n, name)
	}
	return nil
}

// ManifestsService lists what is in repositories, tagged or not.
type ManifestsService service

// List lists the manifests of a repository.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories/{repository}/manifests
func (s *ManifestsService) List(ctx context.Context, namespace, repository string) iter.Seq2[Manifest, error] {
	return list[Manifest](ctx, s.c, nil, "v2", "namespaces", namespace, "repositories", repository, "manifests")
}
