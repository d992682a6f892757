package settings

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// getenv is the only look at the environment.
func getenv(k string) string { return strings.TrimSpace(os.Getenv(k)) }

// Paths are the files and folders of hubctl. One that cannot be told, as
// without a home, is "".
type Paths struct {
	Config      string // file
	Credentials string // file
	Cache       string // folder
	Jobs        string // folder of what was begun and not finished
	Sandbox     string // folder
	configGiven bool
}

// findPaths follows the XDG variables everywhere, and the system's customs
// where they are not set.
func findPaths(flags *pflag.FlagSet) (Paths, error) {
	var p Paths
	config := folder("XDG_CONFIG_HOME", configDir)
	cache := folder("XDG_CACHE_HOME", cacheDir)
	data := folder("XDG_DATA_HOME", dataDir)
	if config != "" {
		p.Config, p.Credentials = filepath.Join(config, "config.yaml"), filepath.Join(config, "credentials.json")
	}
	p.Cache = cache
	if data != "" {
		p.Jobs, p.Sandbox = filepath.Join(data, "jobs"), filepath.Join(data, "sandbox")
	}
	named := getenv("HUBCTL_CONFIG")
	if f := flags.Lookup("config"); f != nil && f.Changed {
		if named = f.Value.String(); named == "" {
			return p, Error("--config names no file")
		}
	}
	if named != "" {
		p.Config, p.configGiven = named, true
	}
	return p, nil
}

func folder(xdg string, system func() (string, error)) string {
	dir := getenv(xdg)
	if !filepath.IsAbs(dir) {
		var err error
		if dir, err = system(); err != nil {
			return ""
		}
	}
	return filepath.Join(dir, "hubctl")
}

// The folders of a system without XDG variables. Elsewhere, os.UserConfigDir and
// os.UserCacheDir fail on a variable that is no absolute path, which the XDG
// specification wants ignored.

func configDir() (string, error) {
	if custom() {
		return os.UserConfigDir()
	}
	return inHome(".config")
}

func cacheDir() (string, error) {
	if custom() {
		return os.UserCacheDir()
	}
	return inHome(".cache")
}

func dataDir() (string, error) {
	if runtime.GOOS == "windows" {
		return os.UserCacheDir()
	}
	if custom() {
		return os.UserConfigDir()
	}
	return inHome(".local", "share")
}

func custom() bool { return runtime.GOOS == "windows" || runtime.GOOS == "darwin" }

func inHome(below ...string) (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(append([]string{home}, below...)...), err
}

// InSandbox is p with everything that belongs to an account moved into the
// sandbox's own folder.
func (p Paths) InSandbox() Paths {
	p.Credentials, p.Cache, p.Jobs = "", "", ""
	if p.Sandbox != "" {
		p.Credentials, p.Cache = filepath.Join(p.Sandbox, "credentials.json"), filepath.Join(p.Sandbox, "cache")
		p.Jobs = filepath.Join(p.Sandbox, "jobs")
	}
	return p
}

// Credentials are what the environment holds to log in with.
type Credentials struct {
	User, Password, Token, OTP string
	Source                     string // the variable that holds the secret; "" if there is none
	UserSource                 string
	Unused                     string // the variable of a secret that does not count, as the user is of another family
}

// Environ returns the credentials of the environment. The HUBCTL_ family
// beats the DOCKERHUB_ one as a whole: a user and a secret never come from
// different families.
func Environ() Credentials {
	for _, family := range []struct{ users, password, token string }{
		{"HUBCTL_USER", "HUBCTL_PASSWORD", "HUBCTL_TOKEN"},
		{"DOCKERHUB_USER DOCKERHUB_USERNAME", "DOCKERHUB_PASSWORD", "DOCKERHUB_TOKEN"},
	} {
		c := Credentials{Password: os.Getenv(family.password), Token: getenv(family.token), OTP: getenv("HUBCTL_OTP")}
		for name := range strings.FieldsSeq(family.users) {
			if c.User == "" {
				if c.User = getenv(name); c.User != "" {
					c.UserSource = name
				}
			}
		}
		switch {
		case c.Token != "":
			c.Source = family.token
		case c.Password != "":
			c.Source = family.password
		}
		if c.User != "" && c.Source == "" && strings.HasPrefix(c.UserSource, "HUBCTL_") {
			c.Unused = firstSet("DOCKERHUB_PASSWORD", "DOCKERHUB_TOKEN")
		}
		if c.User != "" || c.Source != "" {
			return c
		}
	}
	return Credentials{OTP: getenv("HUBCTL_OTP")}
}

// firstSet is the first of the variables that is set, or "".
func firstSet(names ...string) string {
	for _, name := range names {
		if getenv(name) != "" {
			return name
		}
	}
	return ""
}

// SCIMToken is the bearer for SCIM, which is nobody's session; "" if there is
// none.
func SCIMToken() string { return getenv("HUBCTL_SCIM_TOKEN") }

// NoColor and ForceColor are what the environment says of colour.
func NoColor() bool    { return os.Getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" }
func ForceColor() bool { v := getenv("CLICOLOR_FORCE"); return v != "" && v != "0" }

// Docker is where Docker keeps its logins: the folder of its config.json, ""
// where there is none, and the content of DOCKER_AUTH_CONFIG.
func Docker() (dir, auth string) {
	if dir = os.Getenv("DOCKER_CONFIG"); dir == "" {
		if home, err := os.UserHomeDir(); err == nil {
			dir = filepath.Join(home, ".docker")
		}
	}
	return dir, os.Getenv("DOCKER_AUTH_CONFIG")
}

// helperVariables are what a credential helper may see: how to find programs,
// the user's files, a keyring and a display.
var helperVariables = []string{
	"PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TEMP", "TMP", "TMPDIR", "HOME",
	"USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"USER", "LOGNAME", "USERNAME", "LANG", "LC_ALL", "TERM", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
	"XDG_DATA_HOME", "XDG_CACHE_HOME",
	"DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "GNUPGHOME", "GPG_TTY",
	"PASSWORD_STORE_DIR", "SSH_AUTH_SOCK",
	"DOCKER_CONFIG", "WSL_DISTRO_NAME", "WSL_INTEROP", "WSLENV",
}

// HelperEnviron is the environment of a credential helper. It holds none of
// hubctl's credentials.
func HelperEnviron() []string {
	var env []string
	for _, k := range helperVariables {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	return env
}

// ownSecrets are the variables that hold hubctl's credentials.
var ownSecrets = []string{
	"HUBCTL_PASSWORD", "HUBCTL_TOKEN", "HUBCTL_OTP", "HUBCTL_SCIM_TOKEN", "DOCKERHUB_PASSWORD", "DOCKERHUB_TOKEN",
}

// ChildEnviron is the environment of a program that the user has named: all but
// hubctl's credentials.
func ChildEnviron() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.ContainsFunc(ownSecrets, func(own string) bool { return strings.EqualFold(own, name) })
	})
}
