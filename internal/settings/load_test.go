package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// isolate unsets every variable that settings are read from, and creates a home. A test
// that calls it cannot be parallel.
func isolate(t *testing.T) (home string) {
	t.Helper()
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "HUBCTL_") || strings.HasPrefix(name, "DOCKERHUB_") || strings.HasPrefix(name, "XDG_") {
			t.Setenv(name, "")
		}
	}
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	return home
}

// flags are the command line's flags for settings.
func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	f := pflag.NewFlagSet("hubctl", pflag.ContinueOnError)
	for _, k := range keys {
		switch k.name {
		case "sandbox":
			f.Bool(k.name, false, "")
		case "verbose":
			f.CountP(k.name, "v", "")
		default:
			f.String(k.name, k.def, "")
		}
	}
	f.String("config", "", "")
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

// configured writes a configuration file and returns the flag that names it.
func configured(t *testing.T, text string) (flag, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "--config=" + path, path
}

func value(t *testing.T, s *Settings, name string) Value {
	t.Helper()
	i := slices.IndexFunc(s.Values, func(v Value) bool { return v.Key == name })
	if i < 0 {
		t.Fatalf("no setting %s", name)
	}
	return s.Values[i]
}

// TestLoadOrder sets each setting in every place, and then removes one place after the
// other: flag, environment, profile, top of the file, default.
func TestLoadOrder(t *testing.T) { //nolint:paralleltest // it sets variables
	values := map[string][4]string{ // top, profile, environment, flag
		"cacert": {"/top", "", "/env", "/flag"}, "color": {"always", "", "never", "auto"}, "concurrency": {"1", "", "2", "3"},
		"max-wait": {"1m", "", "2m", "3m"}, "namespace": {"top", "profile", "env", "flag"}, "org": {"top", "profile", "env", "flag"},
		"output": {"json", "yaml", "ndjson", "csv"}, "profile": {"one", "", "two", "three"}, "retries": {"1", "", "2", "0"},
		"sandbox": {"", "", "no", "false"}, "store": {"file", "none", "keyring", "file"}, "timeout": {"1m", "", "2d", "0s"},
		"url":      {"https://top.example", "https://profile.example", "https://env.example", "http://localhost:1"},
		"auth-url": {"", "", "http://127.0.0.1:1", "http://localhost:1"}, "registry-url": {"", "", "http://127.0.0.1:1/r", "http://localhost:1/r"},
		"usage-url": {"", "", "http://127.0.0.1:1/u", "http://localhost:1/u"},
		"user":      {"top", "profile", "env", "flag"}, "verbose": {"", "", "2", "1"},
	}
	for _, k := range keys {
		t.Run(k.name, func(t *testing.T) {
			isolate(t)
			v, ok := values[k.name]
			if !ok {
				t.Fatal("has no values in this test")
			}
			top, profile := "", "  work:\n    user: \"\"\n"
			if v[0] != "" {
				top = k.name + ": " + v[0] + "\n"
			}
			if v[1] != "" {
				profile = "  work:\n    " + k.name + ": " + v[1] + "\n"
			}
			config, path := configured(t, top+"profiles:\n"+profile)
			args := []string{config, "--" + k.name + "=" + v[3]}
			if k.name != "profile" {
				args = append(args, "--profile=work")
			}
			t.Setenv(k.env, " "+v[2]+" ")
			check := func(value1, origin string) {
				t.Helper()
				s, err := Load(flags(t, args...))
				if err != nil {
					t.Fatal(err)
				}
				if got := value(t, s, k.name); got != (Value{k.name, value1, origin}) {
					t.Errorf("got %+v, want %s (%s)", got, value1, origin)
				}
				if k.name == "profile" && s.Profile != value1 {
					t.Errorf("the profile is %s", s.Profile)
				}
			}
			check(v[3], "flag --"+k.name)
			args = slices.Delete(args, 1, 2)
			check(v[2], k.env)
			t.Setenv(k.env, "  ")
			if v[1] != "" {
				check(v[1], "profile work, "+path+":"+map[bool]string{true: "4", false: "3"}[v[0] != ""])
				args = args[:1]
			}
			if v[0] != "" {
				check(v[0], path+":1")
			}
			args = []string{"--config=" + filepath.Join(filepath.Dir(path), "empty.yaml")}
			if err := os.WriteFile(args[0][len("--config="):], []byte("# nothing\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			check(k.def, "default")
		})
	}
}

func TestLoadTyped(t *testing.T) { //nolint:paralleltest // it sets variables
	isolate(t)
	s, err := Load(flags(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.Output != "table" || s.Color != "auto" || s.Store != "keyring" || s.Timeout != 30*time.Second || s.MaxWait != 5*time.Minute || s.Retries != 4 || s.Concurrency != 6 ||
		s.Verbose != 0 || s.URL.String() != "https://hub.docker.com/" || s.Sandbox || s.ProfileFlag || s.UserFlag || s.User+s.Org+s.Namespace+s.CACert+s.Profile != "" || len(s.Profiles) != 0 {
		t.Errorf("defaults %+v", s)
	}
	config, _ := configured(t, "retries: 7\nconcurrency: 0x2\n")
	if _, err := Load(flags(t, config)); err == nil {
		t.Error("0x2 is a number")
	}
	config, _ = configured(t, "retries: '7'\nprofiles:\n  work: {org: acme}\n  home:\n  a_b-9: {}\n")
	s, err = Load(flags(t, config, "--timeout=1d12h", "--max-wait", "0s", "--user=ada", "--profile=work", "-vv", "--namespace=ns", "--cacert=ca.pem", "--url=http://[::1]:80/x"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Timeout != 36*time.Hour || s.MaxWait != 0 || s.Retries != 7 || s.Verbose != 2 || s.User != "ada" || !s.UserFlag || !s.ProfileFlag || s.Profile != "work" || s.Org != "acme" ||
		s.Namespace != "ns" || s.CACert != "ca.pem" || s.URL.Path != "/x" || !slices.Equal(s.Profiles, []string{"a_b-9", "home", "work"}) {
		t.Errorf("%+v", s)
	}
	if s.InProfile("work", "org") != "acme" || s.InProfile("home", "org") != "" || s.InProfile("none", "org") != "" {
		t.Error("a value for every profile")
	}
	for text, want := range map[string]int{"yes": 1, "off": 0, "0": 0, "1": 1, "2": 2, "TRUE": 1} {
		t.Setenv("HUBCTL_DEBUG", text)
		if s, err := Load(flags(t)); err != nil || s.Verbose != want {
			t.Errorf("HUBCTL_DEBUG=%s: %d, %v", text, s.Verbose, err)
		}
	}
}

// TestLoadSandbox sets an account's settings in every place. In the sandbox they do not
// count, except for preferences such as the format, and an organization or a namespace
// from the environment.
func TestLoadSandbox(t *testing.T) { //nolint:paralleltest // it sets variables
	isolate(t)
	config, _ := configured(t, "org: top\nprofile: work\noutput: json\nurl: https://top.example\nprofiles:\n  work: {user: ada, namespace: ns, output: yaml, org: acme}\n")
	for k, v := range map[string]string{"HUBCTL_SANDBOX": "on", "HUBCTL_USER": "env", "HUBCTL_PROFILE": "work", "HUBCTL_URL": "no URL", "HUBCTL_ORG": "env", "HUBCTL_TIMEOUT": "7s"} {
		t.Setenv(k, v)
	}
	s, err := Load(flags(t, config))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Sandbox || s.User+s.Namespace+s.Profile != "" || s.Org != "env" || s.URL.Host != "hub.docker.com" || len(s.Profiles) != 0 || s.Output != "json" || s.Timeout != 7*time.Second {
		t.Errorf("%+v", s)
	}
	for _, k := range keys {
		if got := value(t, s, k.name); k.account && got.Origin != "default (sandbox)" {
			t.Errorf("%+v", got)
		}
	}
	s, err = Load(flags(t, config, "--org=mine", "--user=demo", "--output=csv"))
	if err != nil || s.Org != "mine" || s.User != "demo" || s.Output != "csv" || value(t, s, "org").Origin != "flag --org" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := Load(flags(t, config, "--sandbox=false", "--url=https://x.example")); err != nil || s.Sandbox || s.Org != "env" || s.Output != "yaml" {
		t.Errorf("%+v, %v", s, err)
	}
	t.Setenv("HUBCTL_SANDBOX", "perhaps")
	if _, err := Load(flags(t)); err == nil || err.Error() != `invalid value "perhaps" for sandbox (HUBCTL_SANDBOX): must be true or false` {
		t.Error(err)
	}
}

func TestLoadRefuses(t *testing.T) { //nolint:paralleltest // it sets variables
	isolate(t)
	for _, test := range []struct{ name, env, value, why string }{
		{"output", "HUBCTL_OUTPUT", "xml", "must be one of table, json"},
		{"color", "HUBCTL_COLOR", "red", "must be one of auto, always, never"},
		{"store", "HUBCTL_STORE", "cloud", "must be one of keyring, file, none"},
		{"timeout", "HUBCTL_TIMEOUT", "30", "expected a number with a unit"},
		{"max-wait", "HUBCTL_MAX_WAIT", "soon", "expected a number with a unit"},
		{"retries", "HUBCTL_RETRIES", "-1", "must be a whole number of at least 0"},
		{"retries", "HUBCTL_RETRIES", "1.5", "must be a whole number of at least 0"},
		{"concurrency", "HUBCTL_CONCURRENCY", "0", "must be a whole number of at least 1"},
		{"profile", "HUBCTL_PROFILE", "Work", "lower-case letters"},
		{"verbose", "HUBCTL_DEBUG", "3", "must be 0, 1 or 2"},
		{"url", "HUBCTL_URL", "http://hub.docker.com", "unencrypted"},
		{"url", "HUBCTL_URL", "ada", "given with -U"},
		{"url", "HUBCTL_URL", "https://ada:hunter2@hub.docker.com", "may not carry a user name or password"},
	} {
		t.Run(test.value, func(t *testing.T) {
			env := test.name + " (" + test.env + "): "
			places := map[string][]string{"--" + test.name + ": ": {"--" + test.name + "=" + test.value}, env: nil}
			if test.name == "verbose" {
				places = map[string][]string{"--verbose: ": {"-vvv"}, env: nil}
			}
			for place, args := range places {
				if args == nil {
					t.Setenv(test.env, test.value)
				}
				s, err := Load(flags(t, args...))
				t.Setenv(test.env, "")
				if err == nil || !strings.Contains(err.Error(), " for "+place) || !strings.Contains(err.Error(), test.why) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%s: %+v, %v", place, s, err)
				}
				if _, ok := err.(Error); !ok { //nolint:errorlint // not wrapped
					t.Errorf("%s: %T", place, err)
				}
			}
		})
	}
	for _, empty := range []string{"output", "timeout", "retries", "url"} {
		if _, err := Load(flags(t, "--"+empty+"=")); err == nil || !strings.Contains(err.Error(), " for --"+empty+": ") {
			t.Errorf("--%s with nothing: %v", empty, err)
		}
	}
	if s, err := Load(flags(t, "--org=", "--profile=")); err != nil || s.Org != "" {
		t.Errorf("an empty --org: %v", err)
	}
}
