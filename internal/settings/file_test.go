package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, where, why string }{
		{"syntax", "org: a\n  b: c\n", ": line 2", "mapping values are not allowed"},
		{"tab", "org: a\nprofiles:\n\twork: {}\n", ": line 3", "cannot start any token"},
		{"not UTF-8", "org: \xff\xfe\n", "", "invalid"},
		{"no mapping", "- org\n", ":1", "expected keys and values"},
		{"text", "just text\n", ":1", "expected keys and values"},
		{"profiles list", "org: a\nprofiles: [work]\n", ":2", "expected keys and values"},
		{"profile list", "profiles:\n  work:\n    - org\n", ":3", "expected keys and values"},
		{"unknown", "org: a\n\norgs: b\n", ":3", `unknown key "orgs": must be one of cacert, color,`},
		{"unknown in a profile", "profiles:\n  work:\n    x: b\n", ":3", `unknown key "x": must be one of namespace, org, output, store, url, user`},
		{"capitals", "Org: a\n", ":1", `unknown key "Org"`},
		{"twice", "org: a\nuser: b\norg: c\n", ":3", `duplicate key "org"`},
		{"profile twice", "profiles:\n  a: {}\n  a: {}\n", ":3", `duplicate key "a"`},
		{"twice in a profile", "profiles:\n  a:\n    org: x\n    org: y\n", ":4", `duplicate key "org"`},
		{"not for a profile", "profiles:\n  work:\n    retries: 3\n", ":3", `"retries" cannot be set for a profile: must be one of namespace`},
		{"profile in a profile", "profiles:\n  work:\n    profile: x\n", ":3", `"profile" cannot be set for a profile`},
		{"not for a file", "sandbox: true\n", ":1", `"sandbox" cannot be set in a file: use the flag or HUBCTL_SANDBOX`},
		{"verbose", "verbose: 1\n", ":1", `use the flag or HUBCTL_DEBUG`},
		{"list", "org: [a, b]\n", ":1", "org: expected a single value"},
		{"mapping", "org:\n  a: b\n", ":2", "org: expected a single value"},
		{"alias", "org: &a x\nuser: *a\n", ":2", "user: expected a single value"},
		{"merge", "<<: {org: a}\n", ":1", `unknown key "<<"`},
		{"no unit", "# mine\ntimeout: 30\n", ":2", `invalid value "30" for timeout`},
		{"bad format", "profiles:\n  work:\n    output: xml\n", ":3", `invalid value "xml" for output`},
		{"bad number", "retries: 0x10\n", ":1", "must be a whole number"},
		{"bad url", "url: https://ada:hunter2@x.example\n", ":1", "may not carry a user name"},
		{"bad profile name", "profiles:\n  Work: {}\n", ":2", `"Work": a profile name has`},
		{"empty profile name", "profiles:\n  '': {}\n", ":2", `"": a profile name has`},
		{"bad profile", "profile: my.org\n", ":1", `invalid value "my.org" for profile`},
		{"nothing said", "output:\n", ":1", `invalid value "" for output`},

		{"password", "password: hunter2\n", ":1", `"password" cannot be set: secrets do not belong in this file`},
		{"token", "org: a\ntoken: hunter2\n", ":2", "secrets do not belong"},
		{"secret in a profile", "profiles:\n  work:\n    client-secret: hunter2\n", ":3", "secrets do not belong"},
		{"one-time password", "OTP: hunter2\n", ":1", "secrets do not belong"},
		{"secret list", "tokens: [hunter2]\n", ":1", "secrets do not belong"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config, path := configured(t, test.text)
			s, err := Load(flags(t, config))
			if err == nil {
				t.Fatalf("%+v", s)
			}
			if _, ok := err.(Error); !ok || !strings.Contains(err.Error(), path+test.where) || !strings.Contains(err.Error(), test.why) || strings.Contains(err.Error(), "hunter2") { //nolint:errorlint // not wrapped
				t.Errorf("%T %v", err, err)
			}
		})
	}
	for _, text := range []string{"", "\n", "# comment\n", "~\n", "null\n", "---\n", "{}\n", "profiles:\n", "profiles: {}\n", "profiles:\n  work:\n", "org:\n", "\ufefforg: a\n", "org: a\r\nuser: b\r\n", "{org: a}"} {
		config, _ := configured(t, text)
		if _, err := Load(flags(t, config)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReadFileMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "none.yaml"), dir, filepath.Join(dir, "none", "config.yaml")} {
		if _, err := Load(flags(t, "--config="+path)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		file, err := readFile(path, false)
		if (err != nil) != (path == dir) || err == nil && len(file.top)+len(file.profiles) != 0 {
			t.Errorf("%s, not named: %+v, %v", path, file, err)
		}
	}
	if _, err := Load(flags(t, "--config=")); err == nil || err.Error() != "--config names no file" {
		t.Error(err)
	}
	f := flags(t, "--config="+filepath.Join(dir, "new.yaml"))
	if err := f.SetAnnotation("config", MayBeNew, []string{"yes"}); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(f); err != nil || s.Paths.Config != filepath.Join(dir, "new.yaml") {
		t.Errorf("a file that may be new: %v", err)
	}
	if file, err := readFile("", false); err != nil || len(file.top) != 0 {
		t.Errorf("no path: %+v, %v", file, err)
	}
}

func FuzzParseFile(f *testing.F) {
	for _, s := range []string{"", "org: a", "profiles: {a: {user: b}}", "a: &x [*x]", "token: t", "org: !!binary aGk=", "? a\n: b", "--- a\n--- b", "output: yaml # c", "\ufeff", "profiles:\n a: &p {org: x}\n b: *p"} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "config.yaml")
	f.Fuzz(func(t *testing.T, b []byte) {
		file, _, err := parseFile(path, b)
		if err != nil {
			if !strings.Contains(err.Error(), path+":") || strings.Contains(err.Error(), "<nil>") {
				t.Errorf("%q: %v", b, err)
			}
			return
		}
		if file.fault != nil {
			return
		}
		for _, s := range append([]section{file.top}, sections(file)...) {
			for k := range s {
				if secretKey().MatchString(k) || s[k].line < 1 {
					t.Errorf("%q: %s on line %d", b, k, s[k].line)
				}
			}
		}
	})
}

func sections(f *configFile) []section {
	var all []section
	for _, s := range f.profiles {
		all = append(all, s)
	}
	return all
}

// TestMain unsets the variables of the machine that runs the tests.
func TestMain(m *testing.M) {
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "HUBCTL_") || strings.HasPrefix(name, "DOCKERHUB_") {
			_ = os.Unsetenv(name)
		}
	}
	m.Run()
}
