package openapi

import (
	"errors"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// A spec is an OpenAPI file being changed.
type spec struct{ doc *openapi3.T }

func (s spec) isPublisher() bool { return s.doc.Components.Schemas["PullData"] != nil }

// isUsage reports whether the file is that of usage reports, which no change concerns.
func (s spec) isUsage() bool { return s.doc.Paths.Value("/orgs/{org}/reports") != nil }

func (s spec) schema(name string) (*openapi3.Schema, error) {
	if ref := s.doc.Components.Schemas[name]; ref != nil {
		return ref.Value, nil
	}
	return nil, fmt.Errorf("no schema %s", name)
}

// property returns a property of a schema of the file, or of a part of it.
func (s spec) property(schema, name string) (*openapi3.Schema, error) {
	of, err := s.schema(schema)
	if err != nil {
		return nil, err
	}
	return find(of, name)
}

func find(of *openapi3.Schema, name string) (*openapi3.Schema, error) {
	if p := of.Properties[name]; p != nil {
		return p.Value, nil
	}
	for _, part := range of.AllOf {
		if p, err := find(part.Value, name); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no property %s", name)
}

func (s spec) operation(method, path string) (*openapi3.Operation, error) {
	if item := s.doc.Paths.Value(path); item != nil {
		if op := item.GetOperation(method); op != nil {
			return op, nil
		}
	}
	return nil, fmt.Errorf("no operation %s %s", method, path)
}

// answer returns the content of an answer in the first of the media types that it has.
func (s spec) answer(method, path string, status int, media ...string) (*openapi3.MediaType, error) {
	op, err := s.operation(method, path)
	if err != nil {
		return nil, err
	}
	if resp := op.Responses.Status(status); resp != nil {
		for _, m := range media {
			if content := resp.Value.Content[m]; content != nil {
				return content, nil
			}
		}
	}
	return nil, fmt.Errorf("%s %s has no answer %d in %v", method, path, status, media)
}

// body returns the schema of a request's body.
func (s spec) body(method, path string) (*openapi3.Schema, error) {
	op, err := s.operation(method, path)
	if err != nil {
		return nil, err
	}
	if op.RequestBody != nil {
		for _, content := range op.RequestBody.Value.Content {
			return content.Schema.Value, nil
		}
	}
	return nil, fmt.Errorf("%s %s has no body", method, path)
}

// need is an error if the file is not as it has to be.
func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// set returns a change of properties of a schema.
func set(schema string, edit func(*openapi3.Schema), names ...string) func(spec) error {
	return func(s spec) error {
		var problems []error
		for _, name := range names {
			p, err := s.property(schema, name)
			if err == nil {
				edit(p)
			}
			problems = append(problems, err)
		}
		return errors.Join(problems...)
	}
}

func mayBeNull(p *openapi3.Schema) { p.Nullable = true }

func ref(name string, of *openapi3.Schema) *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("#/components/schemas/"+name, of)
}

// require makes properties of an object required.
func require(of *openapi3.Schema, names ...string) {
	for _, name := range names {
		if !slices.Contains(of.Required, name) {
			of.Required = append(of.Required, name)
		}
	}
}
