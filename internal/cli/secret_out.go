package cli

import "errors"

var errSecretLost = errors.New("the secret would be lost: standard output is closed or the null device")

const secretLostHint = "send standard output to a terminal, a pipe or a file; " +
	"rotate also accepts --write-file, --write-env, --exec or --docker-login"

// RefuseLostSecret fails if standard output would lose a secret. Commands call it before they
// send anything.
func (a *App) RefuseLostSecret() error {
	if a.IO.DiscardsOutput() {
		return NewUsageError(errSecretLost)
	}
	return nil
}
