package orgfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ReadmePath is the path of a repository's README, relative to the exported file.
func ReadmePath(repository string) string { return "readmes/" + repository + ".md" }

// Readmes returns the READMEs that are not empty, by repository.
func (l *Live) Readmes() map[string]string {
	all := map[string]string{}
	for name, v := range l.sections[repositories] {
		if text, _ := fieldsOf(v)["readme"].(string); text != "" {
			all[name] = text
		}
	}
	return all
}

// Document returns the organization as a file says it, for output as JSON.
func (l *Live) Document(withReadmes bool) map[string]any {
	doc := map[string]any{"version": 1, "organization": l.Organization}
	for section, t := range l.sections {
		doc[section] = l.written(section, t, withReadmes)
	}
	return doc
}

// written returns a section in the form of a file.
func (l *Live) written(section string, t tree, withReadmes bool) tree {
	out := tree{}
	for name, v := range t {
		thing, ok := v.(tree)
		if !ok || section == settings || section == registryAccess {
			out[name] = v
			continue
		}
		fields := tree{}
		for field, v := range thing {
			switch {
			case field == "readme":
				if withReadmes && v != "" {
					fields[field] = ReadmePath(name)
				}
			case field == "role" && v == "": // no role
			case field == members:
				fields[field] = append([]string{}, names(fieldsOf(v))...)
			default:
				fields[field] = v
			}
		}
		out[name] = fields
	}
	return out
}

// YAML returns the organization as a file. Its first line tells editors where the schema is.
func (l *Live) YAML(withReadmes bool) ([]byte, error) {
	doc := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value *yaml.Node, comment string) {
		k := scalar(key)
		k.HeadComment = comment
		doc.Content = append(doc.Content, k, value)
	}
	add("version", scalar(1), "")
	add("organization", scalar(l.Organization), "")
	for _, section := range Sections {
		if err := l.Forbidden[section]; err != nil {
			last := doc.Content[len(doc.Content)-2]
			last.FootComment += "\n# " + section + " is left out: this session may not read it"
			last.FootComment = strings.TrimPrefix(last.FootComment, "\n")
			continue
		}
		t, read := l.sections[section]
		if !read {
			continue
		}
		comment := ""
		if section == orgTokens && len(l.Twice) > 0 {
			comment = fmt.Sprintf("# left out, because several tokens have the label: %q", l.Twice)
		}
		value := l.node(section, section, l.written(section, t, withReadmes))
		add(section, value, comment)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", SchemaURL)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(doc)
	return b.Bytes(), err
}

// node converts a value at a path of the schema.
func (l *Live) node(section, path string, v any) *yaml.Node {
	switch v := v.(type) {
	case tree:
		n := &yaml.Node{Kind: yaml.MappingNode}
		keys := names(v)
		if fields, known := order[path]; known {
			keys = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { _, ok := v[f]; return !ok })
		}
		if len(keys) == 0 || strings.HasSuffix(path, ".immutable-tags") {
			n.Style = yaml.FlowStyle
		}
		for _, key := range keys {
			child := join(path, key)
			if path == section && section != settings && section != registryAccess {
				child = join(path, "*")
			}
			value := l.node(section, child, v[key])
			if section == members && l.pending[join(members, key)] {
				value.LineComment = "# invited"
			}
			n.Content = append(n.Content, scalar(key), value)
		}
		return n
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if len(v) == 0 || strings.HasSuffix(path, "."+members) || strings.HasSuffix(path, ".categories") {
			n.Style = yaml.FlowStyle
		}
		for _, item := range v {
			n.Content = append(n.Content, scalar(item))
		}
		return n
	}
	return scalar(v)
}

// scalar returns the node of a value, quoted where necessary.
func scalar(v any) *yaml.Node {
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		panic(err) // texts, numbers and truths can always be encoded
	}
	return &n
}
