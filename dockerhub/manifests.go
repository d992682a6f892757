package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
)

// A Manifest is an image or an index in a repository, tagged or not. Docker has not
// documented manifests: these fields have been observed.
type Manifest struct {
	Raw
	Repository string `json:"-"` // NAMESPACE/NAME of the repository requested
	Digest     string `json:"manifest_digest"`
	Tags       Names  `json:"tags"` // none = untagged
	MediaType  string `json:"media_type"`
	Size       int64  `json:"size"`        // bytes; 0 = unknown
	LastPushed Time   `json:"last_pushed"` // zero = unknown
	LastPulled Time   `json:"last_pulled"` // zero = never, or unknown
}

// String returns NAMESPACE/NAME@DIGEST.
func (m Manifest) String() string { return m.Repository + "@" + m.Digest }

// Names are strings that the Hub sends as strings or as objects with a name.
type Names []string

// UnmarshalJSON accepts an array of either, or null.
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

// ManifestsService lists the manifests of repositories, tagged or not, and deletes them
// through an [ImageRegistry].
type ManifestsService struct{ c *Client }

// List lists the manifests of a repository, in the server's order.
//
// Operation: GET /v2/namespaces/{namespace}/repositories/{repository}/manifests
func (s *ManifestsService) List(ctx context.Context, namespace, repo string) iter.Seq2[Manifest, error] {
	return func(yield func(Manifest, error) bool) {
		rows := list[Manifest](ctx, s.c, nil, "v2", "namespaces", namespace, "repositories", repo, "manifests")
		for m, err := range rows {
			m.Repository = namespace + "/" + repo
			if !yield(m, err) {
				return
			}
		}
	}
}
