package dockerhub

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"slices"
)

// A Tag is a tag of a repository.
type Tag struct {
	Raw
	Repository  string `json:"-"` // namespace/name of the repository it was asked of
	Name        string `json:"name"`
	Digest      string `json:"digest"`    // of an old tag that was sent without one: its only image's; "" = not known
	FullSize    int64  `json:"full_size"` // of one image, nobody knows which; 0 = not known
	Images      Images `json:"images"`
	Status      string `json:"tag_status"`      // "active" or "inactive"
	LastPushed  Time   `json:"tag_last_pushed"` // of an old tag that was sent without it: when it was last updated
	LastPulled  Time   `json:"tag_last_pulled"` // of a tag that was sent without it: of its images; zero = never
	LastUpdater string `json:"last_updater_username"`
	MediaType   string `json:"media_type"`
	ContentType string `json:"content_type"` // such as image, helm or model
}

// String is the tag's full name, such as library/nginx:latest.
func (t Tag) String() string { return t.Repository + ":" + t.Name }

// PullsKnown reports whether the server said when the tag was last pulled, or
// that it never was.
func (t Tag) PullsKnown() bool {
	left := func(i Image) bool { return !i.Sent("last_pulled") }
	return !t.LastPulled.IsZero() || t.Sent("tag_last_pulled") || len(t.Images) > 0 && !slices.ContainsFunc(t.Images, left)
}

// UnmarshalJSON also reads what tags were like over the years.
func (t *Tag) UnmarshalJSON(b []byte) error {
	type plain Tag
	err := json.Unmarshal(b, (*plain)(t))
	var old struct {
		Status      string `json:"status"` // as the specification has it
		LastUpdated Time   `json:"last_updated"`
		LastPulled  *Time  `json:"tag_last_pulled"`
	}
	_ = json.Unmarshal(b, &old) // only a stand-in
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

// An Image is what a tag is on one platform.
type Image struct {
	Raw
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	OS           string `json:"os"`
	OSVersion    string `json:"os_version"`
	Digest       string `json:"digest"`
	Size         int64  `json:"size"` // 0 = not known
	Status       string `json:"status"`
	LastPulled   Time   `json:"last_pulled"` // zero = never
	LastPushed   Time   `json:"last_pushed"` // zero = not known
}

// unknown is what an attestation has for architecture and system.
const unknown = "unknown"

// Attestation reports whether the image is none, but a statement about another
// one, such as its provenance.
func (i Image) Attestation() bool { return i.OS == unknown && i.Architecture == unknown }

// Platform is what the image is for, such as linux/arm64/v8 or
// windows(10.0.20348.2402)/amd64. A part that the server left out is a question
// mark; "" = it left out both.
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

// Images are those of a tag. The Hub sends an array, and its specification has
// promised an object.
type Images []Image

// UnmarshalJSON reads an array, one image, or null.
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

// TagListOptions say which tags are wanted.
type TagListOptions struct {
	Name string // what their names contain; "" = all
}

// TagsService manages the tags of repositories.
type TagsService service

// List lists the tags of a repository; the Hub sends the newest first. Without a
// session it ends after some hundred of them with ErrForbidden.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) List(ctx context.Context, namespace, repository string, o TagListOptions) iter.Seq2[Tag, error] {
	q := url.Values{}
	if o.Name != "" {
		q.Set("name", o.Name)
	}
	return func(yield func(Tag, error) bool) {
		for t, err := range list[Tag](ctx, s.c, q, tagPath(namespace, repository)...) {
			t.Repository = namespace + "/" + repository
			if !yield(t, err) {
				return
			}
		}
	}
}

// Count returns the number of tags in a repository.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) Count(ctx context.Context, namespace, repository string) (int, error) {
	page, err := query[tagCount](ctx, s.c, url.Values{"page_size": {"1"}}, tagPath(namespace, repository)...)
	return page.Count, err
}

type tagCount struct {
	Raw
	Count int `json:"count"`
}

// Get returns one tag.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Get(ctx context.Context, namespace, repository, tag string) (Tag, error) {
	t, err := call[Tag](ctx, s.c, "GET", nil, tagPath(namespace, repository, tag)...)
	t.Repository = namespace + "/" + repository
	return t, err
}

// Exists reports whether there is such a tag that this session may see.
//
//hub:operation HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Exists(ctx context.Context, namespace, repository, tag string) (bool, error) {
	return exists(ctx, s.c, tagPath(namespace, repository, tag)...)
}

// HasTags reports whether the repository has any tag that this session may see.
//
//hub:operation HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags
func (s *TagsService) HasTags(ctx context.Context, namespace, repository string) (bool, error) {
	return exists(ctx, s.c, tagPath(namespace, repository)...)
}

// Delete deletes a tag. What it pointed at stays in the repository, without it.
//
//hub:operation DELETE /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}
func (s *TagsService) Delete(ctx context.Context, namespace, repository, tag string) error {
	return exec(ctx, s.c, "DELETE", nil, tagPath(namespace, repository, tag)...)
}

func tagPath(namespace, repository string, tag ...string) []string {
	return append([]string{"v2", "namespaces", namespace, "repositories", repository, "tags"}, tag...)
}
