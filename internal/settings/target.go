package settings

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// DefaultProfile is the profile in force when none is chosen.
const DefaultProfile = "default"

// sandboxURL is the base URL of the embedded Hub. Nothing listens there.
const sandboxURL = "https://sandbox.invalid"

// ActivePaths are the files in force: those of the sandbox in the sandbox.
func (s *Settings) ActivePaths() Paths {
	if s.Sandbox {
		return s.Paths.InSandbox()
	}
	return s.Paths
}

// ProfileName is the name of the profile in force.
func (s *Settings) ProfileName() string {
	if s.Profile == "" {
		return DefaultProfile
	}
	return s.Profile
}

// BaseURL is where requests go, without a slash at its end.
func (s *Settings) BaseURL() string {
	if s.Sandbox {
		return sandboxURL
	}
	return strings.TrimSuffix(s.URL.String(), "/")
}

// Host is where requests go, for people.
func (s *Settings) Host() string {
	if s.Sandbox {
		return "SANDBOX"
	}
	return s.URL.Host
}

// Origin is the scheme, host and port that requests go to.
func (s *Settings) Origin() string {
	u, err := hub.ParseBase(s.BaseURL())
	if err != nil {
		panic(err) // checked when the settings were read
	}
	return hub.Origin(u)
}

// SandboxFile is the file that holds the sandbox's state.
func (s *Settings) SandboxFile() (string, error) {
	if s.Paths.Sandbox == "" {
		return "", errors.New("no place to keep the sandbox: neither HOME nor XDG_DATA_HOME is set")
	}
	return filepath.Join(s.Paths.Sandbox, "state.json"), nil
}
