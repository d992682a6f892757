package sandbox

import "github.com/getkin/kin-openapi/openapi3"

// reported adds to an OpenAPI file what users have reported.
func reported(doc *openapi3.T) {
	add := func(schema, name string, set func(*openapi3.Schema)) {
		if s := doc.Components.Schemas[schema]; s != nil {
			if p := propertiesOf(s.Value)[name]; p != nil {
				set(p)
			}
		}
	}
	for _, schema := range []string{"repository_list_entry", "repository_info"} {
		add(schema, "status_description", func(s *openapi3.Schema) {
			if s.Enum != nil {
				s.Enum = append(s.Enum, locked.text)
			}
		})
	}
}
