package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
)

// Before a command begins, everything it was given passes through here: no value
// may be empty, and no secret may stand where a name or an identifier belongs.

// mayBeEmpty are the flags that take "" in order to clear a text. Any other
// value that is empty, such as that of an unset variable in a script, could mean
// "everything", and is refused.
var mayBeEmpty = []string{"description", "given-name", "family-name"}

// mayHoldSecrets are the flags that take a secret on purpose, or a text that is
// not a name and may hold one.
var mayHoldSecrets = []string{"token", "field", "raw-field", "header", "hook-url", "exec", "jq", "template"}

var (
	ErrEmpty = hinted{
		errors.New("expected a value, got an empty one"),
		"an empty value never means everything: leave it out if that is meant, and check for unset variables",
	}
	ErrSecret = hinted{
		redact.ErrMisplaced,
		"nothing was sent; a token is named by its identifier, not by its secret",
	}
)

// A hinted error says what to do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// Hinted adds a hint to err.
func Hinted(err error, hint string) error { return hinted{err, hint} }

// VetFlags refuses flags of cmd that were given an empty value or a secret.
func VetFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed {
			return
		}
		for _, v := range flagValues(f) {
			switch {
			case err != nil:
			case isBlank(v) && !slices.Contains(mayBeEmpty, f.Name):
				err = NewUsageError(fmt.Errorf("--%s: %w", f.Name, ErrEmpty))
			case redact.HoldsSecret(v) && !slices.Contains(mayHoldSecrets, f.Name):
				err = NewUsageError(fmt.Errorf("--%s: %w", f.Name, ErrSecret))
			}
		}
	})
	return err
}

// flagValues are what a flag was given, each of several.
func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// vetArgs refuses arguments that are empty or secrets.
func vetArgs(args []string) error {
	for i, arg := range args {
		if err := VetName(arg); err != nil {
			return NewUsageError(fmt.Errorf("argument %d: %w", i+1, err))
		}
	}
	return nil
}

// VetLines refuses names of standard input that are secrets.
func VetLines(lines []string) error {
	for i, line := range lines {
		if err := VetName(line); err != nil {
			return NewUsageError(fmt.Errorf("name %d of standard input: %w", i+1, err))
		}
	}
	return nil
}

// VetName refuses a name that is empty or a secret.
func VetName(name string) error {
	switch {
	case isBlank(name):
		return ErrEmpty
	case redact.HoldsSecret(name):
		return ErrSecret
	}
	return nil
}

// vetSettings refuses settings of the environment and the configuration file
// that are secrets. An empty one is as none.
func vetSettings(set *settings.Settings) error {
	for _, v := range set.Values {
		if redact.HoldsSecret(v.Value) {
			return NewUsageError(fmt.Errorf("%s from %s: %w", v.Key, v.Origin, ErrSecret))
		}
	}
	return nil
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// MisplacedSecret reports whether the words of a command line hold a secret
// elsewhere than in --token.
func MisplacedSecret(words []string) bool {
	for i, word := range words {
		given := i > 0 && (words[i-1] == "-t" || words[i-1] == "--token") ||
			strings.HasPrefix(word, "-t") || strings.HasPrefix(word, "--token=")
		if !given && redact.HoldsSecret(word) {
			return true
		}
	}
	return false
}
