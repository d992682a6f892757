// Package settings merges flags, environment, configuration file and defaults, and records where
// each value came from. Nothing else reads a setting or the environment. Secrets are Credentials,
// never settings.
package settings

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// An Error is an invalid setting. Its text has the origin.
type Error string

func (e Error) Error() string { return string(e) }

// A key is a setting.
type key struct {
	name, env, def string
	usage          string
	profile        bool               // allowed in a profile
	nowhere        bool               // not allowed in the file
	account        bool               // selects the account: only a flag counts in the sandbox
	place          bool               // names something of an account: the file does not count in the sandbox
	check          func(string) error // nil = any value
}

var keys = []key{
	{
		name: "auth-url", env: "HUBCTL_AUTH_URL", usage: "for tests: loopback URL instead of auth.docker.io",
		nowhere: true, account: true, check: loopbackURL,
	},
	{name: "cacert", env: "HUBCTL_CACERT", usage: "file of additional CA certificates"},
	{name: "color", env: "HUBCTL_COLOR", def: "auto", usage: "color: auto, always or never", check: oneOf(Colors)},
	{
		name: "concurrency", env: "HUBCTL_CONCURRENCY", def: "6",
		usage: "maximum number of concurrent requests", check: whole(1),
	},
	{
		name: "max-wait", env: "HUBCTL_MAX_WAIT", def: "5m",
		usage: "maximum total wait for rate limits", check: duration,
	},
	{
		name: "namespace", env: "HUBCTL_NAMESPACE", usage: "namespace of repositories named without one",
		profile: true, place: true,
	},
	{name: "org", env: "HUBCTL_ORG", usage: "organization", profile: true, place: true},
	{
		name: "output", env: "HUBCTL_OUTPUT", def: "table", usage: "output format", profile: true,
		check: oneOf(output.Formats),
	},
	{name: "profile", env: "HUBCTL_PROFILE", usage: "account to use", account: true, check: CheckProfile},
	{
		name: "registry-url", env: "HUBCTL_REGISTRY_URL", usage: "for tests: loopback URL instead of registry-1.docker.io",
		nowhere: true, account: true, check: loopbackURL,
	},
	{
		name: "retries", env: "HUBCTL_RETRIES", def: "4",
		usage: "maximum number of retries of a request", check: whole(0),
	},
	{
		name: "sandbox", env: "HUBCTL_SANDBOX", def: "false", usage: "use the embedded local Hub",
		nowhere: true, check: boolean,
	},
	{
		name: "store", env: "HUBCTL_STORE", def: "keyring", usage: "where to store logins: keyring, file or none",
		profile: true, check: oneOf(Stores),
	},
	{
		name: "timeout", env: "HUBCTL_TIMEOUT", def: "30s",
		usage: "give up after this long without data", check: duration,
	},
	{
		name: "url", env: "HUBCTL_URL", def: "https://hub.docker.com", usage: "base URL of the API", profile: true,
		account: true, check: baseURL,
	},
	{
		name: "usage-url", env: "HUBCTL_USAGE_URL",
		usage:   "for tests: loopback URL instead of api.docker.com/enterprise-data/v1",
		nowhere: true, account: true, check: loopbackURL,
	},
	{name: "user", env: "HUBCTL_USER", usage: "Docker ID", profile: true, account: true},
	{name: "verbose", env: "HUBCTL_DEBUG", def: "0", usage: "log requests", nowhere: true, check: level},
}

// Colors are the values of the setting color.
var Colors = []string{"auto", "always", "never"}

// Stores are the values of the setting store.
var Stores = []string{"keyring", "file", "none"}

func oneOf(values []string) func(string) error {
	return func(s string) error {
		if !slices.Contains(values, s) {
			return fmt.Errorf("must be one of %s", strings.Join(values, ", "))
		}
		return nil
	}
}

func whole(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.Atoi(s); err != nil || n < least {
			return fmt.Errorf("must be a whole number of at least %d", least)
		}
		return nil
	}
}

func duration(s string) error { _, err := ParseDuration(s); return err }
func baseURL(s string) error  { _, err := hub.ParseBase(s); return err }

// loopbackURL accepts a stand-in for a host that gets secrets.
func loopbackURL(s string) error {
	u, err := hub.ParseBase(s)
	if err == nil && !hub.IsLoopback(u) {
		err = errors.New("must be on loopback")
	}
	return err
}

func boolean(s string) error { _, err := ParseBool(s); return err }

func level(s string) error {
	if _, err := ParseBool(s); err == nil || s == "2" {
		return nil
	}
	return errors.New("must be 0, 1 or 2")
}

// CheckProfile returns the reason why a profile may not have a name, or nil.
func CheckProfile(s string) error {
	if s != "" && !profileName().MatchString(s) {
		return errProfileName
	}
	return nil
}

var errProfileName = errors.New("a profile name has only lower-case letters, digits, '-' and '_'")

var profileName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`) })

// ParseBool reads true, false, yes, no, on, off, 1 and 0.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

// A Value is a setting's value and its origin.
type Value struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	// such as "flag --org", "HUBCTL_ORG", "/home/ada/.config/hubctl/config.yaml:3", "default"
	Origin string `json:"origin"`
}

// Settings are the effective values.
type Settings struct {
	Output, Color, CACert, User, Org, Namespace, Store string
	Profile                                            string // "" = none chosen
	ProfileFlag                                        bool   // --profile was given
	UserFlag                                           bool
	URL                                                *url.URL
	Timeout, MaxWait                                   time.Duration
	Retries, Concurrency, Verbose                      int
	Sandbox                                            bool
	Paths                                              Paths
	Values                                             []Value  // all settings by name
	Profiles                                           []string // in the file
	Fault                                              error    // why LoadAnyhow ignored the file; nil = it did not

	file *configFile
}

// InProfile returns the value of a setting in a profile of the configuration file, or "".
func (s *Settings) InProfile(profile, key string) string { return s.file.profiles[profile][key].text }

// MayBeNew annotates a flag --config whose file need not exist.
const MayBeNew = "may be new"

// Load merges the settings with the parsed flags of a command.
func Load(flags *pflag.FlagSet) (*Settings, error) {
	s, err := LoadAnyhow(flags)
	if err == nil && s.Fault != nil {
		return nil, s.Fault
	}
	return s, err
}

// LoadAnyhow is Load, but ignores an invalid configuration file.
func LoadAnyhow(flags *pflag.FlagSet) (*Settings, error) {
	paths, err := findPaths(flags)
	if err != nil {
		return nil, err
	}
	f := flags.Lookup("config")
	file, fault := readFile(paths.Config, paths.configGiven && (f == nil || f.Annotations[MayBeNew] == nil))
	v := viper.New()
	for _, k := range keys {
		v.SetDefault(k.name, k.def)
		if getenv(k.env) != "" { // not only blanks
			if err := v.BindEnv(k.name, k.env); err != nil {
				return nil, err
			}
		}
		if f := flags.Lookup(k.name); f != nil {
			if err := v.BindPFlag(k.name, f); err != nil {
				return nil, err
			}
		}
	}
	if err := v.MergeConfigMap(file.top.values()); err != nil {
		return nil, err
	}
	sandbox, err := ParseBool(strings.TrimSpace(v.GetString("sandbox")))
	if err != nil {
		return nil, bad("sandbox", v.GetString("sandbox"), "HUBCTL_SANDBOX", err)
	}
	profile := strings.TrimSpace(v.GetString("profile"))
	if sandbox {
		profile = ""
	}
	if in, ok := file.profiles[profile]; ok {
		if err := v.MergeConfigMap(in.values()); err != nil {
			return nil, err
		}
	}
	s := &Settings{
		file: file, Fault: fault, Paths: paths, Sandbox: sandbox, ProfileFlag: flags.Changed("profile"),
		UserFlag: flags.Changed("user"),
	}
	for name := range file.profiles {
		if sandbox {
			break // which has its own
		}
		s.Profiles = append(s.Profiles, name)
	}
	slices.Sort(s.Profiles)
	for _, k := range keys {
		value := Value{Key: k.name, Value: v.GetString(k.name), Origin: origin(k, flags, file, profile)}
		if value.Origin == k.env {
			value.Value = getenv(k.env) // without blanks around it
		}
		if sandbox && !flags.Changed(k.name) && (k.account || k.place && value.Origin != k.env) {
			value.Value, value.Origin = k.def, "default (sandbox)"
		}
		if k.check != nil && (value.Value != "" || k.def != "") {
			if err := k.check(value.Value); err != nil {
				return nil, bad(k.name, value.Value, value.Origin, err)
			}
		}
		s.Values = append(s.Values, value)
	}
	s.fill()
	return s, nil
}

// Output returns the output format for errors in the command line: that of Load or, if it fails, of
// the environment.
func Output(flags *pflag.FlagSet) string {
	if s, err := Load(flags); err == nil {
		return s.Output
	}
	return getenv("HUBCTL_OUTPUT")
}

func bad(name, value, origin string, err error) error {
	where := fmt.Sprintf("%s (%s)", name, origin)
	if flag, ok := strings.CutPrefix(origin, "flag "); ok {
		where = flag
	}
	if strings.HasSuffix(name, "url") { // it may contain a password; the reason quotes it if not
		return Error(fmt.Sprintf("invalid value for %s: %v", where, err))
	}
	return Error(fmt.Sprintf("invalid value %q for %s: %v", value, where, err))
}

// fill sets the typed fields from the checked values.
func (s *Settings) fill() {
	get := map[string]string{}
	for _, v := range s.Values {
		get[v.Key] = v.Value
	}
	s.Output, s.Color, s.CACert, s.Profile = get["output"], get["color"], get["cacert"], get["profile"]
	s.User, s.Org, s.Namespace, s.Store = get["user"], get["org"], get["namespace"], get["store"]
	s.URL, _ = hub.ParseBase(get["url"])
	s.Timeout, _ = ParseDuration(get["timeout"])
	s.MaxWait, _ = ParseDuration(get["max-wait"])
	s.Retries, _ = strconv.Atoi(get["retries"])
	s.Concurrency, _ = strconv.Atoi(get["concurrency"])
	if on, err := ParseBool(get["verbose"]); err == nil && on {
		s.Verbose = 1
	} else {
		s.Verbose, _ = strconv.Atoi(get["verbose"])
	}
}

// origin returns where a value came from, in viper's order of precedence.
func origin(k key, flags *pflag.FlagSet, file *configFile, profile string) string {
	if flags.Changed(k.name) {
		return "flag --" + k.name
	}
	if getenv(k.env) != "" {
		return k.env
	}
	if at, ok := file.profiles[profile][k.name]; ok {
		return fmt.Sprintf("profile %s, %s:%d", profile, file.path, at.line)
	}
	if at, ok := file.top[k.name]; ok {
		return fmt.Sprintf("%s:%d", file.path, at.line)
	}
	return "default"
}
