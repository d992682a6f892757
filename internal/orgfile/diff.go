package orgfile

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"

	"github.com/hubctl/hubctl/internal/hub"
)

// The actions of a Change.
const (
	Add    = "add"
	Edit   = "change"
	Remove = "remove"
)

// A Change is one difference between the files and the organization.
type Change struct {
	Action  string `json:"action"`
	Section string `json:"section"`
	Name    string `json:"name,omitempty"`  // of the thing, such as a team
	Field   string `json:"field,omitempty"` // of the thing, such as description, members or repositories
	Item    string `json:"item,omitempty"`  // of the field, such as a member
	Old     any    `json:"old,omitempty"`
	New     any    `json:"new,omitempty"`
	Public  bool   `json:"public,omitempty"` // it makes a repository public
	Hint    string `json:"hint,omitempty"`   // why it cannot be made, and what to do
}

// A Diff has the changes that would make the organization match the files.
type Diff struct {
	Organization string   `json:"organization"`
	Changes      []Change `json:"changes"`   // in an order in which they can be made
	Unmanaged    []Change `json:"unmanaged"` // things of the organization that no file names
	Pending      []string `json:"pending"`   // people who are invited, and count as members
}

// Compare returns the differences. Things that the files do not name are only changes in
// the sections of prune. It refuses files that manage a section that was not read, or a
// label that several tokens have.
func (f *File) Compare(l *Live, prune []string) (Diff, error) {
	d := differ{live: l, prune: prune}
	d.Diff = Diff{Organization: l.Organization, Changes: []Change{}, Unmanaged: []Change{}, Pending: []string{}}
	for _, section := range Sections {
		want := f.sections[section]
		if want == nil {
			continue
		}
		if err := l.Forbidden[section]; err != nil {
			return Diff{}, fmt.Errorf("%s: %w", section, err)
		}
		for _, label := range l.Twice {
			if _, named := want[label]; named && section == orgTokens {
				return Diff{}, hub.InputError(fmt.Sprintf("%s: the organization has several tokens with the label %s: "+
					"rename or delete all but one", f.places[join(section, label)], label))
			}
		}
		have := l.sections[section]
		switch section {
		case settings, registryAccess:
			d.object(Change{Section: section}, want, have)
		case members:
			d.items(Change{Section: section}, l.named(want), have)
		default:
			d.things(section, want, have)
		}
	}
	slices.SortStableFunc(d.Changes, func(a, b Change) int { return cmp.Compare(phase(a), phase(b)) })
	return d.Diff, nil
}

// Sections returns the sections that are written.
func (f *File) Sections() []string {
	return slices.DeleteFunc(slices.Clone(Sections), func(section string) bool { return !f.Has(section) })
}

// phase is the place of a change in the order in which changes can be made: a team before
// its members, a repository before its permissions, removals last.
func phase(c Change) int {
	order := []string{
		settings, registryAccess, members, repositories, teams, teams + members, teams + repositories, orgTokens,
	}
	kind := c.Section
	if c.Item != "" && c.Section == teams {
		kind += c.Field
	}
	at := slices.Index(order, kind)
	if c.Action == Remove {
		return 2*len(order) - at // permissions before their team, and the members of the organization at the end
	}
	return at
}

// named replaces the email addresses of members with their Docker IDs.
func (l *Live) named(people tree) tree {
	t := tree{}
	for name, v := range people {
		t[l.account(name)] = v
	}
	return t
}

type differ struct {
	Diff
	live  *Live
	prune []string
}

// things compares things with a name, such as teams.
func (d *differ) things(section string, want, have tree) {
	for _, name := range names(want) {
		wanted, _ := want[name].(tree)
		c := Change{Section: section, Name: name}
		now, exists := have[name].(tree)
		if !exists {
			c.Action, c.New = Add, plain(section, wanted)
			c.Public = c.publishes()
			d.Changes = append(d.Changes, c)
			for _, field := range names(wanted) {
				if items, ok := wanted[field].(tree); ok && isItems(section, field) {
					d.items(Change{Section: section, Name: name, Field: field}, d.live.people(field, items), nil)
				}
			}
			continue
		}
		d.object(c, wanted, now)
	}
	for _, name := range names(have) {
		if _, named := want[name]; !named {
			d.extra(Change{Action: Remove, Section: section, Name: name})
		}
	}
}

// isItems reports whether a field of a thing has items that are added and removed one by one.
func isItems(section, field string) bool {
	return section == teams && (field == members || field == repositories) ||
		section == registryAccess && field == "registries"
}

// people is named for the members of a team.
func (l *Live) people(field string, items tree) tree {
	if field == members {
		return l.named(items)
	}
	return items
}

// plain returns the values of a new thing that are not items.
func plain(section string, t tree) tree {
	v := maps.Clone(t)
	maps.DeleteFunc(v, func(field string, _ any) bool { return isItems(section, field) })
	return v
}

// object compares the fields of a thing, or of a section, that are written.
func (d *differ) object(of Change, want, have tree) {
	for _, field := range ordered(of, want) {
		c := of
		c.Field = field
		value := want[field]
		now := have[field]
		if inner, ok := value.(tree); ok {
			before, _ := now.(tree)
			switch {
			case isItems(of.Section, field):
				d.items(c, d.live.people(field, inner), before)
			case of.Name == "": // restricted-images
				for _, key := range ordered(Change{Section: of.Section, Field: field}, inner) {
					d.value(Change{Section: of.Section, Field: join(field, key)}, inner[key], before[key])
				}
			default:
				d.value(c, inner, before)
			}
			continue
		}
		d.value(c, value, now)
	}
}

// ordered returns the keys of a tree in the order of the schema.
func ordered(of Change, t tree) []string {
	path := of.Section
	if of.Name != "" {
		path = join(path, "*")
	}
	if of.Field != "" {
		path = join(path, of.Field)
	}
	keys := names(t)
	slices.SortStableFunc(keys, func(a, b string) int {
		return cmp.Compare(slices.Index(order[path], a), slices.Index(order[path], b))
	})
	return keys
}

// items compares what is added and removed one by one: members with their roles, the
// members and permissions of a team, registries.
func (d *differ) items(of Change, want, have tree) {
	for _, name := range names(want) {
		c := of
		c.Item, c.New = name, want[name]
		path := join(of.Section, name)
		if of.Field != "" {
			path = join(join(join(of.Section, of.Name), of.Field), name)
		}
		now, exists := have[name]
		switch {
		case d.live.pending[path]:
			if of.Field == "" {
				d.Pending = append(d.Pending, name)
			}
		case d.live.pending[join(members, name)] && of.Field == members && !exists:
			d.Pending = append(d.Pending, name+" (team "+of.Name+")")
		case !exists:
			c.Action = Add
			d.Changes = append(d.Changes, c)
		default:
			d.value(c, want[name], now)
		}
	}
	for _, name := range names(have) {
		if _, named := want[name]; !named {
			c := of
			c.Action, c.Item, c.Old = Remove, name, have[name]
			d.extra(c)
		}
	}
}

// value compares a single value.
func (d *differ) value(c Change, want, have any) {
	if reflect.DeepEqual(want, have) {
		return
	}
	c.Action, c.Old, c.New = Edit, have, want
	c.Public = c.publishes()
	if c.Section == orgTokens && c.Field == "expires" {
		c.Hint = fmt.Sprintf("the expiry of a token cannot be changed: replace the token with "+
			"hubctl org-tokens rotate --org %s %s", d.Organization, c.Name)
	}
	d.Changes = append(d.Changes, c)
}

// publishes reports whether the change makes a repository public.
func (c Change) publishes() bool {
	return c.Section == repositories && c.Action != Remove &&
		(c.Field == "private" && c.New == false || c.Field == "" && fieldsOf(c.New)["private"] == false)
}

// extra is a thing that no file names.
func (d *differ) extra(c Change) {
	if slices.Contains(d.prune, c.Section) {
		d.Changes = append(d.Changes, c)
		return
	}
	d.Unmanaged = append(d.Unmanaged, c)
}

func names(t tree) []string { return slices.Sorted(maps.Keys(t)) }

// title names the thing of a change.
func (c Change) title() string {
	noun := map[string]string{
		settings: "settings", registryAccess: "registry access", members: "member", teams: "team",
		repositories: "repository", orgTokens: "token",
	}[c.Section]
	text := noun
	if c.Name != "" {
		text += " " + word(c.Name)
	}
	if c.Section == members {
		return text + " " + word(c.Item)
	}
	if c.Field != "" {
		field := c.Field
		if c.Item != "" {
			field = strings.TrimSuffix(strings.Replace(field, "ies", "y", 1), "s")
		}
		text += ": " + field
	}
	if c.Item != "" {
		text += " " + word(c.Item)
	}
	return text
}

// word returns a text unchanged if it is one plain word, or else in quotes, so that a text
// of the server cannot look like another line.
func word(s string) string {
	plain := func(r rune) bool { return unicode.IsPrint(r) && r != ' ' && r != '"' }
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// isText reports whether a change is shown as a difference of lines.
func (c Change) isText() bool {
	long := func(v any) bool { s, ok := v.(string); return ok && (strings.Contains(s, "\n") || len(s) > 60) }
	return c.Field == "readme" || c.Field == "description" && (long(c.Old) || long(c.New))
}

// Line describes the change in a line.
func (c Change) Line() string {
	sign := map[string]string{Add: "+", Edit: "~", Remove: "-"}[c.Action]
	text := sign + " " + c.title()
	switch {
	case c.Action == Edit && c.isText():
	case c.Action == Edit:
		text += " " + format(c.Old) + " -> " + format(c.New)
	case c.Action == Add && c.Item == "":
		if t, ok := c.New.(tree); ok && len(t) > 0 {
			var parts []string
			for _, field := range ordered(Change{Section: c.Section, Name: "*"}, t) {
				if field == "readme" {
					parts = append(parts, "with a README")
					continue
				}
				parts = append(parts, field+" "+format(t[field]))
			}
			text += " (" + strings.Join(parts, ", ") + ")"
		}
	case c.Item != "" && c.Field != members:
		text += " (" + format(cmp.Or(c.New, c.Old)) + ")"
	}
	if c.Public {
		text += "   PUBLIC"
	}
	return text
}

// Lines returns the difference of a text, or "".
func (c Change) Lines() string {
	if c.Action != Edit || !c.isText() {
		return ""
	}
	before, _ := c.Old.(string)
	after, _ := c.New.(string)
	end := func(s string) string { return strings.TrimSuffix(s, "\n") + "\n" }
	return udiff.Unified("on Docker Hub", "in the file", end(before), end(after))
}

// format formats a value.
func format(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case string:
		return word(v)
	case []string:
		words := make([]string, len(v))
		for i, s := range v {
			words[i] = word(s)
		}
		return "[" + strings.Join(words, ", ") + "]"
	case tree:
		var parts []string
		for _, key := range names(v) {
			parts = append(parts, key+": "+format(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
