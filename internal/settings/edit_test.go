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
	"go.yaml.in/yaml/v3"
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
	{"newline", "\n", "- org acme", "\norg: acme\n"},
	{"blanks", "  ", "- org acme", "  \norg: acme\n"},
	{"comment", "# mine\n", "- org acme", "# mine\norg: acme\n"},
	{"comment without newline", "# mine", "- org acme", "# mine\norg: acme\n"},
	{"comment, crlf", "# mine\r\n# too\r\n", "work org acme", "# mine\r\n# too\r\nprofiles:\r\n  work:\r\n    org: acme\r\n"},
	{"only a byte order mark", "\ufeff", "- org acme", "\ufefforg: acme\n"},
	{"document start", "---\n", "- org acme", "---\norg: acme\n"},
	{"document start and comments", "# a\n---\n# b\n", "- org acme", "# a\n---\n# b\norg: acme\n"},
	{"null", "~ # none\n", "- org acme", "{org: acme} # none\n"},
	{"empty braces", "{}\n", "work org acme", "{profiles: {work: {org: acme}}}\n"},

	{"replace", "org: a # mine\nuser: b\n", "- org acme", "org: acme # mine\nuser: b\n"},
	{"replace at the end without newline", "user: b\norg: a", "- org acme", "user: b\norg: acme"},
	{"replace single quoted", "org: 'it''s' # 'mine'\n", "- org acme", "org: 'acme' # 'mine'\n"},
	{"replace double quoted", "org: \"a\\\"#b\\\\\" # mine\n", "- org acme", "org: \"acme\" # mine\n"},
	{"replace quoted key", "\"org\" : a\n", "- org acme", "\"org\" : acme\n"},
	{"replace after a tab", "org:\ta\t# mine\n", "- org acme", "org:\tacme\t# mine\n"},
	{"replace after wide characters", "user: 'ädä 😀' # ü\norg: 'ö'\n", "- org acme", "user: 'ädä 😀' # ü\norg: 'acme'\n"},
	{"replace, byte order mark", "\ufefforg: a\nuser: b\n", "- org acme", "\ufefforg: acme\nuser: b\n"},
	{"replace, crlf", "user: b\r\norg: a\r\n", "- org acme", "user: b\r\norg: acme\r\n"},
	{"replace nothing", "org:   # none\nuser: b\n", "- org acme", "org: acme   # none\nuser: b\n"},
	{"replace nothing at the end", "org:", "- org acme", "org: acme"},
	{"replace null", "org: ~\nuser: null # none\n", "- user ada", "org: ~\nuser: ada # none\n"},
	{"replace a value with an anchor and a tag", "org: &x !!str a # mine\n", "- org acme", "org: &x !!str acme # mine\n"},
	{"replace on the next line", "org:\n  a\nuser: b\n", "- org acme", "org:\n  acme\nuser: b\n"},
	{"replace a quoted value on several lines", "org: \"a\n  b\" # mine\nuser: b\n", "- org acme", "org: \"acme\" # mine\nuser: b\n"},
	{"replace with an explicit key", "? org\n: a\n", "- org acme", "? org\n: acme\n"},
	{"replace the same", "org:    \"acme\"\n", "- org acme", "org:    \"acme\"\n"},
	{"replace the same, escaped", "org: \"\\u0061cme\"\n", "- org acme", "org: \"\\u0061cme\"\n"},
	{"replace in an indented file", "  org: a\n  user: b\n", "- org acme", "  org: acme\n  user: b\n"},
	{"old line ends", "org: a\u0085user: b\u2028url: https://x\n", "- url https://hub.docker.com", "org: a\u0085user: b\u2028url: https://hub.docker.com\n"},
	{"other documents", "org: a\n---\norg: b\n", "- org acme", ""},

	{"add", "org: a # mine\n\n# the end\n", "- user ada", "org: a # mine\nuser: ada\n\n# the end\n"},
	{"add without final newline", "org: a", "- user ada", "org: a\nuser: ada\n"},
	{"add, crlf without final newline", "org: a\r\nurl: https://x", "- user ada", "org: a\r\nurl: https://x\r\nuser: ada\r\n"},
	{"add in an indented file", "  org: a\n", "- user ada", "  org: a\n  user: ada\n"},
	{"add before the profiles", commented, "- org acme", strings.Replace(commented, "'json'\n", "'json'\norg: acme\n", 1)},
	{"add after the profiles", "profiles:\n  work:\n    org: a\n    # too\n# the end\n", "- user ada", "profiles:\n  work:\n    org: a\n    # too\nuser: ada\n# the end\n"},
	{"add after a value on several lines", "org: |-\n  a\n  b\n\nuser: c\n", "- url https://x", "org: |-\n  a\n  b\n\nuser: c\nurl: https://x\n"},
	{"add after one blank", "org: |-\n a\n b\nurl: https://x\nuser: >-\n c\n d\n", "- cacert ca.pem", "org: |-\n a\n b\nurl: https://x\nuser: >-\n c\n d\ncacert: ca.pem\n"},
	{"add after a literal", "org: |-\n  a\n  # b\n# c\n", "- user ada", "org: |-\n  a\n  # b\nuser: ada\n# c\n"},
	{"add after an odd brace", "profiles: {\n  work: {org: a}\n} # end\n", "- user ada", "profiles: {\n  work: {org: a}\n} # end\nuser: ada\n"},
	{"add before the end of the document", "org: a\n...\n", "- user ada", "org: a\nuser: ada\n...\n"},
	{"add to other documents", "org: a\n---\norg: b\n", "- user ada", ""},
	{"add to a profile", commented, "work namespace lab", strings.Replace(commented, "org: acme\n", "org: acme\n        namespace: lab\n", 1)},
	{"add to the last profile", commented, "home org acme", strings.Replace(commented, "\"lovelace\"\n", "\"lovelace\"\n        org: acme\n", 1)},
	{"replace in a profile", commented, "work user grace", strings.Replace(commented, "ada #", "grace #", 1)},
	{"add a profile", commented, "lab org acme", strings.Replace(commented, "\"lovelace\"\n", "\"lovelace\"\n    lab:\n        org: acme\n", 1)},
	{"add the first profile", "org: a # mine\n", "work org acme", "org: a # mine\nprofiles:\n  work:\n    org: acme\n"},
	{"add to empty profiles", "profiles: # none\norg: a\n", "work org acme", "profiles: # none\n  work:\n    org: acme\norg: a\n"},
	{"add to empty profiles at the end", "profiles:", "work org acme", "profiles:\n  work:\n    org: acme\n"},
	{"add to null profiles", "profiles: ~ # none\n", "work org acme", "profiles: {work: {org: acme}} # none\n"},
	{"add to an empty profile", "profiles:\n   work:\n   home:\n", "work org acme", "profiles:\n   work:\n      org: acme\n   home:\n"},
	{"add to an empty profile, crlf", "profiles:\r\n  work:\r\n  home:\r\n", "work org acme", "profiles:\r\n  work:\r\n    org: acme\r\n  home:\r\n"},
	{"add a profile that YAML reads as a number", "org: a\n", "007 org acme", "org: a\nprofiles:\n  '007':\n    org: acme\n"},

	{"braces: replace", "{org: a, user: 'b, c'} # mine\n", "- user ada", "{org: a, user: 'ada'} # mine\n"},
	{"braces: replace nothing", "{org: , user}\n", "- user ada", ""},
	{"braces: replace nothing before a comma", "{org: , user: b}\n", "- org acme", "{org: acme , user: b}\n"},
	{"braces: add", "--- {org: a}\n", "- user ada", "--- {user: ada, org: a}\n"},
	{"braces: add to lines", "{ # mine\n  org: a, # too\n}\n", "- user ada", "{user: ada,  # mine\n  org: a, # too\n}\n"},
	{"braces: add to a profile", "profiles:\n  work: {org: a} # mine\n", "work user ada", "profiles:\n  work: {user: ada, org: a} # mine\n"},
	{"braces: add to an empty profile", "profiles: {work: , home: {}}\n", "work user ada", "profiles: {work: {user: ada} , home: {}}\n"},
	{"braces: add a profile", "profiles: {work: {org: a}}\n", "home user ada", "profiles: {home: {user: ada}, work: {org: a}}\n"},
	{"braces: JSON", "{\"org\":\"a\",\"url\":\"https://x\"}\n", "- org acme", "{\"org\":\"acme\",\"url\":\"https://x\"}\n"},
	{"braces: unset", "{org: a, user: b, url: https://x}\n", "- user", "{org: a, url: https://x}\n"},
	{"braces: unset the first", "{org: a, user: b}\n", "- org", "{user: b}\n"},
	{"braces: unset the last", "{org: a, user: 'b, c' }\n", "- user", "{org: a }\n"},
	{"braces: unset the only one", "{org: a}\n", "- org", "{}\n"},
	{"braces: delete a profile", "profiles: {a: {org: '}'}, work: {org: a, user: {} }, b: {}}\n", "work", "profiles: {a: {org: '}'}, b: {}}\n"},
	{"braces: delete a profile with quotes", "profiles: {a: {org: '}'}, work: {org: '}', # }\n  user: b, }, b: {}}\n", "work", "profiles: {a: {org: '}'}, b: {}}\n"},

	{"unset", "# mine\norg: a # too\nuser: b\n", "- org", "# mine\nuser: b\n"},
	{"unset an unknown key", "org: a\ntimeot:\n  - b\npassword: hunter2\n", "- timeot", "org: a\npassword: hunter2\n"},
	{"unset an unknown key in a profile", "profiles:\n  a:\n    retries: 3\n    org: b\n", "a retries", "profiles:\n  a:\n    org: b\n"},
	{"fix an invalid value", "org: a\ntimeout: 30\n", "- timeout 30s", "org: a\ntimeout: 30s\n"},
	{"unset a setting that is not set", commented, "- org", commented},
	{"unset a setting that is set elsewhere", commented, "home org", commented},
	{"unset in a missing profile", commented, "lab org", commented},
	{"unset the only one", "org: a\n", "- org", ""},
	{"unset the last without newline", "org: a\nuser: b", "- user", "org: a\n"},
	{"unset, crlf", "org: a\r\nuser: b\r\n", "- org", "user: b\r\n"},
	{"unset, byte order mark", "\ufefforg: a\nuser: b\n", "- org", "\ufeffuser: b\n"},
	{"unset a value on several lines", "user: b\norg: >-\n  a\n\n  # b\n\n# c\nurl: https://x\n", "- org", "user: b\n\n# c\nurl: https://x\n"},
	{"unset the only one of a profile", commented, "home user", strings.Replace(commented, "        user: \"lovelace\"\n", "", 1)},
	{"unset with an explicit key", "? org\n: a\n", "- org", ""},

	{"delete a profile", commented, "work", strings.Replace(commented, "    work:\n        user: ada # that is me\n        org: acme\n", "", 1)},
	{"delete the last profile", "profiles:\n  work:\n    org: a\n    # too\n  # but not this\n", "work", "profiles:\n  # but not this\n"},
	{"delete a profile before comments", "profiles:\n  work:\n    org: a\n    # its own\n\n  # not its own\n    # nor that\n  home:\n", "work", "profiles:\n\n  # not its own\n    # nor that\n  home:\n"},
	{"delete a missing profile", commented, "lab", commented},
	{"delete the chosen profile", "profile: work\nprofiles:\n  work:\n    org: a\n  home:\n", "work", "profiles:\n  home:\n"},
	{"delete a profile that is not the chosen one", "profile: home\nprofiles:\n  work:\n    org: a\n  home:\n", "work", "profile: home\nprofiles:\n  home:\n"},
	{"delete the chosen profile without a section", "profile: work\norg: a\n", "work", "org: a\n"},

	// values that cannot be changed on their own: no after
	{"replace a literal", "org: |-\n  a\n", "- org acme", ""},
	{"replace words on several lines", "org: a\n  b\n", "- org acme", ""},
	{"replace an empty value with an anchor", "org: &x\n", "- org acme", ""},
	{"add below an explicit key", "profiles:\n  ? work\n", "work org acme", ""},
	{"add after the end of a document", "---\n...\n", "- org acme", ""},
	{"add to a later document", "---\n---\norg: a\n", "- org acme", ""},
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
			want, refused := c.after, c.after == "" && err != nil
			if refused {
				want = c.before
				if _, ok := errors.AsType[Error](err); !ok || !strings.HasPrefix(err.Error(), path+":") {
					t.Errorf("got the error %v, want one with the line", err)
				}
			} else if err != nil {
				t.Error(err)
			}
			if got := read(t, path); got != want {
				t.Errorf("got\n%q, want\n%q", got, want)
			}
			if found == (c.before == c.after) && strings.Count(c.op, " ") == 1 && !refused {
				t.Errorf("found = %v", found)
			}
			if refused != slices.Contains(refusals, c.name) {
				t.Errorf("refused = %v (%v)", refused, err)
			}
		})
	}
}

var refusals = []string{
	"other documents", "add to other documents", "braces: replace nothing", "unset with an explicit key",
	"replace a literal", "replace words on several lines", "replace an empty value with an anchor",
	"add below an explicit key", "add after the end of a document", "add to a later document",
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
		{"org: a\n", "work profile", `"profile" cannot be set for a profile`},
		{"org: a\n", "Work org", `"Work": a profile name has`},
		{"org: a\n", "../x", `"../x": a profile name has`},

		{"org: a\n\tuser: b\n", "- org acme", "config.yaml:2: "},
		{"org: a\ntimeot: 30s\n", "- org acme", `config.yaml:2: unknown key "timeot"`},
		{"org: a\npassword: x\n", "- org acme", `config.yaml:2: "password" cannot be set`},
		{"org: a\ntimeout: 30\n", "- org acme", `invalid value "30" for timeout`},
		{"org: a\norg: b\n", "- org acme", `config.yaml:2: duplicate key "org"`},
		{"org: &o a\nuser: *o\n", "- org acme", `config.yaml:2: user: expected a single value`},
		{"profiles:\n  a: &a\n    org: x\n  b:\n    <<: *a\n", "a org acme", `config.yaml:5: unknown key "<<"`},
		{"[org]\n", "- org acme", "config.yaml:1: expected keys and values"},
		{"text\n", "work", "config.yaml:1: expected keys and values"},
		{"profiles: x\n", "work", "config.yaml:1: expected keys and values"},
		{"\xff\xfeo\x00r\x00g\x00:\x00 \x00a\x00\n\x00", "- org acme", "config.yaml: not UTF-8"},
		{"org: \xff\n", "- org", "config.yaml: not UTF-8"},
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

// TestScalar checks that other YAML parsers read text as text.
func TestScalar(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"acme": "acme", "30s": "30s", "1h30m": "1h30m", "https://hub.docker.com": "https://hub.docker.com", "/etc/ca.pem": "/etc/ca.pem",
		"": "''", "yes": "'yes'", "No": "'No'", "on": "'on'", "y": "'y'", "12:30:45": "'12:30:45'", "2027-01-31": "'2027-01-31'",
		"42": "'42'", "1_000": "'1_000'", "true": `"true"`, "null": `"null"`, "1e3": `"1e3"`, "0x1f": `"0x1f"`, "~": "'~'", "a: b": "'a: b'", "a,b": "'a,b'",
		"a #b": "'a #b'", "it's": "'it''s'", `C:\ca.pem`: `'C:\ca.pem'`, "\ufeff": `"\uFEFF"`, "a:": "'a:'", "*a": "'*a'", "-": "'-'",
		strings.Repeat("long words ", 30): "'" + strings.Repeat("long words ", 30) + "'",
	} {
		if got := scalar(s, 0); got != want {
			t.Errorf("scalar(%q) = %s, want %s", s, got, want)
		}
		for _, text := range []string{"org: %s\n", "{org: %s, user: b}\n"} {
			var back map[string]any
			if err := yaml.Unmarshal(fmt.Appendf(nil, text, scalar(s, 0)), &back); err != nil || back["org"] != s {
				t.Errorf("%s reads back as %#v (%v)", scalar(s, 0), back["org"], err)
			}
		}
	}
	n := "42"
	if got := (change{value: &n, number: true}).scalar(0); got != n {
		t.Errorf("a number is written as %s", got)
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
		want, key := before.flat(), name
		if profile != "" {
			key = "profiles/" + profile + "/" + name
			want["profiles/"+profile] = ""
		}
		_, had := want[key]
		want[key] = value
		if got := after.flat(); !maps.Equal(got, want) {
			t.Errorf("got %q, want %q:\n%s", got, want, text)
		}
		if a, b := comment.FindAllString(old, -1), comment.FindAllString(text, -1); !slices.Equal(a, b) {
			t.Errorf("comments were %q and are %q:\n%s", a, b, text)
		}
		if got, ok := readElsewhere(old, text, strings.Split(key, "/")); ok && got != value {
			t.Errorf("another parser reads %q, want %q:\n%s", got, value, text)
		}
		if !had && !remains(old, text) {
			t.Errorf("more than an insertion:\n%s\n%s", old, text)
		}
		if found, err := Unset(t.Context(), path, profile, name); !found || err != nil {
			t.Fatalf("Unset: %v, %v:\n%s", found, err, text)
		}
		text = read(t, path)
		last, err := readFile(path, true)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		delete(want, key)
		if got := last.flat(); !maps.Equal(got, want) {
			t.Errorf("after Unset got %q, want %q:\n%s", got, want, text)
		}
	})
}

// remains reports whether text is old with one insertion.
func remains(old, text string) bool {
	n := 0
	for n < len(old) && n < len(text) && old[n] == text[n] {
		n++
	}
	for ; n >= 0; n-- {
		if strings.HasSuffix(text, old[n:]) && strings.HasPrefix(text, old[:n]) {
			return true
		}
	}
	return false
}

// readElsewhere reads a value in text with another parser. It is not ok if that parser
// did not understand the old text either.
func readElsewhere(old, text string, key []string) (value string, ok bool) {
	var all any
	if goccy.Unmarshal([]byte(strings.TrimPrefix(old, byteOrderMark)), &all) != nil {
		return "", false
	}
	all = nil
	if err := goccy.Unmarshal([]byte(strings.TrimPrefix(text, byteOrderMark)), &all); err != nil {
		return err.Error(), true
	}
	for _, k := range key {
		in, _ := all.(map[string]any)
		all = in[k]
	}
	return fmt.Sprint(all), true
}

// comment matches a comment of randomFile. The parser itself reports only some of them.
var comment = regexp.MustCompile(`(?:^|\s)# (?:comment|line) \d+\b`)

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
