package settings

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestEnviron(t *testing.T) { //nolint:paralleltest // it sets variables
	for _, test := range []struct {
		name string
		env  []string // NAME=value
		want Credentials
	}{
		{"nothing", nil, Credentials{}},
		{"ours", []string{"HUBCTL_USER=ada", "HUBCTL_PASSWORD= p w "}, Credentials{User: "ada", Password: " p w ", Source: "HUBCTL_PASSWORD", UserSource: "HUBCTL_USER"}},
		{"theirs", []string{"DOCKERHUB_USER=ada", "DOCKERHUB_PASSWORD=x"}, Credentials{User: "ada", Password: "x", Source: "DOCKERHUB_PASSWORD", UserSource: "DOCKERHUB_USER"}},
		{"their alternative name", []string{"DOCKERHUB_USERNAME=ada", "DOCKERHUB_TOKEN= t\n"}, Credentials{User: "ada", Token: "t", Source: "DOCKERHUB_TOKEN", UserSource: "DOCKERHUB_USERNAME"}},
		{"both of their names", []string{"DOCKERHUB_USERNAME=ada", "DOCKERHUB_USER=bob"}, Credentials{User: "bob", UserSource: "DOCKERHUB_USER"}},
		{"token before password", []string{"HUBCTL_TOKEN=t", "HUBCTL_PASSWORD=p"}, Credentials{Password: "p", Token: "t", Source: "HUBCTL_TOKEN"}},
		{"ours before theirs", []string{"HUBCTL_USER=ada", "HUBCTL_TOKEN=a", "DOCKERHUB_USER=bob", "DOCKERHUB_PASSWORD=b", "DOCKERHUB_TOKEN=c"}, Credentials{User: "ada", Token: "a", Source: "HUBCTL_TOKEN", UserSource: "HUBCTL_USER"}},
		{"our user, their password", []string{"HUBCTL_USER=ada", "DOCKERHUB_PASSWORD=b"}, Credentials{User: "ada", UserSource: "HUBCTL_USER", Unused: "DOCKERHUB_PASSWORD"}},
		{"our password, their user", []string{"HUBCTL_PASSWORD=a", "DOCKERHUB_USER=bob"}, Credentials{Password: "a", Source: "HUBCTL_PASSWORD"}},
		{"our token, their user", []string{"HUBCTL_TOKEN=a", "DOCKERHUB_USER=bob", "DOCKERHUB_TOKEN=b"}, Credentials{Token: "a", Source: "HUBCTL_TOKEN"}},
		{"ours is blank", []string{"HUBCTL_USER= ", "HUBCTL_TOKEN=\t", "HUBCTL_PASSWORD=", "DOCKERHUB_TOKEN=b"}, Credentials{Token: "b", Source: "DOCKERHUB_TOKEN"}},
		{"a code belongs to no family", []string{"HUBCTL_OTP= 123456 ", "DOCKERHUB_USER=bob"}, Credentials{User: "bob", OTP: "123456", UserSource: "DOCKERHUB_USER"}},
		{"a code alone", []string{"HUBCTL_OTP=123456"}, Credentials{OTP: "123456"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range []string{"USER", "PASSWORD", "TOKEN", "OTP", "USERNAME"} {
				t.Setenv("HUBCTL_"+name, "")
				t.Setenv("DOCKERHUB_"+name, "")
			}
			for _, e := range test.env {
				name, value, _ := strings.Cut(e, "=")
				t.Setenv(name, value)
			}
			if got := Environ(); got != test.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestPaths(t *testing.T) { //nolint:paralleltest // it sets variables
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the default folders are different on " + runtime.GOOS)
	}
	home := isolate(t)
	in := func(below string) Paths {
		return Paths{
			Config: filepath.Join(home, below, "config/hubctl/config.yaml"), Credentials: filepath.Join(home, below, "config/hubctl/credentials.json"),
			Cache: filepath.Join(home, below, "cache/hubctl"), Jobs: filepath.Join(home, below, "data/hubctl/jobs"), Notices: filepath.Join(home, below, "data/hubctl/notices"), Sandbox: filepath.Join(home, below, "data/hubctl/sandbox"),
		}
	}
	usual := Paths{
		Config: filepath.Join(home, ".config/hubctl/config.yaml"), Credentials: filepath.Join(home, ".config/hubctl/credentials.json"),
		Cache: filepath.Join(home, ".cache/hubctl"), Jobs: filepath.Join(home, ".local/share/hubctl/jobs"), Notices: filepath.Join(home, ".local/share/hubctl/notices"), Sandbox: filepath.Join(home, ".local/share/hubctl/sandbox"),
	}
	for _, test := range []struct {
		name string
		xdg  string // the three folders
		home string
		want Paths
	}{
		{"set", home + "/x", home, in("x")},
		{"set without a home", home + "/x", "", in("x")},
		{"not set", "", home, usual},
		{"relative", "x", home, usual},
		{"relative to the working directory", "./x", home, usual},
		{"relative without a home", "x", "", Paths{}},
		{"nothing", "", "", Paths{}},
	} {
		for name, below := range map[string]string{"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data"} {
			if test.xdg == "" {
				below = ""
			} else {
				below = test.xdg + "/" + below
			}
			t.Setenv(name, below)
		}
		t.Setenv("HOME", test.home)
		got, err := findPaths(flags(t))
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
		if _, err := Load(flags(t)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		sandboxed := got.InSandbox()
		if sandboxed.Config != got.Config || sandboxed.Sandbox != got.Sandbox {
			t.Errorf("%s: %+v in the sandbox", test.name, sandboxed)
		}
		for _, path := range []string{sandboxed.Credentials, sandboxed.Cache} {
			if got.Sandbox == "" && path != "" || got.Sandbox != "" && filepath.Dir(path) != got.Sandbox {
				t.Errorf("%s: %+v in the sandbox", test.name, sandboxed)
			}
		}
	}
	if got := (Paths{Credentials: "x", Cache: "y"}).InSandbox(); got != (Paths{}) {
		t.Errorf("%+v in a sandbox without a folder", got)
	}
	t.Setenv("HUBCTL_CONFIG", " named.yaml ")
	if got, err := findPaths(flags(t)); err != nil || got.Config != "named.yaml" || !got.configGiven {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := findPaths(flags(t, "--config=other.yaml")); err != nil || got.Config != "other.yaml" || !got.configGiven {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Load(flags(t)); err == nil || !strings.Contains(err.Error(), "named.yaml") {
		t.Errorf("a named file that is missing: %v", err)
	}
}

func TestColor(t *testing.T) { //nolint:paralleltest // it sets variables
	for _, test := range []struct {
		noColor, term, force string
		no, forced           bool
	}{
		{"", "xterm", "", false, false},
		{"1", "xterm", "", true, false},
		{"0", "xterm", "", true, false}, // anything counts
		{"", "dumb", "", true, false},
		{"", "", "1", false, true},
		{"", "", "0", false, false},
		{"x", "dumb", "yes", true, true},
	} {
		t.Setenv("NO_COLOR", test.noColor)
		t.Setenv("TERM", test.term)
		t.Setenv("CLICOLOR_FORCE", test.force)
		if NoColor() != test.no || ForceColor() != test.forced {
			t.Errorf("%+v: %t, %t", test, NoColor(), ForceColor())
		}
	}
}

func TestDocker(t *testing.T) { //nolint:paralleltest // it sets variables
	home := isolate(t)
	t.Setenv("DOCKER_AUTH_CONFIG", "{}")
	t.Setenv("DOCKER_CONFIG", "")
	if dir, auth := Docker(); dir != filepath.Join(home, ".docker") || auth != "{}" {
		t.Errorf("%s, %s", dir, auth)
	}
	t.Setenv("DOCKER_CONFIG", home+"/x")
	if dir, _ := Docker(); dir != home+"/x" {
		t.Error(dir)
	}
	t.Setenv("DOCKER_CONFIG", "")
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	if dir, _ := Docker(); dir != "" {
		t.Error(dir)
	}
}

// TestHelperEnviron checks that a credential helper gets no credentials of hubctl's.
func TestHelperEnviron(t *testing.T) { //nolint:paralleltest // it sets variables
	isolate(t)
	for _, name := range []string{
		"HUBCTL_TOKEN", "HUBCTL_PASSWORD", "HUBCTL_OTP", "HUBCTL_SCIM_TOKEN", "DOCKERHUB_TOKEN", "DOCKERHUB_PASSWORD", "DOCKER_AUTH_CONFIG", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD",
	} {
		t.Setenv(name, "hunter2")
	}
	t.Setenv("GPG_TTY", "")
	t.Setenv("PATH", "/bin")
	env := HelperEnviron()
	if strings.Contains(strings.Join(env, "\n"), "hunter2") {
		t.Errorf("%q", env)
	}
	for _, want := range []string{"PATH=/bin", "GPG_TTY="} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %q", want, env)
		}
	}
}
