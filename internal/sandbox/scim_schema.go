package sandbox

import "net/http"

func getSCIMConfig(c *call) error {
	type feature struct {
		Supported bool `json:"supported"`
	}
	return c.scim(http.StatusOK, map[string]any{
		"schemas":          []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"documentationUri": "",
		"patch":            feature{true}, // as published, although no operation is
		"changePassword":   feature{}, "etag": feature{}, "sort": feature{true},
		"bulk":   map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter": map[string]any{"supported": true, "maxResults": 200},
		"authenticationSchemes": []map[string]string{{
			"name": "OAuth 2.0 Bearer Token", "type": "oauthbearertoken", "specUri": "http://tools.ietf.org/html/rfc6750",
			"description": "The OAuth 2.0 Bearer Token Authentication scheme.",
		}},
	})
}

type resourceType struct {
	Schemas     []string `json:"schemas"`
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Endpoint    string   `json:"endpoint"`
	Schema      string   `json:"schema"`
}

func userResource() resourceType {
	return resourceType{
		[]string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
		"User", "User", "User", "/Users", scimUserSchema,
	}
}

func listResourceTypes(c *call) error {
	return c.scim(http.StatusOK, scimList{Schemas: scimListSchema, Total: 1, Rows: []resourceType{userResource()}})
}

func getResourceType(c *call) error {
	if c.PathValue("name") != userResource().Name {
		return scimFault(http.StatusNotFound, "", "Resource type not found")
	}
	return c.scim(http.StatusOK, userResource())
}

type userSchema struct {
	Schemas     []string     `json:"schemas"`
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Attributes  []schemaPart `json:"attributes"`
}

type schemaPart struct {
	Name        string       `json:"name"`
	Type        string       `json:"type"`
	Multi       bool         `json:"multiValued"`
	Description string       `json:"description"`
	Required    bool         `json:"required"`
	CaseExact   bool         `json:"caseExact"`
	Mutability  string       `json:"mutability"`
	Returned    string       `json:"returned"`
	Uniqueness  string       `json:"uniqueness"`
	Parts       []schemaPart `json:"subAttributes,omitempty"`
}

func part(name, kind, about string, parts ...schemaPart) schemaPart {
	return schemaPart{
		Name: name, Type: kind, Description: about, Mutability: "readWrite", Returned: "default",
		Uniqueness: "none", Parts: parts,
	}
}

func newUserSchema() userSchema {
	userName := part("userName", "string", "The user's email address.")
	userName.Required, userName.Uniqueness = true, "server"
	emails := part("emails", "complex", "The user's email addresses.", part("value", "string", "The address."),
		part("primary", "boolean", "Whether it is the main one."))
	groups := part("groups", "complex", "The teams that the user is in.", part("value", "string", "The name of the team."))
	displayName := part("displayName", "string", "The user's Docker ID.")
	groups.Mutability, displayName.Mutability = "readOnly", "readOnly"
	emails.Multi, groups.Multi = true, true
	return userSchema{
		[]string{"urn:ietf:params:scim:schemas:core:2.0:Schema"},
		scimUserSchema, "User", "User Account",
		[]schemaPart{
			userName,
			part("name", "complex", "The user's name.", part("givenName", "string", "The first name."),
				part("familyName", "string", "The last name.")),
			displayName, part("active", "boolean", "Whether the user is active."), emails, groups,
		},
	}
}

func listSchemas(c *call) error {
	return c.scim(http.StatusOK, scimList{Schemas: scimListSchema, Total: 1, Rows: []userSchema{newUserSchema()}})
}

func getSchema(c *call) error {
	if c.PathValue("id") != scimUserSchema {
		return scimFault(http.StatusNotFound, "", "Schema not found")
	}
	return c.scim(http.StatusOK, newUserSchema())
}
