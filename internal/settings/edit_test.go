package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	goccy "github.com/goccy/go-yaml"
)

const commented = `# mine
timeout: 1m   # a long line

# which format
output: 'json'

profiles:
    # the day job
    work:
        user: ada # that is me
        org: acme

    home:
        user: "lovelace"
    # the end
`

// edits are files before and after a change. The op is "profile key value", with -
// for the top of the file and without a value to unset, or only "profile" to delete
// the profile.
var edits = []struct{ name, before, op, after string }{
	{"no content", "", "- org acme", "org: acme\n"},
	{"no content, profile", "", "work org acme", "profiles:\n  work:\n    org: acme\n"},
	{"only a comment", "# mine", "- org acme", "# mine\norg: acme\n"},
	{"only a byte order mark", "\ufeff", "- org acme", "\ufeff\norg: acme\n"},
	{"document start and comments", "# a\n---\n# b\n", "- org acme", "# a\n---\n# b\norg: acme\n"},
	{"null", "~ # none\n", "- org acme", "# none\n\norg: acme\n"},
	{"empty braces", "{}\n", "work org acme", "profiles:\n  work:\n    org: acme\n"},

	{"replace", "org: a # mine\nuser: b\n", "- org acme", "org: acme # mine\nuser: b\n"},
	{"replace nothing", "org:   # none\nuser: b\n", "- org acme", "org: acme # none\nuser: b\n"},
	{"replace null", "org: ~\nuser: null # none\n", "- user ada", "org: ~\nuser: ada # none\n"},
	{"replace, byte order mark", "\ufefforg: a\nuser: b\n", "- org acme", "org: acme\nuser: b\n"},
	{"replace, crlf", "user: b # x\r\norg: a\r\n", "- org acme", "user: b # x\norg: acme\n"},
	{"replace on the next line", "org:\n  # mine\n  a\nuser: b\n", "- org acme", "org: acme\n# mine\nuser: b\n"},
	{"replace words on several lines", "org: a\n  b\n", "- org acme", "org: acme\n"},
	{"replace an empty value with an anchor", "org: &x\n", "- org acme", "org: &x acme\n"},
	{"replace the same", "org:    \"\\u0061cme\"\n", "- org acme", "org:    \"\\u0061cme\"\n"},
	{"fix an invalid value", "org: a\ntimeout: 30\n", "- timeout 30s", "org: a\ntimeout: 30s\n"},
	{"number", "retries: 3\n", "- retries 5", "retries: 5\n"},
	{"text that looks like a number", "org: a\n", "- org 42", "org: \"42\"\n"},
	{"text that some parsers read as true", "org: a\n", "- org yes", "org: \"yes\"\n"},

	{"add before the end", "org: a # mine\n\n# the end\n", "- user ada", "org: a # mine\nuser: ada\n\n# the end\n"},
	{"add before the profiles", commented, "- org acme", `# mine
timeout: 1m # a long line
# which format
output: 'json'
org: acme
profiles:
  # the day job
  work:
    user: ada # that is me
    org: acme
  home:
    user: "lovelace"
  # the end
`},
	{"add a profile", "org: a # mine\n", "work org acme", "org: a # mine\nprofiles:\n  work:\n    org: acme\n"},
	{"add to empty profiles", "profiles: # none\norg: a\n", "work org acme", "profiles: # none\n  work:\n    org: acme\norg: a\n"},
	{"add to null profiles", "profiles: ~ # none\n", "work org acme", "# none\nprofiles:\n  work:\n    org: acme\n"},
	{"add a profile that YAML reads as a number", "org: a\n", "007 org acme", "org: a\nprofiles:\n  \"007\":\n    org: acme\n"},
	{"braces: add", "{org: a} # mine\n", "- user b, c", "{org: a, user: 'b, c'} # mine\n"},
	{"braces: add to an empty profile", "profiles: {work: , home: {}}\n", "work user ada", "profiles: {work: {user: ada}, home: {}}\n"},
	{"braces: unset the only one", "profiles: {work: {org: a}}\n", "work org", "profiles: {work: {}}\n"},

	{"unset", "# mine\norg: a # too\nuser: b\n\n# the end\n", "- org", "# mine\nuser: b\n\n# the end\n"},
	{"unset below comments", "# mine\n\n# own\norg: a\n# and\n\n# next\nuser: b\n", "- org", "# mine\n\n# own\n\n# and\n\n# next\nuser: b\n"},
	{"unset the last", "user: b\n# own\norg: a # too\n", "- org", "user: b\n# own\n"},
	{"unset the only one", "# mine\n\norg: a\n", "- org", "# mine\n\n\n"},
	{"unset the only one without comments", "org: a\n", "- org", ""},
	{"unset the only one of a profile", "profiles:\n  work:\n    # mine\n    org: a\n", "work org", "profiles:\n  work:\n  # mine\n"},
	{"unset an unknown key", "org: a\ntimeot:\n  - b\npassword: hunter2\n", "- timeot", "org: a\npassword: hunter2\n"},
	{"unset an unknown key in a profile", "profiles:\n  a:\n    retries: 3\n    org: b\n", "a retries", "profiles:\n  a:\n    org: b\n"},
	{"unset a setting that is not set", commented, "- org", commented},
	{"unset a setting that is set elsewhere", commented, "home org", commented},
	{"unset in a missing profile", commented, "lab org", commented},

	{"delete a profile", "profiles:\n  # mine\n  work:\n    org: a\n    # its own\n\n  # another\n  home:\n    org: b\n", "work", "profiles:\n  # mine\n\n  # another\n  home:\n    org: b\n"},
	{"delete a missing profile", commented, "lab", commented},
	{"delete the chosen profile", "profile: work\nprofiles:\n  work:\n    org: a\n  home:\n", "work", "profiles:\n  home:\n"},
	{"delete a profile that is not the chosen one", "profile: home\nprofiles:\n  work:\n    org: a\n  home:\n", "work", "profile: home\nprofiles:\n  home:\n"},
	{"delete the chosen profile without a section", "profile: work\norg: a\n", "work", "org: a\n"},
}

func doEdit(t *testing.T, path, op string) (found bool, err error) {
	t.Helper()
	f := strings.SplitN(op, " ", 3)
	profile := strings.TrimPrefix(f[0], "-")
	switch len(f) {
	case 1:
		return true, DeleteProfile(t.Context(), path, f[0])
	case 2:
		return Unset(t.Context(), path, profile, f[1])
	}
	return true, Set(t.Context(), path, profile, f[1], f[2])
}

func TestEdit(t *testing.T) {
	t.Parallel()
	for _, c := range edits {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write1(t, c.before)
			found, err := doEdit(t, path, c.op)
			if err != nil {
				t.Error(err)
			}
			if got := read(t, path); got != c.after {
				t.Errorf("got\n%q, want\n%q", got, c.after)
			}
			if found == (c.before == c.after) && strings.Count(c.op, " ") == 1 {
				t.Errorf("found = %v", found)
			}
		})
	}
}

func write1(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEditRefuses has changes that Load would accept, but the file's reader would not,
// and files that the reader does not understand.
func TestEditRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, op, want string }{
		{"", "- timeot 30s", `unknown key "timeot": must be one of cacert, color`},
		{"", "- profiles x", `unknown key "profiles": must be one of`},
		{"", "- ORG x", `unknown key "ORG": must be one of`},
		{"", "- password hunter2", `"password" cannot be set: secrets do not belong in this file (use hubctl login)`},
		{"", "work HUBCTL_TOKEN hunter2", `secrets do not belong`},
		{"", "- sandbox true", `"sandbox" cannot be set in a file: use the flag or HUBCTL_SANDBOX`},
		{"", "- verbose 1", `"verbose" cannot be set in a file`},
		{"", "work profile home", `"profile" cannot be set for a profile: must be one of namespace, org`},
		{"", "work retries 3", `"retries" cannot be set for a profile`},
		{"", "Work org acme", `"Work": a profile name has only lower-case`},
		{"", "- profile Work", `invalid value "Work" for profile (nothing was written): a profile name has`},
		{"", "- timeout 30", `invalid value "30" for timeout (nothing was written): expected a number with a unit`},
		{"", "- timeout ", `invalid value "" for timeout`},
		{"", "- output xml", `invalid value "xml" for output (nothing was written): must be one of table, json`},
		{"", "work color red", `"color" cannot be set for a profile`},
		{"", "- store vault", `must be one of keyring, file, none`},
		{"", "- retries -1", `must be a whole number`},
		{"", "- url https://ada:hunter2@hub.docker.com", `invalid value for url (nothing was written)`},
		{"", "- url hub.docker.com", `invalid value for url (nothing was written)`},
		{"", "- org a\nb", `the value of org must be one line of text`},
		{"", "- org a\u2028b", `the value of org must be one line of text`},
		{"", "- org \xff", `the value of org must be one line of text`},
		{"org: a\n", "- timeot", `unknown key "timeot"`},
		{"profiles:\n  work:\n    org: a\n", "- profiles", `unknown key "profiles"`},
		{"org: a\n", "work profile", `"profile" cannot be set for a profile`},
		{"org: a\n", "Work org", `"Work": a profile name has`},
		{"org: a\n", "../x", `"../x": a profile name has`},

		{"org: a\n\tuser: b\n", "- org acme", "config.yaml: line 2: "},
		{"org: a\ntimeot: 30s\n", "- org acme", `config.yaml:2: unknown key "timeot"`},
		{"org: a\npassword: x\n", "- org acme", `config.yaml:2: "password" cannot be set`},
		{"org: a\ntimeout: 30\n", "- org acme", `invalid value "30" for timeout`},
		{"org: a\norg: b\n", "- org acme", `config.yaml:2: duplicate key "org"`},
		{"org: &o a\nuser: *o\n", "- org acme", `config.yaml:2: user: expected a single value`},
		{"profiles:\n  a: &a\n    org: x\n  b:\n    <<: *a\n", "a org acme", `config.yaml:5: unknown key "<<"`},
		{"[org]\n", "- org acme", "config.yaml:1: expected keys and values"},
		{"text\n", "work", "config.yaml:1: expected keys and values"},
		{"profiles: x\n", "work", "config.yaml:1: expected keys and values"},
		{"org: \xff\n", "- org", "config.yaml: invalid"},
		{"org: a\n---\norg: b\n", "- user ada", "config.yaml:3: expected one document, got another"},
		{"{ # mine\n  org: a\n}\n", "- user ada", "cannot change user without losing a comment: use hubctl config edit"},
		{"{ # mine\n  org: a\n}\n", "- org", "cannot change org without losing a comment: use hubctl config edit"},
	} {
		path := write1(t, c.before)
		_, err := doEdit(t, path, c.op)
		if _, ok := errors.AsType[Error](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q on %q: got the error %v, want %s", c.op, c.before, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error reveals a secret", c.op)
		}
		if got := read(t, path); got != c.before {
			t.Errorf("%q on %q: the file was changed to %q", c.op, c.before, got)
		}
	}
}

// TestEditFiles checks which files and folders are created.
func TestEditFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "hubctl", "config.yaml")
	if found, err := Unset(t.Context(), path, "", "org"); found || err != nil {
		t.Errorf("Unset without a file: %v, %v", found, err)
	}
	if err := DeleteProfile(t.Context(), path, "work"); err != nil {
		t.Error(err)
	}
	if err := Set(t.Context(), path, "", "timeot", "30s"); err == nil {
		t.Error("no error for an unknown key")
	}
	acme := "acme"
	if text, err := Preview(path, "work", "org", &acme); err != nil || string(text) != "profiles:\n  work:\n    org: acme\n" {
		t.Errorf("Preview: %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was created needlessly: %v", err)
	}
	if err := Set(t.Context(), path, "", "org", "acme"); err != nil {
		t.Fatal(err)
	}
	if text, err := Preview(path, "", "org", nil); err != nil || len(text) != 0 {
		t.Errorf("Preview: %q, %v", text, err)
	}
	if got := read(t, path); got != "org: acme\n" {
		t.Errorf("got %q", got)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Set(t.Context(), path, "", "org", "acme"); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same value created a new file (%v)", err)
	}
	if err := Set(t.Context(), "", "", "org", "acme"); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("without a path: %v", err)
	}
	if err := Set(t.Context(), dir, "", "org", "acme"); err == nil || !strings.HasPrefix(err.Error(), "the configuration file: ") {
		t.Errorf("of a folder: %v", err)
	}
}

// TestEditTogether makes many edits at once, and none may be lost.
func TestEditTogether(t *testing.T) {
	t.Parallel()
	path := write1(t, commented)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := Set(t.Context(), path, fmt.Sprintf("p%d", i), "org", fmt.Sprintf("org%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	file, err := readFile(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if got := file.profiles[fmt.Sprintf("p%d", i)]["org"].text; got != fmt.Sprintf("org%d", i) {
			t.Errorf("profile p%d has org %q", i, got)
		}
	}
	if got := len(file.profiles); got != 22 {
		t.Errorf("%d profiles", got)
	}
}

// FuzzSet changes files that are made from a seed. Set keeps the other settings and
// every comment, and does not change the file if it fails. Unset reverts it.
func FuzzSet(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, "", "org", "acme")
		f.Add(seed, "work", "user", "ada: {x, y} # z")
		f.Add(seed, "new", "org", "42")
		f.Add(seed, "007", "url", "https://hub.docker.com")
	}
	f.Add(uint64(1), "", "timeout", "1d12h")
	f.Add(uint64(2), "", "retries", "0")
	f.Add(uint64(3), "Work", "org", "x")
	f.Add(uint64(4), "", "cacert", `C:\'"`)
	f.Add(uint64(5), "", "org", "\u2028")
	f.Fuzz(func(t *testing.T, seed uint64, profile, name, value string) {
		r := rand.New(rand.NewPCG(seed, 1))
		old := randomFile(r)
		before, _, err := parseFile("config.yaml", []byte(old))
		if err != nil {
			t.Fatalf("seed %d made an invalid file: %v\n%s", seed, err, old)
		}
		path := write1(t, old)
		if err := Set(t.Context(), path, profile, name, value); err != nil {
			if got := read(t, path); got != old {
				t.Errorf("%v, but the file was changed from\n%s\nto\n%s", err, old, got)
			}
			if strings.Contains(err.Error(), "hubctl config edit") {
				t.Errorf("%v:\n%s", err, old)
			}
			return
		}
		text := read(t, path)
		after, _, err := parseFile("config.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		want, key := flat(before), name
		if profile != "" {
			key = "profiles/" + profile + "/" + name
			want["profiles/"+profile] = ""
		}
		want[key] = value
		if got := flat(after); !maps.Equal(got, want) {
			t.Errorf("got %q, want %q:\n%s", got, want, text)
		}
		if a, b := comments(old), comments(text); !slices.Equal(a, b) {
			t.Errorf("comments were %q and are %q:\n%s\n%s", a, b, old, text)
		}
		if got, ok := readElsewhere(old, text, strings.Split(key, "/")); ok && got != value {
			t.Errorf("another parser reads %q, want %q:\n%s", got, value, text)
		}
		if found, err := Unset(t.Context(), path, profile, name); !found || err != nil {
			t.Fatalf("Unset: %v, %v:\n%s", found, err, text)
		}
		text = read(t, path)
		last, err := readFile(path, true)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		if a, b := strings.Count(old, "# comment"), strings.Count(text, "# comment"); a != b {
			t.Errorf("%d comments, and %d after Unset:\n%s\n%s", a, b, old, text)
		}
		delete(want, key)
		if got := flat(last); !maps.Equal(got, want) {
			t.Errorf("after Unset got %q, want %q:\n%s", got, want, text)
		}
	})
}

// readElsewhere reads a value in text with another parser. It is not ok if that parser
// did not understand the old text either.
func readElsewhere(old, text string, key []string) (value string, ok bool) {
	var all any
	if goccy.Unmarshal([]byte(strings.TrimPrefix(old, "\ufeff")), &all) != nil {
		return "", false
	}
	all = nil
	if err := goccy.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &all); err != nil {
		return err.Error(), true
	}
	for _, k := range key {
		in, _ := all.(map[string]any)
		all = in[k]
	}
	return fmt.Sprint(all), true
}

var comment = regexp.MustCompile(`# (?:comment|line) \d+\b`)

// comments returns the comments of a file made by randomFile.
func comments(text string) []string {
	return slices.Sorted(slices.Values(comment.FindAllString(text, -1)))
}

// randomFile returns a configuration file in one of the many ways to write it.
func randomFile(r *rand.Rand) string {
	var b bytes.Buffer
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	n := 0
	remark := func(indent string) {
		for range r.IntN(3) {
			n++
			b.WriteString(pick("", indent+fmt.Sprintf("# comment %d\n", n)))
			b.WriteString(pick("", "", "\n", "  \n"))
		}
	}
	value := func() string {
		return pick("acme", "'it''s # {x}'", `"a\"b, \u00e4"`, "ö", "https://hub.docker.com", "a#b", "''", "x-1", "'}'")
	}
	tail := func() string {
		n++
		return pick("", "", "  ", fmt.Sprintf(" # line %d", n), fmt.Sprintf("\t# line %d", n))
	}
	braces := func(keys []string) string {
		var in []string
		for _, k := range keys {
			in = append(in, pick(k, `"`+k+`"`)+": "+value())
		}
		return "{" + strings.Join(in, pick(", ", ",", " ,\n      ")) + pick("}", " }", "   }")
	}
	some := func(keys ...string) (chosen []string) {
		for _, k := range keys {
			if r.IntN(3) > 0 {
				chosen = append(chosen, k)
			}
		}
		return chosen
	}
	b.WriteString(pick("", "", "---\n"))
	remark("")
	outer := pick("", "", "", "  ")
	inner := outer + pick("  ", "    ", " ")
	entries := some("org", "user", "namespace", "profiles", "cacert")
	r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, k := range entries {
		remark(outer)
		if k != "profiles" {
			b.WriteString(outer + pick(k, k, `"`+k+`"`, "'"+k+"' ") + ":" + pick(" ", "  ", "\t") + pick(value(), value(), "&x "+value()) + tail() + "\n")
			continue
		}
		names := some("work", "home", "'007'")
		if len(names) == 0 {
			b.WriteString(outer + "profiles:" + pick("", " {}", " ~") + tail() + "\n")
			continue
		}
		if r.IntN(5) == 0 {
			for i, name := range names {
				names[i] = name + ": " + pick("", "{}", braces(some("org", "user")))
			}
			b.WriteString(outer + "profiles: {" + strings.Join(names, ", ") + pick("", ",") + "}" + tail() + "\n")
			continue
		}
		b.WriteString(outer + "profiles:" + tail() + "\n")
		for _, name := range names {
			remark(inner)
			b.WriteString(inner + name + ":")
			own := some("org", "user", "url")
			switch {
			case len(own) == 0:
				b.WriteString(pick("", " {}", " null") + tail() + "\n")
			case slices.Contains(own, "url") || r.IntN(4) > 0:
				b.WriteString(tail() + "\n")
				deep := inner + pick("  ", "   ")
				for _, k := range own {
					remark(deep)
					b.WriteString(deep + k + ": " + map[bool]string{true: "https://x.example", false: value()}[k == "url"] + tail() + "\n")
				}
			default:
				b.WriteString(" " + braces(own) + tail() + "\n")
			}
		}
	}
	remark(pick("", outer, inner))
	text := b.String()
	if r.IntN(4) == 0 {
		text = strings.TrimRight(text, "\n")
	}
	if r.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return pick("", "", "\ufeff") + text
}

func flat(f *configFile) map[string]string {
	all := map[string]string{}
	for k, v := range f.top {
		all[k] = v.text
	}
	for name, own := range f.profiles {
		all["profiles/"+name] = ""
		for k, v := range own {
			all["profiles/"+name+"/"+k] = v.text
		}
	}
	return all
}
