package sandbox

import "github.com/getkin/kin-openapi/openapi3"

// publishedLater adds to an OpenAPI file what Docker has published since: the copy that
// the tests get may be older.
func publishedLater(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	property := func(schema, name string, set func(*openapi3.Schema)) {
		if s := schemas[schema]; s != nil {
			if p := propertiesOf(s.Value)[name]; p != nil {
				set(p)
			}
		}
	}
	// Teams have a role: a core role, the name of a custom role, or null.
	if s := schemas["org_group"]; s != nil {
		s.Value.Properties["role"] = openapi3.NewStringSchema().WithNullable().NewRef()
	}
	// Members may have a custom role.
	property("org_member", "role", func(s *openapi3.Schema) { s.Enum = nil })
	// Not published, but reported: a locked repository.
	for _, schema := range []string{"repository_list_entry", "repository_info"} {
		property(schema, "status_description", func(s *openapi3.Schema) {
			if s.Enum != nil {
				s.Enum = append(s.Enum, locked.text)
			}
		})
	}
	// SCIM's lists are named Resources.
	for _, path := range []string{"ResourceTypes", "Schemas", "Users"} {
		if item := doc.Paths.Value("/v2/scim/2.0/" + path); item != nil {
			list := item.Get.Responses.Status(200).Value.Content.Get("application/scim+json").Schema.Value
			if old := list.Properties["resources"]; old != nil {
				delete(list.Properties, "resources")
				list.Properties["Resources"] = old
			}
		}
	}
	// SCIM's authentication schemes are a list.
	property("scim_service_provider_config", "authenticationSchemes", func(s *openapi3.Schema) {
		if s.Type.Is(openapi3.TypeObject) {
			one := *s
			*s = *openapi3.NewArraySchema().WithItems(&one)
		}
	})
}
