package dockerhub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Repo is a repository. Listings omit long fields such as Readme and
// ImmutableTags.
type Repo struct {
	Raw
	Namespace     string         `json:"namespace"`
	Name          string         `json:"name"`
	Type          string         `json:"repository_type"` // "" in old repositories
	Status        string         `json:"status_description"`
	Description   string         `json:"description"`
	Readme        string         `json:"full_description"`
	Private       *bool          `json:"is_private"` // nil = not sent
	Stars         *int64         `json:"star_count"` // nil = not sent, like other pointers
	Pulls         *int64         `json:"pull_count"`
	LastUpdated   Time           `json:"last_updated"` // zero = never pushed
	LastModified  Time           `json:"last_modified"`
	RegisteredAt  Time           `json:"date_registered"`
	ContentTypes  []string       `json:"content_types"`
	Categories    []Category     `json:"categories"`
	StorageSize   *int64         `json:"storage_size"` // bytes
	ImmutableTags *ImmutableTags `json:"immutable_tags_settings"`
	Starred       *bool          `json:"has_starred"` // starred by the session's user
}

// FullName returns NAMESPACE/NAME.
func (r Repo) FullName() string { return r.Namespace + "/" + r.Name }

// StatusActive is the Status of a repository without restrictions. A locked one, for
// example, exceeds the plan's number of private repositories: it cannot be pulled or
// pushed to.
const StatusActive = "active"

// Restricted reports whether the server sent a status other than active.
func (r Repo) Restricted() bool { return r.Status != "" && !strings.EqualFold(r.Status, StatusActive) }

// Page returns the path of the repository's page on the Hub's website.
// Page returns the path of the repository's page on the Hub's website, such as
// /r/acme/api or /_/nginx.
func (r Repo) Page() string { return hub.Reference{Namespace: r.Namespace, Name: r.Name}.Page() }

// UnmarshalJSON also accepts the old form of immutable tags: the fields
// immutable_tags and immutable_tags_rules, a list or a comma-separated string.
func (r *Repo) UnmarshalJSON(b []byte) error {
	type plain Repo
	if err := json.Unmarshal(b, (*plain)(r)); err != nil || r.ImmutableTags != nil {
		return err
	}
	var old struct {
		Enabled *bool           `json:"immutable_tags"`
		Rules   json.RawMessage `json:"immutable_tags_rules"`
	}
	if err := json.Unmarshal(b, &old); err != nil || old.Enabled == nil {
		return err
	}
	r.ImmutableTags = &ImmutableTags{Enabled: *old.Enabled}
	var joined string
	if len(old.Rules) > 0 && json.Unmarshal(old.Rules, &joined) != nil {
		return json.Unmarshal(old.Rules, &r.ImmutableTags.Rules)
	}
	if joined != "" {
		r.ImmutableTags.Rules = strings.Split(joined, ",")
	}
	return nil
}

// ImmutableTags protects the tags of a repository that match one of the rules, which
// are regular expressions: they cannot be pushed again.
type ImmutableTags struct {
	Enabled bool     `json:"enabled"`
	Rules   []string `json:"rules"` // Go regular expressions
}

// Maximum lengths of a repository's texts, in bytes.
const (
	MaxDescription = 100
	MaxReadme      = 25000
)

// registry is the Hub's registry name in the request that creates a repository.
const registry = "docker.io"

// A RepoRequest is the request of Create: a namespace and a name of 2 to 255
// lower-case letters and digits, separated by a single '.', '_' or '-'.
type RepoRequest struct {
	Body
	Name        string `json:"name,omitempty"`
	Namespace   string `json:"namespace,omitempty"`
	Description string `json:"description,omitempty"`
	Readme      string `json:"full_description,omitempty"`
	Registry    string `json:"registry,omitempty"` // "" = docker.io, unless Base is set
	Private     *bool  `json:"is_private,omitempty"`
}

// A RepoPatch is the request of Update; nil fields stay unchanged.
type RepoPatch struct {
	Body
	Description *string `json:"description,omitempty"`
	Readme      *string `json:"full_description,omitempty"`
	Private     *bool   `json:"is_private,omitempty"` // only overrides Base; see SetPrivate
}

// RepoListOptions filters a listing of repositories; "" does not filter.
type RepoListOptions struct {
	Name string // part of the name
}

// ReposService manages repositories.
type ReposService struct{ c *Client }

// List lists the repositories of a namespace that the session may see. Without
// scope-repository-list, an organization access token does not see private ones.
//
// Operation: GET /v2/namespaces/{namespace}/repositories
func (s *ReposService) List(ctx context.Context, namespace string, o RepoListOptions) iter.Seq2[Repo, error] {
	return list[Repo](ctx, s.c, given("name", o.Name), "v2", "namespaces", namespace, "repositories")
}

// Get returns one repository with all its fields.
//
// Operation: GET /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Get(ctx context.Context, namespace, repo string) (Repo, error) {
	return call[Repo](ctx, s.c, "GET", nil, "v2", "namespaces", namespace, "repositories", repo)
}

// Exists reports whether a repository exists and is visible to the session.
//
// Operation: HEAD /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Exists(ctx context.Context, namespace, repo string) (bool, error) {
	return exists(ctx, s.c, "v2", "namespaces", namespace, "repositories", repo)
}

// Check returns the error with which Create would refuse r before sending it, or nil.
func (r RepoRequest) Check() error {
	if !repoName().MatchString(r.Name) || len(r.Name) < 2 || len(r.Name) > 255 {
		return hub.InputError(fmt.Sprintf("%q is not a valid name for a new repository: "+
			"expected 2 to 255 lower-case letters and digits, separated by a single '.', '_' or '-'",
			r.Name))
	}
	_, err := textsOf(r)
	return err
}

// Create creates a repository. It fails with ErrInput if its name is invalid or a text
// is too long, and with ErrConflict or ErrInvalid if it exists.
//
// Operation: POST /v2/namespaces/{namespace}/repositories
func (s *ReposService) Create(ctx context.Context, r RepoRequest) (Repo, error) {
	if err := r.Check(); err != nil {
		return Repo{}, err
	}
	if r.Base == nil && r.Registry == "" {
		r.Registry = registry
	}
	return call[Repo](ctx, s.c, "POST", r, "v2", "namespaces", r.Namespace, "repositories")
}

var repoName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*$`) })

// texts are the two descriptions of a repository; nil = not given.
type texts struct {
	Description *string `json:"description"`
	Readme      *string `json:"full_description"`
}

// textsOf returns the texts of a request, including those in its base. It refuses
// texts that are too long, which the Hub might truncate.
func textsOf(in any) (texts, error) {
	var t texts
	b, err := changeOf(in)
	if err != nil {
		return t, err
	}
	_ = json.Unmarshal(b, &t) // the server refuses anything else
	if n := lengthOf(t.Description); n > MaxDescription {
		return t, hub.InputError(fmt.Sprintf("the description has %d bytes, more than the limit of %d", n, MaxDescription))
	}
	if n := lengthOf(t.Readme); n > MaxReadme {
		return t, hub.InputError(fmt.Sprintf("the full description has %d bytes, more than the limit of %d", n, MaxReadme))
	}
	return t, nil
}

func lengthOf(s *string) int {
	if s == nil {
		return 0
	}
	return len(*s)
}

// Check returns the error with which Update would refuse p before sending it, or nil.
func (p RepoPatch) Check() error {
	_, err := textsOf(p)
	return err
}

// Update changes a repository's descriptions and returns the repository. It fails with
// ErrInput if one is too long. A PATCH with only one of the two has been seen to lose
// the other, so Update reads whichever p does not have and sends both.
//
// Operation: PATCH /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Update(ctx context.Context, namespace, repo string, p RepoPatch) (Repo, error) {
	given, err := textsOf(p)
	if err != nil {
		return Repo{}, err
	}
	missing := func(ctx context.Context) (has texts, err error) { // the texts that p does not have
		if given.Description != nil && given.Readme != nil {
			return has, nil
		}
		now, err := s.Get(ctx, namespace, repo)
		if err == nil {
			_ = json.Unmarshal(now.raw, &has) // read by Get
		}
		if given.Description != nil {
			has.Description = nil
		}
		if given.Readme != nil {
			has.Readme = nil
		}
		return has, err
	}
	has, err := missing(ctx)
	if err != nil {
		return Repo{}, err
	}
	p.Description, p.Readme = cmp.Or(p.Description, has.Description), cmp.Or(p.Readme, has.Readme)
	unchanged := func(ctx context.Context) error {
		now, err := missing(ctx)
		if err == nil && !reflect.DeepEqual(now, has) {
			err = ErrConflict
		}
		return err
	}
	return set[Repo](ctx, s.c, unchanged, "PATCH", p, "v2", "namespaces", namespace, "repositories", repo)
}

// Delete deletes a repository with all its tags.
//
// Operation: DELETE /v2/repositories/{namespace}/{repository}
func (s *ReposService) Delete(ctx context.Context, namespace, repo string) error {
	find := found(s.c, "v2", "namespaces", namespace, "repositories", repo)
	return remove(ctx, s.c, find, legacy, "repositories", namespace, repo)
}

// SetPrivate makes a repository private or public. Docker has not documented a path
// for this; Docker's Terraform provider uses this one, without a final slash.
//
// Operation: POST /v2/repositories/{namespace}/{repository}/privacy
func (s *ReposService) SetPrivate(ctx context.Context, namespace, repo string, private bool) error {
	in := struct {
		Private bool `json:"is_private"`
	}{private}
	r, err := s.c.request(http.MethodPost, in, "v2", "repositories", namespace, repo, "privacy")
	if err != nil {
		return err
	}
	return s.c.run(hub.WithRepeat(ctx, always), r)
}

// SetImmutableTags replaces the rules for tags that cannot be pushed again, and returns
// the repository.
//
// Operation: PATCH /v2/namespaces/{namespace}/repositories/{repository}/immutabletags
func (s *ReposService) SetImmutableTags(ctx context.Context, namespace, repo string, t ImmutableTags) (Repo, error) {
	in := struct {
		Enabled bool     `json:"immutable_tags"`
		Rules   []string `json:"immutable_tags_rules"`
	}{t.Enabled, append([]string{}, t.Rules...)} // never null
	return set[Repo](ctx, s.c, always, "PATCH", in, "v2", "namespaces", namespace, "repositories",
		repo, "immutabletags")
}

// VerifyImmutableTags returns the names of the tags that a rule would match. It changes
// nothing.
//
// Operation: POST /v2/namespaces/{namespace}/repositories/{repository}/immutabletags/verify
func (s *ReposService) VerifyImmutableTags(ctx context.Context, namespace, repo, rule string) ([]string, error) {
	in := struct {
		Regex string `json:"regex"`
	}{rule}
	type matches struct {
		Raw
		Tags []string `json:"tags"`
	}
	m, err := call[matches](ctx, s.c, "POST", in, "v2", "namespaces", namespace, "repositories",
		repo, "immutabletags", "verify")
	return m.Tags, err
}

// Star stars a repository for the session's user.
//
// Operation: POST /v2/repositories/{namespace}/{repository}/stars
func (s *ReposService) Star(ctx context.Context, namespace, repo string) error {
	return exec(ctx, s.c, http.MethodPost, struct{}{}, legacy, "repositories", namespace, repo, "stars")
}

// Unstar removes the user's star.
//
// Operation: DELETE /v2/repositories/{namespace}/{repository}/stars
func (s *ReposService) Unstar(ctx context.Context, namespace, repo string) error {
	return exec(ctx, s.c, http.MethodDelete, nil, legacy, "repositories", namespace, repo, "stars")
}

// Starred lists the repositories that a user has starred.
//
// Operation: GET /v2/users/{username}/repositories/starred
func (s *ReposService) Starred(ctx context.Context, user string) iter.Seq2[Repo, error] {
	return list[Repo](ctx, s.c, nil, "v2", "users", user, "repositories", "starred")
}
