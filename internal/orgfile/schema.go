package orgfile

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v3"
)

// Schema is the JSON Schema of files, the only place that defines their keys.
//
//go:embed schema.json
var Schema []byte

// SchemaURL is the address of Schema, for editors.
const SchemaURL = "https://raw.githubusercontent.com/hubctl/hubctl/main/internal/orgfile/schema.json"

var parsedSchema = sync.OnceValue(func() *jsonschema.Schema {
	var s jsonschema.Schema
	if err := json.Unmarshal(Schema, &s); err != nil {
		panic(err) // it is part of the program
	}
	return &s
})

// order lists the keys of Schema in the order in which they are written there, by the path
// of their object, where * stands for the name of a thing.
var order = map[string][]string{
	"":                              append([]string{"version", "organization"}, Sections...),
	"settings.restricted-images":    {"enabled", "allow-official-images", "allow-verified-publishers"},
	"registry-access":               {"enabled", "registries"},
	"teams.*":                       {"description", "role", "members", "repositories"},
	"repositories.*":                {"description", "private", "categories", "immutable-tags", "readme"},
	"repositories.*.immutable-tags": {"enabled", "rules"},
	"org-tokens.*":                  {"resources", "expires", "active"},
}

// A Place is a position in a file.
type Place struct {
	File         string
	Line, Column int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// A PlaceError is something wrong in a file.
type PlaceError struct {
	Place
	Text string
}

func (e *PlaceError) Error() string { return e.String() + ": " + e.Text }

// Errors are everything that is wrong in files, in the order of their lines.
type Errors []*PlaceError

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}

// orNil sorts the errors; nil = there are none.
func (e Errors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *PlaceError) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return e
}

// check returns everything that does not match the schema in a node of a file.
func check(file string, n *yaml.Node, s *jsonschema.Schema, path string) (wrong Errors) {
	bad := func(at *yaml.Node, format string, args ...any) {
		wrong = append(wrong, &PlaceError{Place{file, at.Line, at.Column}, fmt.Sprintf(format, args...)})
	}
	if n.Kind == yaml.AliasNode {
		bad(n, "aliases (*%s) are not supported: write the value", n.Value)
		return wrong
	}
	if s.Type == "object" && n.Kind == yaml.MappingNode {
		seen := map[string]*yaml.Node{}
		for i := 0; i < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			name := key.Value
			if first := seen[name]; first != nil {
				bad(key, "%s is given twice, first in line %d", join(path, name), first.Line)
				continue
			}
			seen[name] = key
			child := s.Properties[name]
			if child == nil && s.Properties == nil {
				child = s.AdditionalProperties
			}
			switch {
			case child == nil:
				bad(key, "unknown key %q; the keys of %s are: %s", name, orFile(path),
					strings.Join(slices.Sorted(maps.Keys(s.Properties)), ", "))
			case name == "":
				bad(key, "%s has an empty name", path)
			case isNull(value) && child.Type == "object": // nothing is written
			default:
				wrong = append(wrong, check(file, value, child, join(path, name))...)
			}
		}
		for _, name := range s.Required {
			if seen[name] == nil {
				bad(n, "%s has no key %q", orFile(path), name)
			}
		}
		return wrong
	}
	if alias := aliasIn(n); alias != nil {
		bad(alias, "aliases (*%s) are not supported: write the value", alias.Value)
		return wrong
	}
	var v any
	err := n.Decode(&v)
	if err == nil {
		err = valid(s, v)
	}
	if err != nil {
		bad(n, "%s: %s", orFile(path), explain(s, err))
	}
	return wrong
}

// valid validates a value by a part of the schema.
func valid(s *jsonschema.Schema, v any) error {
	r, err := s.CloneSchemas().Resolve(nil)
	if err == nil {
		err = r.Validate(v)
	}
	return err
}

// explain says what the schema expects, in the words of people.
func explain(s *jsonschema.Schema, err error) string {
	kinds := map[string]string{
		"object": "keys and values", "array": "a list", "boolean": "true or false", "string": "text",
	}
	text := err.Error()
	switch {
	case s.Enum != nil:
		all := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			all[i] = fmt.Sprint(v)
		}
		return "expected " + strings.Join(all, ", ")
	case strings.Contains(text, "uniqueItems"):
		return "an item is given twice"
	case s.MaxItems != nil && strings.Contains(text, "maxItems"):
		return fmt.Sprintf("expected at most %d items", *s.MaxItems)
	case strings.Contains(text, "minLength"):
		return "expected a text that is not empty"
	case s.Items != nil && !strings.Contains(text, `want "array"`):
		return "expected a list of texts"
	}
	return "expected " + kinds[s.Type]
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// aliasIn returns an alias in a value, which could lead back to the value itself, or nil.
func aliasIn(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n
	}
	for _, c := range n.Content {
		if alias := aliasIn(c); alias != nil {
			return alias
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func orFile(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}
