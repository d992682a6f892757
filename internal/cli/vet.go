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

// These functions check flags and arguments before a command begins: no value may
// be empty, and no secret may be used as a name or identifier.

// mayBeEmpty are the flags that accept "" to clear a text. Any other empty value,
// such as an unset variable in a script, is refused: it might mean "everything".
var mayBeEmpty = []string{"description", "given-name", "family-name"}

// mayHoldSecrets are the flags that take a secret, or text that may contain one.
var mayHoldSecrets = []string{"token", "field", "raw-field", "header", "hook-url", "exec", "jq", "template"}

var (
	ErrEmpty = hinted{
		errors.New("expected a value, got an empty one"),
		"an empty value never means everything: omit the flag or argument, and check for unset variables",
	}
	ErrSecret = hinted{
		redact.ErrMisplaced,
		"nothing was sent; use the identifier or name of the token instead of its secret",
	}
)

// A hinted error carries its hint.
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

// flagValues returns the values of a flag.
func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// vetArgs refuses arguments that are empty or contain a secret.
func vetArgs(args []string) error {
	for i, arg := range args {
		if err := VetName(arg); err != nil {
			return NewUsageError(fmt.Errorf("argument %d: %w", i+1, err))
		}
	}
	return nil
}

// VetLines refuses names from standard input that contain a secret.
func VetLines(lines []string) error {
	for i, line := range lines {
		if err := VetName(line); err != nil {
			return NewUsageError(fmt.Errorf("standard input, name %d: %w", i+1, err))
		}
	}
	return nil
}

// VetName refuses a name that is empty or contains a secret.
func VetName(name string) error {
	switch {
	case isBlank(name):
		return ErrEmpty
	case redact.HoldsSecret(name):
		return ErrSecret
	}
	return nil
}

// vetSettings refuses settings from the environment or the configuration file
// that contain a secret. An empty one counts as unset.
func vetSettings(set *settings.Settings) error {
	for _, v := range set.Values {
		if redact.HoldsSecret(v.Value) {
			return NewUsageError(fmt.Errorf("%s from %s: %w", v.Key, v.Origin, ErrSecret))
		}
	}
	return nil
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// MisplacedSecret reports whether a command line has a secret outside of --token.
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
