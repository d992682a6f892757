package cli

import (
	"errors"
)

// errSecretLost is standard output that cannot take a secret.
var errSecretLost = errors.New("the secret would be lost: standard output is closed or the null device")

const secretLostHint = "send standard output to a terminal, a pipe or a file; " +
	"a rotation also takes --write-file, --write-env, --exec or --docker-login"

// RefuseLostSecret refuses standard output that would lose a secret. It is asked
// before anything is sent.
func (a *App) RefuseLostSecret() error {
	if a.IO.DiscardsOutput() {
		return NewUsageError(errSecretLost)
	}
	return nil
}
