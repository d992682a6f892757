package openapi

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// A change is a line of the changes file.
type change struct {
	apply     func(spec) error // nil = no file that is compared has a place for it
	publisher bool             // it is for the file of publishers
}

const (
	jsonMedia = "application/json"
	scimMedia = "application/scim+json"

	token  = "/v2/access-tokens/{uuid}"
	group  = "/v2/orgs/{org_name}/groups/{group_name}"
	repo   = "/v2/namespaces/{namespace}/repositories/{repository}"
	export = "/v2/orgs/{org_name}/members/export"
	scim   = "/v2/scim/2.0/"
)

// changes returns the changes by line.
func changes() map[string]change {
	return map[string]change{
		"openapi":        {apply: nullIsAType},
		"org_group.role": {apply: teamRole},
		"PATCH /v2/orgs/{org}/groups/{group}.role": {apply: onlyPatchTakesRole},
		"accessToken.token":                        {apply: maskedToken},
		"accessToken.expires_at":                   {apply: set("accessToken", mayBeNull, "expires_at")},
		"immutable_tags_verify_request.regex": {
			apply: set("immutable_tags_verify_request", withoutComma, "regex"),
		},
		"invites/bulk 202": {apply: inviteesOnce},
		"members list 200": {apply: onePage},
		"members/export":   {apply: exportText},
		"org_member.last_logged_in_at, last_seen_at": {
			apply: set("org_member", mayBeNull, "last_logged_in_at", "last_seen_at"),
		},
		"tag.images":     {apply: set("tag", mayBeNull, "images")},
		"tag.v2":         {apply: set("tag", isBool, "v2")},
		"tag.tag_status": {apply: tagStatus},
		"image.features, os_features, os_version, variant": {
			apply: set("image", mayBeNull, "features", "os_features", "os_version", "variant"),
		},
		"error":                        {apply: oneError},
		"SCIM list key":                {apply: scimResources},
		"SCIM PUT Users/{id}":          {apply: scimPut},
		"SCIM ServiceProviderConfig":   {apply: scimConfig},
		"securityScheme of SCIM":       {apply: scimSecurity},
		"orgAccessTokenResource":       {apply: resourceOfToken},
		"createOrgAccessTokenResponse": {apply: noCreator},
		"HEAD repository 200":          {apply: headWithoutBody},

		"createOrgAccessTokenRequest":                          {apply: resourcesRequired},
		"OAT accepted (sentence on the operation, pages seen)": {apply: orgTokensAccepted},

		"publisher analytics": {apply: pullsOrNull, publisher: true},
		"registry":            {},
		"ai-governance":       {},
		"sandboxes":           {},
		"enterprise-data":     {},
	}
}

func withoutComma(p *openapi3.Schema) { p.Pattern = "^[^,]*$" }

func isBool(p *openapi3.Schema) { p.Type = &openapi3.Types{openapi3.TypeBoolean} }

// nullIsAType checks that the file is in the older version, which has another way to
// allow null than "type: [string, null]".
func nullIsAType(s spec) error {
	return need(s.doc.IsOpenAPI30(), "the file has version %s: set types there", s.doc.OpenAPI)
}

func teamRole(s spec) error {
	of, err := s.schema("org_group")
	if err != nil {
		return err
	}
	of.Properties["role"] = openapi3.NewStringSchema().WithNullable().NewRef()
	// A member's role, too, may be a custom one.
	return set("org_member", func(p *openapi3.Schema) { p.Enum = nil }, "role")(s)
}

func onlyPatchTakesRole(s spec) error {
	for method, path := range map[string]string{
		http.MethodPatch: group, http.MethodPut: group, http.MethodPost: "/v2/orgs/{org_name}/groups",
	} {
		body, err := s.body(method, path)
		if err != nil {
			return err
		}
		_, err = find(body, "role")
		if err := need((err == nil) == (method == http.MethodPatch), "%s %s: role", method, path); err != nil {
			return err
		}
	}
	return nil
}

// maskedToken leaves only the answer to a creation with a secret.
func maskedToken(s spec) error {
	shown, err := s.schema("accessToken")
	if err != nil {
		return err
	}
	masked := *shown
	masked.Properties = maps.Clone(shown.Properties)
	masked.Properties["token"] = openapi3.NewStringSchema().WithEnum("***").NewRef()
	list, err := s.property("getAccessTokensResponse", "results")
	if err != nil {
		return err
	}
	list.Items = masked.NewRef()
	for _, method := range []string{http.MethodGet, http.MethodPatch} {
		content, err := s.answer(method, token, http.StatusOK, jsonMedia)
		if err != nil {
			return err
		}
		content.Schema = masked.NewRef()
	}
	return nil
}

func inviteesOnce(s spec) error {
	bulk, err := s.schema("bulk_invite")
	if err != nil {
		return err
	}
	content, err := s.answer(http.MethodPost, "/v2/invites/bulk", http.StatusAccepted, jsonMedia)
	if err != nil {
		return err
	}
	content.Schema = ref("bulk_invite", bulk)
	return nil
}

func onePage(s spec) error {
	content, err := s.answer(http.MethodGet, "/v2/orgs/{org_name}/members", http.StatusOK, jsonMedia)
	if err != nil {
		return err
	}
	page, err := s.schema("org_member_paginated")
	if err != nil {
		return err
	}
	content.Schema = ref("org_member_paginated", page)
	_, err = find(page, "results")
	return err
}

// exportText requires the columns as the first line of a text.
func exportText(s spec) error {
	content, err := s.answer(http.MethodGet, export, http.StatusOK, "text/csv")
	if err != nil {
		return err
	}
	content.Schema = openapi3.NewStringSchema().WithPattern("^Name,Username,Email,Type,Role,Teams,Date Joined" +
		"(,Last Logged-in Date,Docker Desktop Version,Last Seen Date,Opted Out Analytics)?\n").NewRef()
	return nil
}

func tagStatus(s spec) error {
	of, err := s.schema("tag")
	if err != nil {
		return err
	}
	delete(of.Properties, "status")
	_, err = find(of, "tag_status")
	return err
}

// oneError replaces the other schemas of errors, except those of SCIM and of logins.
func oneError(s spec) error {
	one, err := s.schema("error")
	if err != nil {
		return err
	}
	if err := set("error", mayBeNull, "errinfo")(s); err != nil {
		return err
	}
	old := []string{"ValueError", "Error", "rpcStatus"}
	isOld := func(r *openapi3.SchemaRef) bool {
		return slices.ContainsFunc(old, func(name string) bool { return r.Ref == "#/components/schemas/"+name })
	}
	for _, item := range s.doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, resp := range op.Responses.Map() {
				if content := resp.Value.Content[jsonMedia]; content != nil && isOld(content.Schema) {
					content.Schema = ref("error", one)
				}
			}
		}
	}
	for _, name := range old {
		delete(s.doc.Components.Schemas, name)
	}
	return nil
}

func resourceOfToken(s spec) error {
	of, err := s.schema("orgAccessTokenResource")
	if err != nil {
		return err
	}
	require(of, "type", "path", "scopes")
	return errors.Join(
		set("orgAccessTokenResource", func(p *openapi3.Schema) { p.Pattern = `^[^/]+(/[^/]+|/\*/public)?$` }, "path")(s),
		set("orgAccessTokenResource", func(p *openapi3.Schema) {
			p.Items.Value.Example, p.Items.Value.Pattern = "scope-image-pull", "^scope-"
		}, "scopes")(s))
}

// noCreator takes created_by out of the answer, not out of the schema that it shares.
func noCreator(s spec) error {
	shared, err := s.schema("orgAccessToken")
	if err != nil {
		return err
	}
	of, err := s.schema("createOrgAccessTokenResponse")
	if err != nil {
		return err
	}
	own := *shared
	own.Properties = maps.Clone(shared.Properties)
	delete(own.Properties, "created_by")
	for _, part := range of.AllOf {
		if part.Value == shared {
			part.Ref, part.Value = "", &own
		}
	}
	_, err = find(of, "created_by")
	return need(err != nil, "created_by is still there")
}

func headWithoutBody(s spec) error {
	op, err := s.operation(http.MethodHead, repo)
	if err != nil {
		return err
	}
	return need(len(op.Responses.Status(http.StatusOK).Value.Content) == 0, "it has one")
}

func resourcesRequired(s spec) error {
	of, err := s.schema("createOrgAccessTokenRequest")
	if err != nil {
		return err
	}
	require(of, "label", "resources")
	return set("createOrgAccessTokenRequest", func(p *openapi3.Schema) { p.MinItems = 1 }, "resources")(s)
}

// OrgTokens is the extension of operations that accept organization access tokens.
const OrgTokens = "x-organization-access-tokens"

func orgTokensAccepted(s spec) error {
	var problems []error
	for _, of := range []struct{ method, path string }{
		{http.MethodGet, repo + "/tags"},
		{http.MethodPatch, repo + "/immutabletags"},
		{http.MethodPost, "/v2/orgs/{org_name}/groups"},
		{http.MethodPut, group},
		{http.MethodPatch, group},
		{http.MethodDelete, group},
		{http.MethodPost, group + "/members"},
		{http.MethodPut, "/v2/orgs/{org_name}/members/{username}"},
		{http.MethodPost, "/v2/invites/bulk"},
		{http.MethodPatch, "/v2/invites/{id}/resend"},
		{http.MethodDelete, "/v2/invites/{id}"},
	} {
		op, err := s.operation(of.method, of.path)
		if err == nil {
			op.Extensions = map[string]any{OrgTokens: true}
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func pullsOrNull(s spec) error {
	if _, err := s.property("PullModel", "country"); err != nil {
		return err
	}
	return set("PullData", mayBeNull, "pulls")(s)
}
