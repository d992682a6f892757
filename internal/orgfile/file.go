// Package orgfile describes an organization in files: it writes them from the
// organization, reads and checks them, and finds the differences.
package orgfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/internal/markdown"
	"github.com/hubctl/hubctl/internal/resource"
)

// The sections of a file.
const (
	settings       = "settings"
	registryAccess = "registry-access"
	members        = "members"
	teams          = "teams"
	repositories   = "repositories"
	orgTokens      = "org-tokens"
)

// Sections are the sections of a file, in order.
var Sections = []string{settings, registryAccess, members, teams, repositories, orgTokens}

// A tree has the values of a section by name: a tree, a boolean, a string or a
// list of strings. The members of a team are a tree whose values are true.
type tree = map[string]any

// fieldsOf returns the fields of a thing.
func fieldsOf(thing any) tree {
	t, _ := thing.(tree)
	return t
}

// A File is the content of one or several files.
type File struct {
	Organization string
	sections     map[string]tree
	places       map[string]Place  // by path, such as teams.qa.role
	readmes      map[string]string // paths of READMEs, by repository
}

// Has reports whether a section is written.
func (f *File) Has(section string) bool { return f.sections[section] != nil }

// Place returns where a path such as teams.qa.role is written.
func (f *File) Place(path string) Place { return f.places[path] }

// Read reads files, and the .yaml and .yml files of folders, as one. The name - stands for
// stdin. Everything that is wrong is in the error, with its place.
func Read(names []string, stdin func() ([]byte, error)) (*File, error) {
	f := &File{sections: map[string]tree{}, places: map[string]Place{}, readmes: map[string]string{}}
	var all []string
	for _, name := range names {
		found, err := expand(name)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	var wrong Errors
	versions := 0
	for _, name := range all {
		read := func() ([]byte, error) { return os.ReadFile(name) }
		if name == "-" {
			read, name = stdin, "standard input"
		}
		b, err := read()
		if err != nil {
			return nil, err
		}
		doc, err := parse(name, b)
		if err != nil {
			return nil, err
		}
		if doc == nil {
			continue
		}
		bad := check(name, doc, parsedSchema(), "")
		if bad == nil {
			bad = f.add(name, doc)
		}
		wrong = append(wrong, bad...)
		if _, ok := f.places["version"]; ok {
			versions++
		}
	}
	switch {
	case len(wrong) > 0:
		return nil, wrong.orNil()
	case versions == 0:
		return nil, fmt.Errorf("%s: missing version: begin the file with version: 1", strings.Join(names, ", "))
	case f.Organization == "":
		return nil, fmt.Errorf("%s: missing organization: add organization: NAME", strings.Join(names, ", "))
	}
	return f, f.normalize().orNil()
}

// expand returns the files of a folder, or the name itself.
func expand(name string) ([]string, error) {
	info, err := os.Stat(name)
	if name == "-" || err == nil && !info.IsDir() {
		return []string{name}, nil
	}
	if err != nil {
		return nil, err
	}
	var all []string
	entries, err := os.ReadDir(name)
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			all = append(all, filepath.Join(name, e.Name()))
		}
	}
	if err == nil && all == nil {
		err = fmt.Errorf("%s has no .yaml file", name)
	}
	return all, err
}

// parse returns the only document of a file; nil = it is empty.
func parse(name string, b []byte) (*yaml.Node, error) {
	var n yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	err := d.Decode(&n)
	if errors.Is(err, io.EOF) {
		return nil, nil //nolint:nilnil // there is no document
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: expected one document", name)
	}
	if len(n.Content) == 0 || isNull(n.Content[0]) {
		return nil, nil //nolint:nilnil // likewise
	}
	return n.Content[0], nil
}

// add merges a document that matches the schema.
func (f *File) add(name string, doc *yaml.Node) (wrong Errors) {
	twice := func(path string, at *yaml.Node) bool {
		first, ok := f.places[path]
		if ok {
			wrong = append(wrong, &PlaceError{
				Place{name, at.Line, at.Column}, fmt.Sprintf("%s is given twice, first in %s", path, first),
			})
		}
		return ok
	}
	for key, value := range pairs(doc) {
		at := Place{name, key.Line, key.Column}
		switch section := key.Value; section {
		case "version":
			f.places[section] = at
		case "organization":
			if f.Organization != "" && f.Organization != value.Value {
				wrong = append(wrong, &PlaceError{at, fmt.Sprintf("the organization is %s here, and %s in %s", value.Value,
					f.Organization, f.places[section])})
			}
			f.Organization, f.places[section] = value.Value, at
		default:
			if f.sections[section] == nil {
				f.sections[section] = tree{}
			}
			for key, value := range pairs(value) {
				path := join(section, key.Value)
				if twice(path, key) {
					continue
				}
				f.sections[section][key.Value] = f.value(name, value, path)
				f.places[path] = Place{name, key.Line, key.Column}
			}
		}
	}
	return wrong
}

// value converts a node to a tree, and remembers the places in it.
func (f *File) value(file string, n *yaml.Node, path string) any {
	f.places[path] = Place{file, n.Line, n.Column}
	switch n.Kind {
	case yaml.MappingNode:
		t := tree{}
		for key, value := range pairs(n) {
			t[key.Value] = f.value(file, value, join(path, key.Value))
			f.places[join(path, key.Value)] = Place{file, key.Line, key.Column}
		}
		return t
	case yaml.SequenceNode:
		list := []string{}
		for _, item := range n.Content {
			list = append(list, item.Value)
		}
		return list
	case yaml.DocumentNode, yaml.AliasNode, yaml.ScalarNode:
	}
	if isNull(n) {
		return tree{}
	}
	if n.Tag == "!!bool" {
		return strings.EqualFold(n.Value, "true")
	}
	return n.Value
}

// pairs yields the keys and values of a mapping.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// normalize brings values into the form in which they are compared, and reads READMEs.
func (f *File) normalize() (wrong Errors) {
	bad := func(path string, err error) {
		wrong = append(wrong, &PlaceError{f.places[path], path + ": " + err.Error()})
	}
	for name, role := range f.sections[members] {
		f.sections[members][name] = lower(role)
	}
	for _, v := range f.sections[teams] {
		t := fieldsOf(v)
		if list, ok := t[members].([]string); ok {
			t[members] = setOf(list)
		}
		if role, ok := t["role"]; ok {
			t["role"] = lower(role)
		}
	}
	for name, v := range f.sections[repositories] {
		path := join(repositories, name)
		r := fieldsOf(v)
		if list, ok := r["categories"].([]string); ok {
			slices.Sort(list)
		}
		if immutable, ok := r["immutable-tags"].(tree); ok && immutable["rules"] == nil {
			immutable["rules"] = []string{}
		}
		if readme, ok := r["readme"].(string); ok {
			file := f.places[join(path, "readme")].File
			at := filepath.Join(filepath.Dir(file), filepath.FromSlash(readme))
			b, err := os.ReadFile(at)
			if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
				err = fmt.Errorf("%s: %w", at, pathErr.Err)
			}
			if err != nil {
				bad(join(path, "readme"), err)
			}
			r["readme"], f.readmes[name] = markdown.Normalize(string(b)), at
		}
	}
	for label, v := range f.sections[orgTokens] {
		path := join(orgTokens, label)
		t := fieldsOf(v)
		if list, ok := t["resources"].([]string); ok {
			for i, text := range list {
				r, err := resource.Parse(text, f.Organization)
				if err != nil {
					bad(join(path, "resources"), err)
					continue
				}
				list[i] = formatResource(r)
			}
			slices.Sort(list)
		}
		if text, ok := t["expires"].(string); ok && text != never {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				bad(join(path, "expires"), errors.New("expected a time such as 2027-01-31T00:00:00Z, or never"))
				continue
			}
			t["expires"] = at.UTC().Format(time.RFC3339)
		}
	}
	return wrong
}

// never is the expiry of a token that does not expire.
const never = "never"

// lower returns a text in lower case.
func lower(v any) string {
	s, _ := v.(string)
	return strings.ToLower(s)
}

func setOf(list []string) tree {
	t := tree{}
	for _, name := range list {
		t[strings.ToLower(name)] = true
	}
	return t
}
