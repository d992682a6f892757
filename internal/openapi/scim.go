package openapi

import (
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
)

func scimResources(s spec) error {
	for _, path := range []string{"Users", "ResourceTypes", "Schemas"} {
		content, err := s.answer(http.MethodGet, scim+path, http.StatusOK, scimMedia)
		if err != nil {
			return err
		}
		rows, err := find(content.Schema.Value, "resources")
		if err != nil {
			return err
		}
		delete(content.Schema.Value.Properties, "resources")
		content.Schema.Value.Properties["Resources"] = rows.NewRef()
		require(content.Schema.Value, "Resources")
	}
	return nil
}

func scimPut(s spec) error {
	body, err := s.body(http.MethodPut, scim+"Users/{id}")
	if err != nil {
		return err
	}
	name, err := s.schema("scim_user_username")
	if err != nil {
		return err
	}
	require(body, "schemas", "userName")
	body.Properties["userName"] = ref("scim_user_username", name)
	delete(body.Properties, "enabled")
	body.Properties["active"] = openapi3.NewBoolSchema().WithDefault(false).NewRef()
	return nil
}

// scimConfig takes the examples for the values: the answer is a constant.
func scimConfig(s spec) error {
	schemes, err := s.property("scim_service_provider_config", "authenticationSchemes")
	if err != nil {
		return err
	}
	one := *schemes
	*schemes = *openapi3.NewArraySchema().WithItems(&one)
	for name, field := range map[string]struct {
		name  string
		value any
	}{"patch": {"supported", true}, "filter": {"maxResults", float64(200)}} {
		part, err := s.property("scim_service_provider_config", name)
		if err != nil {
			return err
		}
		p, err := find(part, field.name)
		if err != nil {
			return err
		}
		p.Example, p.Enum = field.value, []any{field.value}
	}
	return nil
}

func scimSecurity(s spec) error {
	schemes := s.doc.Components.SecuritySchemes
	old := schemes["bearerSCIMAuth"]
	if err := need(old != nil, "no bearerSCIMAuth"); err != nil {
		return err
	}
	delete(schemes, "bearerSCIMAuth")
	schemes["scimToken"] = old
	for _, item := range s.doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.Security == nil {
				continue
			}
			for i, requirement := range *op.Security {
				if scopes, ok := requirement["bearerSCIMAuth"]; ok {
					(*op.Security)[i] = openapi3.SecurityRequirement{"scimToken": scopes}
				}
			}
		}
	}
	return nil
}
