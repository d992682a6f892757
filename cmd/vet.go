package cmd

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
	errEmpty = hinted{
		errors.New("expected a value, got an empty one"),
		"an empty value never means everything: leave it out if that is meant, and check for unset variables",
	}
	errSecret = hinted{
		redact.ErrMisplaced,
		"nothing was sent; a token is identified by its UUID, as hubctl tokens list shows it",
	}
)

// A hinted error says what to do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// vetFlags refuses flags of cmd that were given an empty value or a secret.
func vetFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed {
			return
		}
		for _, v := range flagValues(f) {
			switch {
			case err != nil:
			case isBlank(v) && !slices.Contains(mayBeEmpty, f.Name):
				err = usageError{fmt.Errorf("--%s: %w", f.Name, errEmpty)}
			case redact.HoldsSecret(v) && !slices.Contains(mayHoldSecrets, f.Name):
				err = usageError{fmt.Errorf("--%s: %w", f.Name, errSecret)}
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
		if err := vetName(arg); err != nil {
			return usageError{fmt.Errorf("argument %d: %w", i+1, err)}
		}
	}
	return nil
}

// vetLines refuses names of standard input that are secrets.
func vetLines(lines []string) error {
	for i, line := range lines {
		if err := vetName(line); err != nil {
			return usageError{fmt.Errorf("name %d of standard input: %w", i+1, err)}
		}
	}
	return nil
}

// vetName refuses a name that is empty or a secret.
func vetName(name string) error {
	switch {
	case isBlank(name):
		return errEmpty
	case redact.HoldsSecret(name):
		return errSecret
	}
	return nil
}

// vetSettings refuses settings of the environment and the configuration file
// that are secrets. An empty one is as none.
func vetSettings(set *settings.Settings) error {
	for _, v := range set.Values {
		if redact.HoldsSecret(v.Value) {
			return usageError{fmt.Errorf("%s from %s: %w", v.Key, v.Origin, errSecret)}
		}
	}
	return nil
}

// vetSteps refuses a saved plan with a step whose names are empty or secrets.
func vetSteps[S planStep](file string, steps []S) error {
	for i, s := range steps {
		for _, name := range s.Names() {
			if err := vetName(name); err != nil {
				return fmt.Errorf("%s: step %d: %w", file, i+1, err)
			}
		}
	}
	return nil
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// misplacedSecret reports whether the words of a command line hold a secret
// elsewhere than in --token.
func misplacedSecret(words []string) bool {
	for i, word := range words {
		given := i > 0 && (words[i-1] == "-t" || words[i-1] == "--token") ||
			strings.HasPrefix(word, "-t") || strings.HasPrefix(word, "--token=")
		if !given && redact.HoldsSecret(word) {
			return true
		}
	}
	return false
}
