package settings

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// DefaultProfile is the profile if none is chosen.
const DefaultProfile = "default"

// sandboxURL is the base URL of the embedded Hub. No host has that name.
const sandboxURL = "https://sandbox.invalid"

// ActivePaths returns the files of this run: those of the sandbox in the sandbox.
func (s *Settings) ActivePaths() Paths {
	if s.Sandbox {
		return s.Paths.InSandbox()
	}
	return s.Paths
}

// ProfileName returns the name of the profile of this run.
func (s *Settings) ProfileName() string {
	if s.Profile == "" {
		return DefaultProfile
	}
	return s.Profile
}

// BaseURL returns the base URL without a slash at its end.
func (s *Settings) BaseURL() string {
	if s.Sandbox {
		return sandboxURL
	}
	return strings.TrimSuffix(s.URL.String(), "/")
}

// AuthURL returns the base URL of the server that issues tokens for the registry, or ""
// if it is Docker's.
func (s *Settings) AuthURL() string { return s.host("auth-url", "") }

// RegistryURL returns the base URL of the registry, or "" if it is Docker's.
func (s *Settings) RegistryURL() string { return s.host("registry-url", "/registry") }

// UsageURL returns the base URL of the usage reports, or "" if it is Docker's.
func (s *Settings) UsageURL() string { return s.host("usage-url", "/enterprise-data/v1") }

// host returns the value of a setting or, in the sandbox, a path of its Hub.
func (s *Settings) host(name, path string) string {
	if s.Sandbox {
		return sandboxURL + path
	}
	i := slices.IndexFunc(s.Values, func(v Value) bool { return v.Key == name })
	return s.Values[i].Value
}

// Host returns the host that requests go to, for people.
func (s *Settings) Host() string {
	if s.Sandbox {
		return "SANDBOX"
	}
	return s.URL.Host
}

// Origin returns the scheme, host and port that requests go to.
func (s *Settings) Origin() string {
	u, err := hub.ParseBase(s.BaseURL())
	if err != nil {
		panic(err) // checked when the settings were read
	}
	return hub.Origin(u)
}

// SandboxFile returns the file of the sandbox's state.
func (s *Settings) SandboxFile() (string, error) {
	if s.Paths.Sandbox == "" {
		return "", errors.New("no path for the sandbox: neither HOME nor XDG_DATA_HOME is set")
	}
	return filepath.Join(s.Paths.Sandbox, "state.json"), nil
}
