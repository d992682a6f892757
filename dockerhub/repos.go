package dockerhub

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"github.com/hubctl/hubctl/internal/hub"
)

// A Repo is a repository. Listings lack what is long, such as Readme and
// ImmutableTags.
type Repo struct {
	Raw
	Namespace     string         `json:"namespace"`
	Name          string         `json:"name"`
	Type          string         `json:"repository_type"` // "" in old ones
	Status        string         `json:"status_description"`
	Description   string         `json:"description"`
	Readme        string         `json:"full_description"`
	Private       *bool          `json:"is_private"` // nil if the server does not say
	Stars         *int64         `json:"star_count"`
	Pulls         *int64         `json:"pull_count"`
	LastUpdated   Time           `json:"last_updated"` // zero = nothing was ever pushed
	LastModified  Time           `json:"last_modified"`
	RegisteredAt  Time           `json:"date_registered"`
	ContentTypes  []string       `json:"content_types"`
	Categories    []Category     `json:"categories"`
	StorageSize   *int64         `json:"storage_size"` // bytes
	ImmutableTags *ImmutableTags `json:"immutable_tags_settings"`
	Starred       *bool          `json:"has_starred"` // by the session's user
}

// FullName is NAMESPACE/NAME.
func (r Repo) FullName() string { return r.Namespace + "/" + r.Name }

// Page returns the path of the repository's page on the Hub's website.
func (r Repo) Page() string { return hub.Reference{Namespace: r.Namespace, Name: r.Name}.Page() }

// A Category is what a repository is filed under.
type Category struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// ImmutableTags says which tags of a repository cannot be pushed a second time:
// those that match one of the rules, which are regular expressions.
type ImmutableTags struct {
	Enabled bool     `json:"enabled"`
	Rules   []string `json:"rules"`
}

// The longest texts that a repository may have. The Hub counts bytes.
const (
	MaxDescription = 100
	MaxReadme      = 25000
)

// registry is what the Hub calls itself when a repository is made.
const registry = "docker.io"

// A RepoRequest is what Create needs: a namespace, and a name of 2 to 255
// lower-case letters and digits with single '.', '_' or '-' between them.
type RepoRequest struct {
	Body
	Name        string `json:"name,omitempty"`
	Namespace   string `json:"namespace,omitempty"`
	Description string `json:"description,omitempty"`
	Readme      string `json:"full_description,omitempty"`
	Registry    string `json:"registry,omitempty"` // "" = docker.io, if there is no Base
	Private     *bool  `json:"is_private,omitempty"`
}

// A RepoPatch is what Update changes; a nil field is left as it is.
type RepoPatch struct {
	Body
	Description *string `json:"description,omitempty"`
	Readme      *string `json:"full_description,omitempty"`
	Private     *bool   `json:"is_private,omitempty"` // only overrides Base; see SetPrivate
}

// ReposService manages repositories.
type ReposService service

// List lists the repositories of a namespace that the session may see, whose
// name contains part. An organization access token without scope-repository-list
// is not shown private ones.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories
func (s *ReposService) List(ctx context.Context, namespace, part string) iter.Seq2[Repo, error] {
	query := url.Values{}
	if part != "" {
		query.Set("name", part)
	}
	return list[Repo](ctx, s.c, query, "v2", "namespaces", namespace, "repositories")
}

// Get returns one repository, with all that there is to it.
//
//hub:operation GET /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Get(ctx context.Context, namespace, name string) (Repo, error) {
	return call[Repo](ctx, s.c, "GET", nil, "v2", "namespaces", namespace, "repositories", name)
}

// Exists reports whether there is such a repository that the session may see.
//
//hub:operation HEAD /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Exists(ctx context.Context, namespace, name string) (bool, error) {
	return exists(ctx, s.c, "v2", "namespaces", namespace, "repositories", name)
}

// Check says what Create would refuse by form, with ErrInput.
func (r RepoRequest) Check() error {
	if !repoName().MatchString(r.Name) || len(r.Name) < 2 || len(r.Name) > 255 {
		return hub.InputError(fmt.Sprintf("%q cannot be the name of a new repository: "+
			"it takes 2 to 255 lower-case letters and digits, with single '.', '_' or '-' between them",
			r.Name))
	}
	_, err := textsOf(r)
	return err
}

// Create makes a repository. What it refuses by form (ErrInput) is not sent.
//
//hub:operation POST /v2/namespaces/{namespace}/repositories
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

// texts are the two that describe a repository; nil = not there.
type texts struct {
	Description *string `json:"description"`
	Readme      *string `json:"full_description"`
}

// textsOf are the texts that a request has, its base included. It refuses what
// is too long: the Hub might cut it.
func textsOf(in any) (texts, error) {
	var t texts
	b, err := changeOf(in)
	if err != nil {
		return t, err
	}
	_ = json.Unmarshal(b, &t) // what is no text is the server's to refuse
	if n := lengthOf(t.Description); n > MaxDescription {
		return t, hub.InputError(fmt.Sprintf("the description has %d bytes, and the Hub takes %d", n, MaxDescription))
	}
	return t, CheckReadme(lengthOf(t.Readme))
}

func lengthOf(s *string) int {
	if s == nil {
		return 0
	}
	return len(*s)
}

// CheckReadme refuses a full description of more bytes than the Hub takes.
func CheckReadme(bytes int) error {
	if bytes > MaxReadme {
		return hub.InputError(fmt.Sprintf("the full description has %d bytes, and the Hub takes %d", bytes, MaxReadme))
	}
	return nil
}

// Check returns the error, ErrInput, that Update would refuse p with.
func (p RepoPatch) Check() error {
	_, err := textsOf(p)
	return err
}

// Update changes what a repository says of itself. A PATCH that has only one of
// the two descriptions has been seen to lose the other, so Update reads those
// that p does not have, and sends both.
//
//hub:operation PATCH /v2/namespaces/{namespace}/repositories/{repository}
func (s *ReposService) Update(ctx context.Context, namespace, name string, p RepoPatch) (Repo, error) {
	given, err := textsOf(p)
	if err != nil {
		return Repo{}, err
	}
	if given.Description == nil || given.Readme == nil {
		now, err := s.Get(ctx, namespace, name)
		if err != nil {
			return Repo{}, err
		}
		var has texts
		_ = json.Unmarshal(now.raw, &has) // Get has read it
		if given.Description == nil {
			p.Description = has.Description
		}
		if given.Readme == nil {
			p.Readme = has.Readme
		}
	}
	return call[Repo](ctx, s.c, "PATCH", p, "v2", "namespaces", namespace, "repositories", name)
}

// Delete deletes a repository with all its tags. The newer path is said to take
// it too, but no client is known that relies on that.
//
//hub:operation DELETE /v2/repositories/{namespace}/{repository}
func (s *ReposService) Delete(ctx context.Context, namespace, name string) error {
	return exec(ctx, s.c, http.MethodDelete, nil, legacy, "repositories", namespace, name)
}

// SetPrivate makes a repository private or public. Docker publishes no path for
// it; this is the one, without a slash, that its Terraform provider uses.
//
//hub:operation POST /v2/repositories/{namespace}/{repository}/privacy
func (s *ReposService) SetPrivate(ctx context.Context, namespace, name string, private bool) error {
	in := struct {
		Private bool `json:"is_private"`
	}{private}
	return exec(ctx, s.c, http.MethodPost, in, "v2", "repositories", namespace, name, "privacy")
}

// SetImmutableTags replaces which tags cannot be pushed a second time.
//
//hub:operation PATCH /v2/namespaces/{namespace}/repositories/{repository}/immutabletags
func (s *ReposService) SetImmutableTags(ctx context.Context, namespace, name string, t ImmutableTags) (Repo, error) {
	in := struct {
		Enabled bool     `json:"immutable_tags"`
		Rules   []string `json:"immutable_tags_rules"`
	}{t.Enabled, append([]string{}, t.Rules...)} // never null
	return call[Repo](ctx, s.c, "PATCH", in, "v2", "namespaces", namespace, "repositories", name, "immutabletags")
}

// VerifyImmutableTags tells which tags a rule would match. It changes nothing.
//
//hub:operation POST /v2/namespaces/{namespace}/repositories/{repository}/immutabletags/verify
func (s *ReposService) VerifyImmutableTags(ctx context.Context, namespace, name, rule string) ([]string, error) {
	in := struct {
		Regex string `json:"regex"`
	}{rule}
	type matches struct {
		Raw
		Tags []string `json:"tags"`
	}
	m, err := call[matches](ctx, s.c, "POST", in, "v2", "namespaces", namespace, "repositories",
		name, "immutabletags", "verify")
	return m.Tags, err
}

// Star stars a repository for the session's user.
//
//hub:operation POST /v2/repositories/{namespace}/{repository}/stars
func (s *ReposService) Star(ctx context.Context, namespace, name string) error {
	return exec(ctx, s.c, http.MethodPost, struct{}{}, legacy, "repositories", namespace, name, "stars")
}

// Unstar takes the star back.
//
//hub:operation DELETE /v2/repositories/{namespace}/{repository}/stars
func (s *ReposService) Unstar(ctx context.Context, namespace, name string) error {
	return exec(ctx, s.c, http.MethodDelete, nil, legacy, "repositories", namespace, name, "stars")
}

// Starred lists the repositories that a user has starred.
//
//hub:operation GET /v2/users/{username}/repositories/starred
func (s *ReposService) Starred(ctx context.Context, user string) iter.Seq2[Repo, error] {
	return list[Repo](ctx, s.c, nil, "v2", "users", user, "repositories", "starred")
}
