package dockerhub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Tag is a tag of a repository.
type Tag struct {
	Raw
	Repository  string `json:"-"` // NAMESPACE/NAME of the repository requested
	Name        string `json:"name"`
	Digest      string `json:"digest"`    // if the server sent none, that of the only image; "" = unknown
	FullSize    int64  `json:"full_size"` // bytes, of an unspecified image; 0 = unknown
	Images      Images `json:"images"`
	Status      string `json:"tag_status"`      // "active" or "inactive"
	LastPushed  Time   `json:"tag_last_pushed"` // if the server sent none, the time of the last update
	LastPulled  Time   `json:"tag_last_pulled"` // if the server sent none, the latest of the images; zero = never
	LastUpdater string `json:"last_updater_username"`
	MediaType   string `json:"media_type"`
	ContentType string `json:"content_type"` // one of ContentTypes, or another
}

// String returns the tag's full name, such as library/nginx:latest.
func (t Tag) String() string { return t.Repository + ":" + t.Name }

// Page returns the path of the tag in its repository's list on the Hub's website,
// such as /r/acme/api/tags?name=v1.
func (t Tag) Page() string {
	namespace, name, _ := strings.Cut(t.Repository, "/")
	return hub.Reference{Namespace: namespace, Name: name, Tag: t.Name}.Page()
}

// PullsKnown reports whether the server sent when the tag was last pulled, or that
// it never was.
func (t Tag) PullsKnown() bool {
	left := func(i Image) bool { return !i.Sent("last_pulled") }
	return !t.LastPulled.IsZero() || t.Sent("tag_last_pulled") || len(t.Images) > 0 && !slices.ContainsFunc(t.Images, left)
}

// UnmarshalJSON also accepts the forms that tags had in the past.
func (t *Tag) UnmarshalJSON(b []byte) error {
	type plain Tag
	err := json.Unmarshal(b, (*plain)(t))
	var old struct {
		Status      string `json:"status"` // as specified
		LastUpdated Time   `json:"last_updated"`
		LastPulled  *Time  `json:"tag_last_pulled"`
	}
	_ = json.Unmarshal(b, &old) // a placeholder
	t.Status = cmp.Or(t.Status, old.Status)
	if t.LastPushed.IsZero() {
		t.LastPushed = old.LastUpdated
	}
	for _, i := range t.Images {
		if old.LastPulled == nil && i.LastPulled.After(t.LastPulled.Time) {
			t.LastPulled = i.LastPulled
		}
	}
	if t.Digest == "" && len(t.Images) == 1 {
		t.Digest = t.Images[0].Digest
	}
	return err
}

// An Image is a tag's image for one platform.
type Image struct {
	Raw
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	OS           string `json:"os"`
	OSVersion    string `json:"os_version"`
	Digest       string `json:"digest"`
	Size         int64  `json:"size"` // bytes; 0 = unknown
	Status       string `json:"status"`
	LastPulled   Time   `json:"last_pulled"` // zero = never
	LastPushed   Time   `json:"last_pushed"` // zero = unknown
	Layers       Layers `json:"layers"`      // only from TagsService.Images
}

// A Layer is a layer of an image, or an instruction that added none.
type Layer struct {
	Raw
	Digest      string `json:"digest"` // "" = not sent
	Size        int64  `json:"size"`   // compressed
	Instruction string `json:"instruction"`
}

// Layers are the layers of an image, the first one at the bottom.
type Layers []Layer

// UnmarshalJSON keeps the JSON of each layer.
func (all *Layers) UnmarshalJSON(b []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	*all = make(Layers, len(items))
	for i, raw := range items {
		(*all)[i].keep(raw)
		if err := json.Unmarshal(raw, &(*all)[i]); err != nil {
			return err
		}
	}
	return nil
}

// unknown is the architecture and system of an attestation.
const unknown = "unknown"

// Attestation reports whether the image is an attestation about another image, such
// as its provenance, rather than an image.
func (i Image) Attestation() bool { return i.OS == unknown && i.Architecture == unknown }

// Platform returns the image's platform, such as linux/arm64/v8 or
// windows(10.0.20348.2402)/amd64, with a question mark for a part that the server
// did not send, or "" if it sent neither.
func (i Image) Platform() string {
	if i.OS == "" && i.Architecture == "" {
		return ""
	}
	p := cmp.Or(i.OS, "?")
	if i.OSVersion != "" {
		p += "(" + i.OSVersion + ")"
	}
	p += "/" + cmp.Or(i.Architecture, "?")
	if i.Variant != "" {
		p += "/" + i.Variant
	}
	return p
}

// Images are the images of a tag. The Hub sends an array, but its specification has
// promised an object.
type Images []Image

// UnmarshalJSON accepts an array, a single image, or null.
func (all *Images) UnmarshalJSON(b []byte) error {
	var items []json.RawMessage
	if len(b) > 0 && b[0] == '{' {
		items = []json.RawMessage{b}
	} else if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	*all = make(Images, len(items))
	for i, raw := range items {
		(*all)[i].keep(raw)
		if err := json.Unmarshal(raw, &(*all)[i]); err != nil {
			return err
		}
	}
	return nil
}

// TagListOptions filters a listing of tags; "" does not filter.
type TagListOptions struct {
	Name string // part of the name
}

// TagsService manages the tags of repositories.
type TagsService struct{ c *Client }

// List lists the tags of a repository, newest first. Without a session it ends
// after a few hundred tags with ErrForbidden.
//
// Operation: GET /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) List(ctx context.Context, namespace, repo string, o TagListOptions) iter.Seq2[Tag, error] {
	return func(yield func(Tag, error) bool) {
		for t, err := range list[Tag](ctx, s.c, given("name", o.Name), tagPath(namespace, repo)...) {
			t.Repository = namespace + "/" + repo
			if !yield(t, err) {
				return
			}
		}
	}
}

// Get returns one tag with its images.
//
// Operation: GET /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Get(ctx context.Context, namespace, repo, tag string) (Tag, error) {
	t, err := call[Tag](ctx, s.c, "GET", nil, tagPath(namespace, repo, tag)...)
	t.Repository = namespace + "/" + repo
	return t, err
}

// Images lists the images of a tag with their layers.
//
// Operation: GET /v2/repositories/{namespace}/{repository}/tags/{tag}/images
func (s *TagsService) Images(ctx context.Context, namespace, repository, tag string) iter.Seq2[Image, error] {
	return list[Image](ctx, s.c, url.Values{"page_size": nil},
		"v2", "repositories", namespace, repository, "tags", tag, "images")
}

// Exists reports whether a tag exists and is visible to the session.
//
// Operation: HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Exists(ctx context.Context, namespace, repo, tag string) (bool, error) {
	return exists(ctx, s.c, tagPath(namespace, repo, tag)...)
}

// HasTags reports whether the session can see any tag of the repository.
//
// Operation: HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) HasTags(ctx context.Context, namespace, repo string) (bool, error) {
	return exists(ctx, s.c, tagPath(namespace, repo)...)
}

// Count returns the number of tags in the repository that the session can see. It
// costs one request.
//
// Operation: GET /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) Count(ctx context.Context, namespace, repo string) (int64, error) {
	page, err := query[struct {
		Raw
		Count *int64 `json:"count"`
	}](ctx, s.c, url.Values{"page_size": {"1"}}, tagPath(namespace, repo)...)
	if err != nil {
		return 0, err
	}
	if page.Count == nil {
		return 0, fmt.Errorf("%w: the list of tags has no count", ErrAnswer)
	}
	return *page.Count, nil
}

// Delete deletes a tag. Its manifest stays in the repository, untagged.
//
// Operation: DELETE /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Delete(ctx context.Context, namespace, repo, tag string) error {
	path := tagPath(namespace, repo, tag)
	return remove(ctx, s.c, found(s.c, path...), path...)
}

// DeleteIf reads a tag and deletes it, unless check returns an error for it, which it
// then returns.
//
// Operation: DELETE /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) DeleteIf(ctx context.Context, namespace, repo, tag string, check func(Tag) error) error {
	find := func(ctx context.Context) error {
		t, err := s.Get(ctx, namespace, repo, tag)
		if err == nil {
			err = check(t)
		}
		return err
	}
	if err := find(ctx); err != nil {
		return err
	}
	return remove(ctx, s.c, find, tagPath(namespace, repo, tag)...)
}

func tagPath(namespace, repo string, tag ...string) []string {
	return append([]string{"v2", "namespaces", namespace, "repositories", repo, "tags"}, tag...)
}
