package orgfile

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Update returns a file with its values replaced by those of the organization. Comments
// and the order stay. What the organization does not have is removed, and nothing is
// added. READMEs that differ are returned by the path of their file.
func (f *File) Update(name string, b []byte, l *Live) (updated []byte, readmes map[string]string, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil, errors.New(name + " is empty")
	}
	u := updater{l, map[string]string{}}
	for key, value := range pairs(doc.Content[0]) {
		section := key.Value
		have, read := l.sections[section]
		if want := f.sections[section]; want != nil && read {
			u.section(section, value, want, have)
			for repository, path := range f.readmes {
				now, ok := have[repository].(tree)
				if section == repositories && ok && fieldsOf(want[repository])["readme"] != now["readme"] {
					u.readmes[path], _ = now["readme"].(string)
				}
			}
		}
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	err = e.Encode(&doc)
	return out.Bytes(), u.readmes, err
}

type updater struct {
	l       *Live
	readmes map[string]string
}

// section updates the node of a section.
func (u updater) section(section string, n *yaml.Node, want, have tree) {
	switch section {
	case settings, registryAccess:
		u.object(section, section, n, want, have, false)
	case members:
		u.object(section, section, n, want, have, true)
	default:
		u.keep(n, func(name string) bool { return have[name] != nil })
		for key, value := range pairs(n) {
			wanted, _ := want[key.Value].(tree)
			now, _ := have[key.Value].(tree)
			u.object(section, join(section, "*"), value, wanted, now, false)
		}
	}
}

// object updates the keys of a mapping. Those of items are removed if they are gone.
func (u updater) object(section, path string, n *yaml.Node, want, have tree, items bool) {
	account := func(name string) string {
		if section == members {
			return u.l.account(name)
		}
		return name
	}
	if items {
		u.keep(n, func(name string) bool { return have[account(name)] != nil })
	}
	for key, value := range pairs(n) {
		name := key.Value
		wanted, now := want[name], have[account(name)]
		inner, nested := wanted.(tree)
		below, sub := now.(tree)
		switch {
		case name == "readme", now == nil, reflect.DeepEqual(wanted, now):
		case section == members && u.l.pending[join(members, account(name))]:
		case section == teams && name == members:
			u.members(value, now)
		case nested && sub:
			u.object(section, join(path, name), value, inner, below, isItems(section, name))
		default:
			fresh := u.l.node(section, join(path, name), now)
			fresh.LineComment, fresh.HeadComment, fresh.FootComment = value.LineComment, value.HeadComment, value.FootComment
			*value = *fresh
		}
	}
}

// members removes the members that a team does not have any more.
func (u updater) members(n *yaml.Node, now any) {
	in, _ := now.(tree)
	n.Content = slices.DeleteFunc(n.Content, func(item *yaml.Node) bool {
		name := u.l.account(item.Value)
		return in[name] == nil && !u.l.pending[join(members, name)]
	})
}

// keep removes the keys of a mapping that do not satisfy has.
func (updater) keep(n *yaml.Node, has func(name string) bool) {
	var left []*yaml.Node
	for key, value := range pairs(n) {
		if has(key.Value) {
			left = append(left, key, value)
		}
	}
	if n.Kind == yaml.MappingNode {
		n.Content = left
	}
}
