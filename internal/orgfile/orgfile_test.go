package orgfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/markdown"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// demo returns the sandbox's organization.
func demo(t *testing.T) *Live {
	t.Helper()
	hub := sandbox.New(sandbox.Options{})
	c, err := dockerhub.New(dockerhub.Options{
		URL: "https://hub.example", Transport: hub,
		Token: func(context.Context, string) (string, error) { return hub.Session(sandbox.DemoUser), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Reader{c, 6}.Read(t.Context(), sandbox.DemoOrg, Sections)
	if err != nil || len(l.Forbidden) > 0 {
		t.Fatal(err, l.Forbidden)
	}
	return l
}

// random returns an organization with everything that a file can say.
func random(r *rand.Rand) *Live {
	text := func() string {
		return []string{"", "x", "two words", "a: b", "#1", "'quoted'", "yes", "1.0", "null", "line\nbreak\n", "ü\u2028", "- item", strings.Repeat("long ", 20)}[r.IntN(13)]
	}
	flag := func() bool { return r.IntN(2) == 0 }
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	some := func(prefix string) []string {
		all := []string{}
		for i := range r.IntN(5) {
			all = append(all, fmt.Sprint(prefix, i))
		}
		return all
	}
	l := &Live{Organization: "acme", Forbidden: map[string]error{}, pending: map[string]bool{}, accounts: map[string]string{}}
	people, allTeams, repos, tokens, registries := tree{}, tree{}, tree{}, tree{}, tree{}
	for _, name := range some("user") {
		people[name] = pick("owner", "editor", "member", "release manager")
		l.accounts[name+"@example.com"] = name
	}
	if flag() {
		people["new@example.com"] = invited
		l.pending[join(members, "new@example.com")] = true
	}
	for _, name := range some("repo") {
		rules := []string{}
		if flag() {
			rules = []string{`^v\d`, "latest"}
		}
		repos[name] = tree{
			"description": strings.TrimSpace(text()), "private": flag(), "categories": some("cat")[:0],
			"immutable-tags": tree{"enabled": flag(), "rules": rules}, "readme": markdown.Normalize(text()),
		}
	}
	for _, name := range append(some("team"), some("yes")...) {
		in, grants := tree{}, tree{}
		for _, user := range some("user") {
			in[user] = true
		}
		for _, repo := range some("repo") {
			grants[repo] = pick("read", "write", "admin")
		}
		allTeams[name] = tree{"description": text(), "role": pick("", "editor"), members: in, repositories: grants}
	}
	for _, label := range append(some("token"), "with: colon", "null") {
		tokens[label] = tree{
			"resources": []string{"org:acme=member-read", "repo:acme/*=image-pull,image-push"},
			"expires":   pick(never, "2027-01-31T00:00:00Z"), "active": flag(),
		}
	}
	for _, name := range some("r.example") {
		registries[name] = flag()
	}
	l.sections = map[string]tree{
		settings:       {"restricted-images": tree{"enabled": flag(), "allow-official-images": flag()}},
		registryAccess: {"enabled": flag(), "registries": registries},
		members:        people, teams: allTeams, repositories: repos, orgTokens: tokens,
	}
	return l
}

// write writes an organization to a folder, and returns the path of its file.
func write(t *testing.T, l *Live) string {
	t.Helper()
	dir := t.TempDir()
	b, err := l.YAML(true)
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.YAML(true)
	if err != nil || string(again) != string(b) {
		t.Errorf("the second export differs: %v", err)
	}
	path := filepath.Join(dir, "acme.yaml")
	put(t, path, string(b))
	for name, text := range l.Readmes() {
		put(t, filepath.Join(dir, ReadmePath(name)), text)
	}
	return path
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, paths ...string) *File {
	t.Helper()
	f, err := Read(paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compare(t *testing.T, f *File, l *Live, prune ...string) Diff {
	t.Helper()
	d, err := f.Compare(l, prune)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestExportThenDiff: an exported organization does not differ from its file, in whatever
// order the file has its keys.
func TestExportThenDiff(t *testing.T) {
	t.Parallel()
	organizations := map[string]*Live{"the sandbox's": demo(t)}
	for seed := range uint64(40) {
		organizations[fmt.Sprint(seed)] = random(rand.New(rand.NewPCG(seed, 0)))
	}
	for name, l := range organizations {
		path := write(t, l)
		if d := compare(t, read(t, path), l, Sections...); len(d.Changes)+len(d.Unmanaged) > 0 {
			t.Errorf("%s: %v", name, d.Text())
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, reversed(t, b))
		if d := compare(t, read(t, path), l, Sections...); len(d.Changes) > 0 {
			t.Errorf("%s, in another order: %v", name, d.Text())
		}
		if doc, err := json.Marshal(l.Document(true)); err != nil {
			t.Error(err)
		} else if put(t, path, string(doc)); len(compare(t, read(t, path), l, Sections...).Changes) > 0 {
			t.Errorf("%s, as JSON: %v", name, compare(t, read(t, path), l, Sections...).Text())
		}
	}
}

// reversed returns a file with the keys of every mapping in the opposite order.
func reversed(t *testing.T, b []byte) string {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(b, &n); err != nil {
		t.Fatal(err)
	}
	var turn func(*yaml.Node)
	turn = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			var out []*yaml.Node
			for i := len(n.Content) - 2; i >= 0; i -= 2 {
				out = append(out, n.Content[i], n.Content[i+1])
			}
			n.Content = out
		}
		for _, c := range n.Content {
			turn(c)
		}
	}
	turn(&n)
	out, err := yaml.Marshal(&n)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

const base = `version: 1
organization: acme
settings:
  restricted-images: {enabled: false, allow-official-images: true, allow-verified-publishers: true}
registry-access:
  enabled: true
  registries: {DockerHub: true}
members: {ada: owner}
teams:
  qa: {description: Test, role: editor, members: [ada], repositories: {api: read}}
repositories:
  api: {description: API, private: true, categories: [networking], immutable-tags: {enabled: true, rules: [^v]}, readme: api.md}
org-tokens:
  ci: {resources: ["repo:acme/api=image-pull"], expires: never, active: true}
`

// live returns the organization of a file.
func live(t *testing.T, dir, text string) *Live {
	t.Helper()
	path := filepath.Join(dir, "live.yaml")
	put(t, path, text)
	f := read(t, path)
	return &Live{Organization: f.Organization, sections: f.sections}
}

// TestEachField: a change of each field of each section is shown as exactly that change.
func TestEachField(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, test := range []struct{ old, new, want string }{
		{"images: {enabled: false", "images: {enabled: true", "~ settings: restricted-images.enabled false -> true"},
		{"official-images: true", "official-images: false", "~ settings: restricted-images.allow-official-images true -> false"},
		{"publishers: true", "publishers: false", "~ settings: restricted-images.allow-verified-publishers true -> false"},
		{"access:\n  enabled: true", "access:\n  enabled: false", "~ registry access: enabled true -> false"},
		{"DockerHub: true", "DockerHub: false", "~ registry access: registry DockerHub true -> false"},
		{"{DockerHub: true}", "{DockerHub: true, ghcr.io: true}", "+ registry access: registry ghcr.io (true)"},
		{"ada: owner", "ada: editor", "~ member ada owner -> editor"},
		{"{ada: owner}", "{ada: owner, ben: member}", "+ member ben (member)"},
		{"description: Test", "description: Try", "~ team qa: description Test -> Try"},
		{"role: editor", "role: member", "~ team qa: role editor -> member"},
		{"members: [ada]", "members: [ada, ben]", "+ team qa: member ben"},
		{"{api: read}", "{api: write}", "~ team qa: repository api read -> write"},
		{"{api: read}", "{api: read, web: admin}", "+ team qa: repository web (admin)"},
		{"description: API", "description: Other", "~ repository api: description API -> Other"},
		{"private: true", "private: false", "~ repository api: private true -> false   PUBLIC"},
		{"[networking]", "[networking, security]", "~ repository api: categories [networking] -> [networking, security]"},
		{"{enabled: true, rules: [^v]}", "{enabled: true, rules: [^r]}", "~ repository api: immutable-tags {enabled: true, rules: [^v]} -> {enabled: true, rules: [^r]}"},
		{"api.md", "other.md", "~ repository api: readme"},
		{"=image-pull", "=image-push", "~ token ci: resources [repo:acme/api=image-pull] -> [repo:acme/api=image-push]"},
		{"expires: never", `expires: "2027-01-31T01:00:00+01:00"`, "~ token ci: expires never -> 2027-01-31T00:00:00Z"},
		{"active: true", "active: false", "~ token ci: active true -> false"},
		{"repositories:\n", "repositories:\n  web: {private: false}\n", "+ repository web (private false)   PUBLIC"},
		{"teams:\n", "teams:\n  ops: {}\n", "+ team ops"},
		{"org-tokens:\n", "org-tokens:\n  cd: {active: true}\n", "+ token cd (active true)"},
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "api.md"), "# API\n")
		put(t, filepath.Join(dir, "other.md"), "# Other\n")
		now := live(t, dir, base)
		changed := strings.Replace(base, test.old, test.new, 1)
		if changed == base {
			t.Fatalf("%q is not in the file", test.old)
		}
		put(t, filepath.Join(dir, "acme.yaml"), changed)
		d := compare(t, read(t, filepath.Join(dir, "acme.yaml")), now, Sections...)
		if len(d.Changes) != 1 || d.Changes[0].Line() != test.want {
			t.Errorf("%s: %s", test.want, d.Text())
			continue
		}
		seen[d.Changes[0].Section+" "+d.Changes[0].Field] = true

		// the other way round, what was added is extra, and removed with --prune
		was := live(t, dir, changed)
		put(t, filepath.Join(dir, "acme.yaml"), base)
		f := read(t, filepath.Join(dir, "acme.yaml"))
		if back := compare(t, f, was, Sections...); len(back.Changes) != 1 {
			t.Errorf("back from %s: %s", test.want, back.Text())
		}
		if back := compare(t, f, was); strings.HasPrefix(test.want, "+") && (len(back.Changes) != 0 || len(back.Unmanaged) != 1) {
			t.Errorf("back from %s, without --prune: %s", test.want, back.Text())
		}
	}
	// every key of the schema was changed
	for path, keys := range order {
		section, inner, _ := strings.Cut(path, ".")
		for _, key := range keys {
			field := strings.TrimPrefix(join(strings.TrimPrefix(strings.TrimPrefix(inner, "*"), "."), key), ".")
			if path != "" && !strings.HasPrefix(field, "immutable-tags.") && !seen[section+" "+field] {
				t.Errorf("no test changes %s of %s", field, section)
			}
		}
	}
}

// TestOrder: order has the keys of the schema.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := parsedSchema()
	for path, keys := range order {
		at := s
		for part := range strings.SplitSeq(path, ".") {
			switch part {
			case "":
			case "*":
				at = at.AdditionalProperties
			default:
				at = at.Properties[part]
			}
		}
		if at == nil || !slices.Equal(slices.Sorted(maps.Keys(at.Properties)), slices.Sorted(slices.Values(keys))) {
			t.Errorf("%q: the keys differ from the schema", path)
		}
	}
	if !slices.Equal(order[""][2:], Sections) {
		t.Error("the sections differ")
	}
}

// TestWrongFiles: everything that is wrong is said, with its place.
func TestWrongFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"no version":       {"organization: acme", "missing version: begin the file with version: 1"},
		"no organization":  {"version: 1", "missing organization: add organization: NAME"},
		"not YAML":         {"a: b: c", "mapping values are not allowed"},
		"two documents":    {"version: 1\n---\nversion: 1", "expected one document"},
		"a list":           {"- a", "f.yaml:1:1: the file: expected keys and values"},
		"version":          {"version: 2\norganization: a", "f.yaml:1:10: version: expected 1"},
		"unknown section":  {"version: 1\norganization: a\nteamz: {}", `f.yaml:3:1: unknown key "teamz"; the keys of the file are: members, org-tokens,`},
		"unknown key":      {"version: 1\norganization: a\nteams:\n  qa: {rol: x}", `f.yaml:4:8: unknown key "rol"; the keys of teams.qa are: description, members, repositories, role`},
		"type":             {"version: 1\norganization: a\nrepositories:\n  api:\n    private: \"yes\"", "f.yaml:5:14: repositories.api.private: expected true or false"},
		"permission":       {"version: 1\norganization: a\nteams:\n  qa: {repositories: {api: owner}}", "f.yaml:4:28: teams.qa.repositories.api: expected read, write, admin"},
		"list":             {"version: 1\norganization: a\nteams:\n  qa: {members: ada}", "f.yaml:4:17: teams.qa.members: expected a list"},
		"empty item":       {"version: 1\norganization: a\nteams:\n  qa: {members: ['']}", "f.yaml:4:17: teams.qa.members: expected a text that is not empty"},
		"twice in a list":  {"version: 1\norganization: a\nteams:\n  qa: {members: [a, a]}", "f.yaml:4:17: teams.qa.members: an item is given twice"},
		"twice":            {"version: 1\norganization: a\nteams:\n  qa: {}\n  qa: {}", "f.yaml:5:3: teams.qa is given twice, first in line 4"},
		"too many":         {"version: 1\norganization: a\nrepositories:\n  api: {categories: [a, b, c, d]}", "f.yaml:4:21: repositories.api.categories: expected at most 3 items"},
		"required":         {"version: 1\norganization: a\nrepositories:\n  api: {immutable-tags: {rules: [x]}}", `f.yaml:4:25: repositories.api.immutable-tags has no key "enabled"`},
		"no README":        {"version: 1\norganization: a\nrepositories:\n  api: {readme: none.md}", "repositories.api.readme: "},
		"bad resource":     {"version: 1\norganization: a\norg-tokens:\n  ci: {resources: [x]}", `org-tokens.ci.resources: "x" is not a resource`},
		"bad expiry":       {"version: 1\norganization: a\norg-tokens:\n  ci: {expires: soon}", "org-tokens.ci.expires: expected a time such as 2027-01-31T00:00:00Z, or never"},
		"alias":            {"version: 1\norganization: &a acme\nteams:\n  qa: {members: [*a]}", "f.yaml:4:18: aliases (*a) are not supported: write the value"},
		"alias of a team":  {"version: 1\norganization: acme\nteams:\n  qa: &a {}\n  ops: *a", "f.yaml:5:8: aliases (*a) are not supported"},
		"alias to nothing": {"version: 1\norganization: a\nteams: *x", "unknown anchor 'x'"},
	} {
		path := filepath.Join(t.TempDir(), "f.yaml")
		put(t, path, test.text)
		_, err := Read([]string{path}, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// TestSeveralFiles merge, and a key that is given twice is an error that names both places.
func TestSeveralFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.yaml"), "version: 1\norganization: acme\nteams:\n  qa: {role: editor}\n")
	put(t, filepath.Join(dir, "b.yml"), "version: 1\nteams:\n  ops: {}\nmembers: {ada: owner}\n")
	put(t, filepath.Join(dir, "note.txt"), "not: [read")
	f := read(t, dir)
	if !reflect.DeepEqual(slices.Sorted(maps.Keys(f.sections[teams])), []string{"ops", "qa"}) || !f.Has(members) || f.Has(settings) {
		t.Error(f.sections)
	}
	put(t, filepath.Join(dir, "c.yaml"), "version: 1\norganization: other\nteams:\n  qa: {}\n")
	_, err := Read([]string{dir}, nil)
	for _, want := range []string{
		"c.yaml:2:1: the organization is other here, and acme in " + filepath.Join(dir, "a.yaml") + ":2:1",
		"c.yaml:4:3: teams.qa is given twice, first in " + filepath.Join(dir, "a.yaml") + ":4:3",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if f, err := Read([]string{"-"}, func() ([]byte, error) { return []byte("version: 1\norganization: acme"), nil }); err != nil || f.Organization != "acme" {
		t.Error(err)
	}
}

// TestPeople: email addresses stand for members, and invitations count as members.
func TestPeople(t *testing.T) {
	t.Parallel()
	l := &Live{
		Organization: "acme",
		sections: map[string]tree{
			members: {"ada": "owner", "new@example.com": invited, "ben": invited},
			teams:   {"qa": tree{"description": "", "role": "", members: tree{"ada": true}, repositories: tree{}}},
		},
		accounts: map[string]string{"ada@example.com": "ada"},
		pending:  map[string]bool{"members.new@example.com": true, "members.ben": true, "teams.qa.members.ben": true},
	}
	path := filepath.Join(t.TempDir(), "acme.yaml")
	put(t, path, `{version: 1, organization: acme, members: {Ada@example.com: owner, new@example.com: editor, ben: owner}, teams: {qa: {members: [ADA, ben, new@example.com]}}}`)
	d := compare(t, read(t, path), l, Sections...)
	if want := []string{"ben", "new@example.com", "new@example.com (team qa)"}; len(d.Changes) > 0 || !slices.Equal(d.Pending, want) {
		t.Errorf("pending %q, want %q; %s", d.Pending, want, d.Text())
	}
}

// TestCannotCompare: what could not be read, or is ambiguous, is refused if the file manages it.
func TestCannotCompare(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "acme.yaml")
	put(t, path, "version: 1\norganization: acme\norg-tokens:\n  ci: {}\n")
	f := read(t, path)
	if _, err := f.Compare(&Live{Forbidden: map[string]error{orgTokens: dockerhub.ErrForbidden}}, nil); !errors.Is(err, dockerhub.ErrForbidden) {
		t.Error(err)
	}
	if _, err := f.Compare(&Live{Twice: []string{"ci"}}, nil); !errors.Is(err, dockerhub.ErrInput) || !strings.Contains(err.Error(), "acme.yaml:4:3") {
		t.Error(err)
	}
	if d, err := f.Compare(&Live{Twice: []string{"cd"}, Forbidden: map[string]error{teams: dockerhub.ErrForbidden}}, nil); err != nil || len(d.Changes) != 1 {
		t.Error(d, err)
	}
}

// TestChangeOrder: a team comes before its members, and removals come last.
func TestChangeOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "api.md"), "# API\n")
	now := live(t, dir, base)
	path := filepath.Join(dir, "acme.yaml")
	put(t, path, `version: 1
organization: acme
members: {ben: member}
teams:
  ops: {members: [ben], repositories: {web: write}}
repositories:
  web: {private: true}
`)
	var lines []string
	for _, c := range compare(t, read(t, path), now, Sections...).Changes {
		lines = append(lines, c.Line())
	}
	want := []string{
		"+ member ben (member)", "+ repository web (private true)", "+ team ops", "+ team ops: member ben",
		"+ team ops: repository web (write)", "- team qa", "- repository api", "- member ada (owner)",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}

// TestUpdate: an updated file does not differ from the organization any more, and keeps
// its comments, its order and what is not managed.
func TestUpdate(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		old, now := random(rand.New(rand.NewPCG(seed, 1))), random(rand.New(rand.NewPCG(seed, 2)))
		path := write(t, old)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := "# first\n" + string(b) + "# last\n"
		put(t, path, text)
		updated, readmes, err := read(t, path).Update(path, []byte(text), now)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, string(updated))
		for at, text := range readmes {
			put(t, at, text)
		}
		f := read(t, path)
		if d := compare(t, f, now); len(d.Changes) > 0 {
			t.Errorf("%d: %s\n%s", seed, d.Text(), updated)
		}
		if !strings.HasPrefix(string(updated), "# first\n") || !strings.HasSuffix(string(updated), "# last\n") {
			t.Errorf("%d: comments are gone: %s", seed, updated)
		}
		again, _, err := f.Update(path, updated, now)
		if err != nil || string(again) != string(updated) {
			t.Errorf("%d: a second update changes something: %v", seed, err)
		}
	}
}

func TestUpdateKeepsTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "api.md"), "# API\n")
	now := live(t, dir, base)
	path := filepath.Join(dir, "acme.yaml")
	const text = `# The organization
organization: acme
version: 1
teams: # all of them
  gone: {}
  # quality
  qa:
    members: [ben, ADA] # sorted by age
    role: editor # as agreed
    repositories:
      # the API
      api: write
repositories:
  api: {private: false, categories: []}
`
	put(t, path, text)
	updated, _, err := read(t, path).Update(path, []byte(text), now)
	if err != nil {
		t.Fatal(err)
	}
	const want = `# The organization
organization: acme
version: 1
teams: # all of them
  # quality
  qa:
    members: [ADA] # sorted by age
    role: editor # as agreed
    repositories:
      # the API
      api: read
repositories:
  api: {private: true, categories: [networking]}
`
	if string(updated) != want {
		t.Errorf("%s, want %s", updated, want)
	}
}

// TestUntrustedNames: a name cannot look like another line.
func TestUntrustedNames(t *testing.T) {
	t.Parallel()
	const name = "x\n+ team owners: member eve\x1b[31m"
	d := Diff{
		Changes:   []Change{{Action: Edit, Section: teams, Name: name, Field: "role", Old: name, New: "editor"}},
		Unmanaged: []Change{{Action: Remove, Section: teams, Name: name}},
	}
	for _, text := range []string{d.Text(), d.Markdown()} {
		if strings.Contains(text, "\n+ team") || strings.Contains(text, "\x1b") || strings.Count(text, `"x\n`) != 3 {
			t.Error(text)
		}
	}
}

// TestMarkdown: text from the Hub or a file cannot leave its block of code.
func TestMarkdown(t *testing.T) {
	t.Parallel()
	d := Diff{Organization: "acme", Changes: []Change{
		{Action: Edit, Section: repositories, Name: "api", Field: "readme", Old: "a\n", New: "```\n# heading\n"},
		{Action: Add, Section: orgTokens, Name: "x```y", New: tree{}},
	}, Unmanaged: []Change{{Action: Remove, Section: orgTokens, Name: "<img>`"}}}
	text := d.Markdown()
	if strings.Count(text, "```") != 2 || strings.Contains(text, "<img>") {
		t.Error(text)
	}
}

// FuzzRead: whatever a file has, Read accepts or refuses it.
func FuzzRead(f *testing.F) {
	f.Add(base)
	for _, seed := range []string{"", "{}", "version: 1\norganization: a\nteams: {a: null, b: *x, ? [a] : b}", "&a [*a]", "version: 1\norganization: a\nmembers: &m {a: b}\nteams: *m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := Read([]string{"-"}, func() ([]byte, error) { return []byte(text), nil })
		if err != nil {
			return
		}
		if _, err := read.Compare(&Live{}, Sections); err != nil {
			t.Error(err)
		}
	})
}
