package settings

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// getenv returns a variable without surrounding blanks.
func getenv(k string) string { return strings.TrimSpace(os.Getenv(k)) }

// Paths are the files and folders of hubctl. A path is "" if it is unknown, as without
// a home.
type Paths struct {
	Config      string // file
	Credentials string // file
	Cache       string // folder
	Jobs        string // folder of interrupted jobs
	Notices     string // folder of files that record which notices were shown
	Sandbox     string // folder
	configGiven bool
}

// findPaths follows the XDG variables on every system, and the system's conventions where
// they are not set.
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
		p.Jobs, p.Notices = filepath.Join(data, "jobs"), filepath.Join(data, "notices")
		p.Sandbox = filepath.Join(data, "sandbox")
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

// The default folders. Linux does without os.UserConfigDir and os.UserCacheDir: they
// fail on relative XDG variables, which the XDG specification says to ignore.

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

// InSandbox returns p with everything that belongs to an account moved into the sandbox's
// folder.
func (p Paths) InSandbox() Paths {
	p.Credentials, p.Cache, p.Jobs = "", "", ""
	if p.Sandbox != "" {
		p.Credentials, p.Cache = filepath.Join(p.Sandbox, "credentials.json"), filepath.Join(p.Sandbox, "cache")
		p.Jobs = filepath.Join(p.Sandbox, "jobs")
	}
	return p
}

// Credentials are the credentials in the environment.
type Credentials struct {
	User, Password, Token, OTP string
	Source                     string // variable of the secret, or ""
	UserSource                 string // variable of the user, or ""
	Unused                     string // variable of a secret that is ignored because the user is of another family
}

// Environ returns the credentials in the environment. The HUBCTL_ family beats the
// DOCKERHUB_ one as a whole: a user and a secret never come from different families.
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

// NotRead returns the variables of other tools that are set and look like a login, which
// hubctl does not read.
func NotRead() []string {
	return slices.DeleteFunc([]string{"DOCKER_USERNAME", "DOCKER_PASSWORD"},
		func(name string) bool { return getenv(name) == "" })
}

// firstSet returns the first of the variables that is set, or "".
func firstSet(names ...string) string {
	for _, name := range names {
		if getenv(name) != "" {
			return name
		}
	}
	return ""
}

// Editor returns the command line of the user's editor.
func Editor() []string {
	standard := "vi"
	if runtime.GOOS == "windows" {
		standard = "notepad"
	}
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := strings.Fields(os.Getenv(name)); len(words) > 0 {
			return words
		}
	}
	return []string{standard}
}

// Browser returns the command line of the user's browser, the first one in BROWSER;
// nil = none is set.
func Browser() []string {
	first, _, _ := strings.Cut(os.Getenv("BROWSER"), string(os.PathListSeparator))
	return strings.Fields(first)
}

// Pager returns the command line of the user's pager, or nil if there is none.
func Pager() []string {
	for _, name := range []string{"HUBCTL_PAGER", "PAGER"} {
		if v, ok := os.LookupEnv(name); ok {
			if words := strings.Fields(v); len(words) > 0 && words[0] != "cat" {
				return words
			}
			return nil
		}
	}
	if _, err := exec.LookPath("less"); err != nil {
		return nil
	}
	return []string{"less"}
}

// PagerEnviron returns the environment of a pager.
func PagerEnviron() []string {
	env := ChildEnviron()
	for name, value := range map[string]string{"LESS": "FRX", "LV": "-c"} {
		if _, ok := os.LookupEnv(name); !ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// linkingTerminals are values of TERM_PROGRAM and TERM, and variables, of terminals
// that show hyperlinks.
var linkingTerminals = struct{ programs, terms, variables []string }{
	programs:  []string{"iTerm.app", "WezTerm", "vscode", "Hyper", "ghostty", "rio", "Tabby"},
	terms:     []string{"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour"},
	variables: []string{"WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "KITTY_WINDOW_ID"},
}

// Hyperlinks reports whether the terminal is known to show hyperlinks (OSC 8).
// FORCE_HYPERLINK decides, if it is set.
func Hyperlinks() bool {
	if v, ok := os.LookupEnv("FORCE_HYPERLINK"); ok {
		return v != "" && v != "0"
	}
	vte, _ := strconv.Atoi(getenv("VTE_VERSION"))
	return !DumbTerminal() && (slices.Contains(linkingTerminals.programs, getenv("TERM_PROGRAM")) ||
		slices.Contains(linkingTerminals.terms, getenv("TERM")) ||
		firstSet(linkingTerminals.variables...) != "" || vte >= 5000)
}

// DumbTerminal reports whether the terminal knows no escape sequences.
func DumbTerminal() bool { return getenv("TERM") == "dumb" }

// SCIMToken returns the bearer for SCIM, or "".
func SCIMToken() string { return getenv("HUBCTL_SCIM_TOKEN") }

// NoColor reports whether the environment disables color.
func NoColor() bool { return os.Getenv("NO_COLOR") != "" || DumbTerminal() }

// ForceColor reports whether the environment enables color off a terminal.
func ForceColor() bool { v := getenv("CLICOLOR_FORCE"); return v != "" && v != "0" }

// SetDockerFolder sets the folder of Docker's configuration, as docker --config does.
func SetDockerFolder(dir string) {
	_ = os.Setenv("DOCKER_CONFIG", dir) // fails only for values that cannot be passed as arguments
}

// DockerFolder returns the folder of Docker's configuration, or "".
func DockerFolder() string {
	dir, _ := Docker()
	return dir
}

// PluginSocket returns the socket on which Docker tells its plugins to end, or "".
func PluginSocket() string { return getenv("DOCKER_CLI_PLUGIN_SOCKET") }

// ProgramData returns the folder for the data of all users on Windows.
func ProgramData() string { return getenv("ProgramData") }

// Docker returns where Docker keeps its logins: the folder of its config.json, or "", and
// the content of DOCKER_AUTH_CONFIG.
func Docker() (dir, auth string) {
	if dir = os.Getenv("DOCKER_CONFIG"); dir == "" {
		if home, err := os.UserHomeDir(); err == nil {
			dir = filepath.Join(home, ".docker")
		}
	}
	return dir, os.Getenv("DOCKER_AUTH_CONFIG")
}

// Podman returns where podman's auth.json may be, in podman's order.
func Podman() []string {
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		return []string{file}
	}
	var files []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		files = append(files, filepath.Join(dir, "containers", "auth.json"))
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		var err error
		if dir, err = inHome(".config"); err != nil {
			return files
		}
	}
	return append(files, filepath.Join(dir, "containers", "auth.json"))
}

// helperVariables are the variables that a credential helper may see: those to find
// programs, the user's files, a keyring and a display.
var helperVariables = []string{
	"PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TEMP", "TMP", "TMPDIR", "HOME",
	"USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"USER", "LOGNAME", "USERNAME", "LANG", "LC_ALL", "TERM", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
	"XDG_DATA_HOME", "XDG_CACHE_HOME",
	"DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "GNUPGHOME", "GPG_TTY",
	"PASSWORD_STORE_DIR", "SSH_AUTH_SOCK",
	"DOCKER_CONFIG", "WSL_DISTRO_NAME", "WSL_INTEROP", "WSLENV",
}

// HelperEnviron returns the environment of a credential helper, without hubctl's
// credentials.
func HelperEnviron() []string {
	var env []string
	for _, k := range helperVariables {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	return env
}

// ownSecrets are the variables of hubctl's credentials.
var ownSecrets = []string{
	"HUBCTL_PASSWORD", "HUBCTL_TOKEN", "HUBCTL_OTP", "HUBCTL_SCIM_TOKEN", "DOCKERHUB_PASSWORD", "DOCKERHUB_TOKEN",
}

// UnsetSecrets removes hubctl's credentials from the environment of all programs that
// it starts from now on.
func UnsetSecrets() {
	for _, name := range ownSecrets {
		_ = os.Unsetenv(name) // fails only for names that cannot be set
	}
}

// ChildEnviron returns the environment of a program that the user named: all of it but
// hubctl's credentials.
func ChildEnviron() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.ContainsFunc(ownSecrets, func(own string) bool { return strings.EqualFold(own, name) })
	})
}
