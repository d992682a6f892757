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

// scimMedia is what SCIM calls its JSON.
const scimMedia = "application/scim+json"

// SCIMUserSchema is the schema of users, which every request of one names.
const SCIMUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

// A SCIMConfig says what the SCIM service can do.
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

// A SCIMFeature is part of a SCIMConfig; Supported is nil if the server does
// not say.
type SCIMFeature struct {
	Supported  *bool  `json:"supported"`
	MaxResults *int64 `json:"maxResults"` // of Filter
}

// A SCIMResourceType is a kind of resource that the SCIM service has.
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
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Attributes  []struct {
		Name string `json:"name"`
	} `json:"attributes"`
}

// A SCIMUser is a member of the organization as its identity provider sees it.
type SCIMUser struct {
	Raw
	ID          string     `json:"id"`
	UserName    string     `json:"userName"` // the email address
	Name        SCIMName   `json:"name"`
	DisplayName string     `json:"displayName"` // the Docker ID
	Active      *bool      `json:"active"`      // nil if the server does not say
	Emails      []SCIMItem `json:"emails"`
	Groups      []SCIMItem `json:"groups"`
	Meta        struct {
		Created      Time `json:"created"`
		LastModified Time `json:"lastModified"`
	} `json:"meta"`
}

// A SCIMName is a person's name; in a change, a nil part is left as it is.
type SCIMName struct {
	GivenName  *string `json:"givenName,omitempty"`
	FamilyName *string `json:"familyName,omitempty"`
}

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
	Value   string `json:"value"`
	Primary bool   `json:"primary,omitempty"`
}

// A SCIMListOptions says which users List lists, and how; the zero value lists all.
type SCIMListOptions struct {
	Filter     string   // such as: userName eq "ada@example.com"
	SortBy     string   // an attribute; "" = the server's order
	Descending bool     // with SortBy
	Attributes []string // what to answer of each user; none = everything
}

func (q SCIMListOptions) values() url.Values {
	v := url.Values{"page_size": nil, "startIndex": {"1"}, "count": {strconv.Itoa(pageSize)}}
	if q.Filter != "" {
		v.Set("filter", q.Filter)
	}
	if q.SortBy != "" {
		v.Set("sortBy", q.SortBy)
		v.Set("sortOrder", "ascending")
		if q.Descending {
			v.Set("sortOrder", "descending")
		}
	}
	if len(q.Attributes) > 0 {
		v.Set("attributes", strings.Join(q.Attributes, ","))
	}
	return v
}

// A SCIMUserRequest is what CreateUser needs: a schema, such as SCIMUserSchema,
// and a UserName.
type SCIMUserRequest struct {
	Body
	Schemas  []string   `json:"schemas,omitempty"`
	UserName string     `json:"userName,omitempty"`
	Name     *SCIMName  `json:"name,omitempty"`
	Emails   []SCIMItem `json:"emails,omitempty"`
}

// A SCIMUserPatch is what UpdateUser changes; a nil field is left as it is.
type SCIMUserPatch struct {
	Body
	UserName string    `json:"userName,omitempty"`
	Name     *SCIMName `json:"name,omitempty"`
	Active   *bool     `json:"active,omitempty"`
}

// SCIMService manages the users of an organization as an identity provider
// does. It wants a client of its own, whose bearer is the SCIM token of the
// organization's single sign-on: no session is good for it.
type SCIMService service

// Config says what the service can do.
//
//hub:operation GET /v2/scim/2.0/ServiceProviderConfig
func (s *SCIMService) Config(ctx context.Context) (SCIMConfig, error) {
	return call[SCIMConfig](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "ServiceProviderConfig")
}

// ListResourceTypes lists the kinds of resources.
//
//hub:operation GET /v2/scim/2.0/ResourceTypes
func (s *SCIMService) ListResourceTypes(ctx context.Context) iter.Seq2[SCIMResourceType, error] {
	return list[SCIMResourceType](ctx, s.c, url.Values{"page_size": nil}, "v2", "scim", "2.0", "ResourceTypes")
}

// GetResourceType returns one kind of resource.
//
//hub:operation GET /v2/scim/2.0/ResourceTypes/{name}
func (s *SCIMService) GetResourceType(ctx context.Context, name string) (SCIMResourceType, error) {
	return call[SCIMResourceType](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "ResourceTypes", name)
}

// ListSchemas lists the schemas.
//
//hub:operation GET /v2/scim/2.0/Schemas
func (s *SCIMService) ListSchemas(ctx context.Context) iter.Seq2[SCIMSchema, error] {
	return list[SCIMSchema](ctx, s.c, url.Values{"page_size": nil}, "v2", "scim", "2.0", "Schemas")
}

// GetSchema returns one schema.
//
//hub:operation GET /v2/scim/2.0/Schemas/{id}
func (s *SCIMService) GetSchema(ctx context.Context, id string) (SCIMSchema, error) {
	return call[SCIMSchema](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "Schemas", id)
}

// ListUsers lists users.
//
//hub:operation GET /v2/scim/2.0/Users
func (s *SCIMService) ListUsers(ctx context.Context, q SCIMListOptions) iter.Seq2[SCIMUser, error] {
	return list[SCIMUser](ctx, s.c, q.values(), "v2", "scim", "2.0", "Users")
}

// GetUser returns one user.
//
//hub:operation GET /v2/scim/2.0/Users/{id}
func (s *SCIMService) GetUser(ctx context.Context, id string) (SCIMUser, error) {
	return call[SCIMUser](ctx, s.c, "GET", nil, "v2", "scim", "2.0", "Users", id)
}

// CreateUser creates a user. If there is an account with that email address
// already, it becomes a member of the organization.
//
//hub:operation POST /v2/scim/2.0/Users
func (s *SCIMService) CreateUser(ctx context.Context, r SCIMUserRequest) (SCIMUser, error) {
	return call[SCIMUser](ctx, s.c, "POST", r, "v2", "scim", "2.0", "Users")
}

// UpdateUser changes a user's name, or deactivates or activates the user. The
// API only takes users whole: what p leaves out is sent as it is now. It fails
// with ErrConflict if somebody else changed the user meanwhile.
//
//hub:operation PUT /v2/scim/2.0/Users/{id}
func (s *SCIMService) UpdateUser(ctx context.Context, id string, p SCIMUserPatch) (SCIMUser, error) {
	change, err := changeOf(p)
	if err != nil {
		return SCIMUser{}, err
	}
	return rewrite[SCIMUser](ctx, s.c, "userName",
		func(now json.RawMessage) (json.RawMessage, error) { return wholeUser(now, change) },
		"v2", "scim", "2.0", "Users", id)
}

// A userState is what a PUT may not leave out of a user. The Hub's own file
// calls the state enabled, and deactivates a user that is sent without it; SCIM
// calls it active.
type userState struct {
	Schemas []string `json:"schemas"`
	Active  *bool    `json:"active"`
	Enabled *bool    `json:"enabled"`
}

// wholeUser is what to send of a user as it is now, with a change merged into
// it.
func wholeUser(now, change json.RawMessage) (json.RawMessage, error) {
	var is, wanted userState
	if err := json.Unmarshal(now, &is); err != nil {
		return nil, &AnswerError{Problem: "has a user whose schemas, active or enabled are of another type"}
	}
	if err := json.Unmarshal(change, &wanted); err != nil {
		return nil, hub.InputError("the change cannot be understood: " + err.Error())
	}
	if wanted.Active != nil && wanted.Enabled != nil && *wanted.Active != *wanted.Enabled {
		return nil, hub.InputError("active and enabled are two names of the same thing, and the change sets them apart")
	}
	state := cmp.Or(wanted.Active, wanted.Enabled, is.Active, is.Enabled)
	if state == nil {
		return nil, hub.InputError("the server does not say whether the user is active, " +
			"and a change that does not say it either would deactivate the user")
	}
	whole, err := hub.Merge(now, change, []string{"id", "meta", "groups"}) // the server's to set
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
	return hub.Merge(whole, last, nil)
}
