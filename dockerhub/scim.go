package dockerhub

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// scimMedia is the media type of SCIM.
const scimMedia = "application/scim+json"

// SCIMUserSchema is the schema of users, required in every request about one.
const SCIMUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

// A SCIMConfig describes the features of the SCIM service.
type SCIMConfig struct {
	Raw
	DocumentationURI string      `json:"documentationUri"`
	Patch            SCIMFeature `json:"patch"`
	Bulk             SCIMFeature `json:"bulk"`
	Filter           SCIMFeature `json:"filter"`
	ChangePassword   SCIMFeature `json:"changePassword"`
	Sort             SCIMFeature `json:"sort"`
	ETag             SCIMFeature `json:"etag"`
}

// A SCIMFeature is part of a SCIMConfig.
type SCIMFeature struct {
	Supported  *bool  `json:"supported"`  // nil = not sent
	MaxResults *int64 `json:"maxResults"` // of Filter; nil = not sent
}

// A SCIMResourceType is a type of resource in the SCIM service.
type SCIMResourceType struct {
	Raw
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Endpoint    string `json:"endpoint"`
	Schema      string `json:"schema"`
}

// A SCIMSchema describes the attributes of a resource.
type SCIMSchema struct {
	Raw
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Attributes  []SCIMAttribute `json:"attributes"`
}

// A SCIMAttribute is an attribute of a SCIMSchema.
type SCIMAttribute struct {
	Name string `json:"name"`
}

// A SCIMUser is a member of the organization as its identity provider sees it.
type SCIMUser struct {
	Raw
	ID          string     `json:"id"`
	UserName    string     `json:"userName"` // the email address
	Name        SCIMName   `json:"name"`
	DisplayName string     `json:"displayName"` // the Docker ID
	Active      *bool      `json:"active"`      // nil = not sent
	Emails      []SCIMItem `json:"emails"`
	Groups      []SCIMItem `json:"groups"`
	Meta        SCIMMeta   `json:"meta"`
}

// SCIMMeta has the times of a SCIM resource.
type SCIMMeta struct {
	Created      Time `json:"created"`
	LastModified Time `json:"lastModified"`
}

// A SCIMName is a person's name; in a change, nil parts stay unchanged.
type SCIMName struct {
	GivenName  *string `json:"givenName,omitempty"`
	FamilyName *string `json:"familyName,omitempty"`
}

// String returns the parts of the name that there are.
func (n SCIMName) String() string {
	var parts []string
	for _, p := range []*string{n.GivenName, n.FamilyName} {
		if p != nil && *p != "" {
			parts = append(parts, *p)
		}
	}
	return strings.Join(parts, " ")
}

// A SCIMItem is one of a user's email addresses or groups.
type SCIMItem struct {
	Value   string `json:"value"` // an email address, or a group
	Primary bool   `json:"primary,omitempty"`
}

// SCIMUserListOptions filters and orders users; the zero value lists all.
type SCIMUserListOptions struct {
	Filter     string   // such as: userName eq "ada@example.com"
	SortBy     string   // an attribute; "" = the server's order
	Descending bool     // with SortBy
	Attributes []string // attributes to return; none = all
}

func (o SCIMUserListOptions) query() url.Values {
	order := ""
	switch {
	case o.SortBy != "" && o.Descending:
		order = "descending"
	case o.SortBy != "":
		order = "ascending"
	}
	q := given("filter", o.Filter, "sortBy", o.SortBy, "sortOrder", order, "attributes", strings.Join(o.Attributes, ","))
	q["page_size"], q["startIndex"], q["count"] = nil, []string{"1"}, []string{strconv.Itoa(pageSize)}
	return q
}

// A SCIMUserRequest is the request of CreateUser: a schema, such as SCIMUserSchema,
// and a UserName.
type SCIMUserRequest struct {
	Body
	Schemas  []string   `json:"schemas,omitempty"`
	UserName string     `json:"userName,omitempty"`
	Name     *SCIMName  `json:"name,omitempty"`
	Emails   []SCIMItem `json:"emails,omitempty"`
}

// A SCIMUserPatch is the request of UpdateUser; nil fields stay unchanged.
type SCIMUserPatch struct {
	Body
	UserName string    `json:"userName,omitempty"`
	Name     *SCIMName `json:"name,omitempty"`
	Active   *bool     `json:"active,omitempty"`
}

// SCIMService manages the users of an organization as an identity provider does.
// It needs its own client, whose [Options.Token] returns the SCIM token from the
// organization's single sign-on settings. No other session works.
type SCIMService struct{ c *Client }

// Config returns the features of the service.
//
// Operation: GET /v2/scim/2.0/ServiceProviderConfig
func (s *SCIMService) Config(ctx context.Context) (SCIMConfig, error) {
	return call[SCIMConfig](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "ServiceProviderConfig")
}

// ListResourceTypes lists the resource types.
//
// Operation: GET /v2/scim/2.0/ResourceTypes
func (s *SCIMService) ListResourceTypes(ctx context.Context) iter.Seq2[SCIMResourceType, error] {
	return list[SCIMResourceType](ctx, s.c, url.Values{"page_size": nil}, "v2", "scim", "2.0", "ResourceTypes")
}

// GetResourceType returns one resource type, such as User.
//
// Operation: GET /v2/scim/2.0/ResourceTypes/{name}
func (s *SCIMService) GetResourceType(ctx context.Context, name string) (SCIMResourceType, error) {
	return call[SCIMResourceType](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "ResourceTypes", name)
}

// ListSchemas lists the schemas.
//
// Operation: GET /v2/scim/2.0/Schemas
func (s *SCIMService) ListSchemas(ctx context.Context) iter.Seq2[SCIMSchema, error] {
	return list[SCIMSchema](ctx, s.c, url.Values{"page_size": nil}, "v2", "scim", "2.0", "Schemas")
}

// GetSchema returns one schema, such as [SCIMUserSchema].
//
// Operation: GET /v2/scim/2.0/Schemas/{id}
func (s *SCIMService) GetSchema(ctx context.Context, id string) (SCIMSchema, error) {
	return call[SCIMSchema](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "Schemas", id)
}

// ListUsers lists users.
//
// Operation: GET /v2/scim/2.0/Users
func (s *SCIMService) ListUsers(ctx context.Context, o SCIMUserListOptions) iter.Seq2[SCIMUser, error] {
	return list[SCIMUser](ctx, s.c, o.query(), "v2", "scim", "2.0", "Users")
}

// GetUser returns one user.
//
// Operation: GET /v2/scim/2.0/Users/{id}
func (s *SCIMService) GetUser(ctx context.Context, id string) (SCIMUser, error) {
	return call[SCIMUser](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "Users", id)
}

// CreateUser creates a user and returns it. If an account with that email address
// exists, it becomes a member of the organization.
//
// Operation: POST /v2/scim/2.0/Users
func (s *SCIMService) CreateUser(ctx context.Context, r SCIMUserRequest) (SCIMUser, error) {
	return call[SCIMUser](ctx, s.c, "POST", r, "v2", "scim", "2.0", "Users")
}

// UpdateUser changes a user's name, or deactivates or activates the user, and returns
// the user. The API only accepts whole users, so the user is read first. It fails with
// ErrConflict if the user changed in between.
//
// Operation: PUT /v2/scim/2.0/Users/{id}
func (s *SCIMService) UpdateUser(ctx context.Context, id string, p SCIMUserPatch) (SCIMUser, error) {
	change, err := changeOf(p)
	if err != nil {
		return SCIMUser{}, err
	}
	return rewrite[SCIMUser](ctx, s.c, "userName",
		func(now json.RawMessage) (json.RawMessage, error) { return wholeUser(now, change) },
		"v2", "scim", "2.0", "Users", id)
}

// A userState holds the state of a user, which a PUT must include. The Hub's own
// specification calls it enabled, and deactivates a user if it is missing; SCIM
// calls it active.
type userState struct {
	Schemas []string `json:"schemas"`
	Active  *bool    `json:"active"`
	Enabled *bool    `json:"enabled"`
}

// wholeUser returns the body to send: the current user with a change merged into it.
func wholeUser(now, change json.RawMessage) (json.RawMessage, error) {
	var is, wanted userState
	if err := json.Unmarshal(now, &is); err != nil {
		return nil, &AnswerError{Problem: "has a user whose schemas, active or enabled are of another type"}
	}
	if err := json.Unmarshal(change, &wanted); err != nil {
		return nil, hub.InputError("invalid change: " + err.Error())
	}
	if wanted.Active != nil && wanted.Enabled != nil && *wanted.Active != *wanted.Enabled {
		return nil, hub.InputError("active and enabled mean the same, but the change sets them to different values")
	}
	state := cmp.Or(wanted.Active, wanted.Enabled, is.Active, is.Enabled)
	if state == nil {
		return nil, hub.InputError("the server does not say whether the user is active, " +
			"and a change without it would deactivate the user")
	}
	whole, err := merge(now, change, "id", "meta", "groups") // left for the server to set
	if err != nil {
		return nil, err
	}
	always := map[string]any{"active": state, "enabled": state}
	if is.Schemas == nil && wanted.Schemas == nil {
		always["schemas"] = []string{SCIMUserSchema}
	}
	last, err := hub.Encode(always)
	if err != nil {
		return nil, err
	}
	return merge(whole, last)
}
