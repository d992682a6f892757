package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// These checks of arguments and flags replace cobra's, whose errors have no types and
// do not use the names from the usage line.

// RangeArgs requires a number of arguments between two limits.
func RangeArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return tooFewArgs(cmd, args)
		case len(args) > most:
			return unexpectedArg(cmd, args)
		}
		return nil
	}
}

// ExactArgs requires n arguments.
func ExactArgs(n int) cobra.PositionalArgs { return RangeArgs(n, n) }

// MaximumNArgs accepts up to n arguments.
func MaximumNArgs(n int) cobra.PositionalArgs { return RangeArgs(0, n) }

// MinimumNArgs requires n arguments, and accepts more.
func MinimumNArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return RangeArgs(n, len(args))(cmd, args) }
}

// NoArgs accepts no arguments.
func NoArgs(cmd *cobra.Command, args []string) error { return RangeArgs(0, 0)(cmd, args) }

// OneValidArg accepts one of cmd.ValidArgs, or no argument.
func OneValidArg(cmd *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && !slices.Contains(cmd.ValidArgs, args[0]) {
		return unexpectedArg(cmd, args)
	}
	return nil
}

// argNames returns the arguments of cmd by the names of its usage line.
func argNames(cmd *cobra.Command) []string {
	names := strings.Fields(strings.ReplaceAll(cmd.Use, "|", " or "))[1:]
	if i := slices.IndexFunc(names, isFlag); i >= 0 {
		names = names[:i]
	}
	return names
}

func isFlag(word string) bool { return strings.HasPrefix(word, "--") }

// verbPath returns the names of cmd and its parents, without the program's.
func verbPath(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

func tooFewArgs(cmd *cobra.Command, args []string) error {
	text := verbPath(cmd) + " needs " + strings.Join(argNames(cmd), " ")
	if len(args) > 0 {
		text += ", got only " + strings.Join(args, " ")
	}
	return errors.New(text)
}

func unexpectedArg(cmd *cobra.Command, args []string) error {
	names := argNames(cmd)
	first := args[min(len(names), len(args)-1)]
	takes := "no arguments"
	if len(names) > 0 {
		takes = strings.Join(names, " ")
	}
	return hinted{
		fmt.Errorf("unexpected argument %q: %s takes %s", first, verbPath(cmd), takes),
		flagForArgument(cmd, first),
	}
}

// flagForArgument returns a hint at the flag that an unexpected argument may
// belong to, or "".
func flagForArgument(cmd *cobra.Command, arg string) string {
	hint := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if _, err := strconv.ParseBool(arg); err == nil && f.Value.Type() == "bool" {
			hint = fmt.Sprintf("the value of a true/false flag follows an equals sign: --%s=%s", f.Name, arg)
		}
	})
	words := strings.Fields(cmd.Use)
	i := slices.IndexFunc(words, isFlag)
	switch {
	case hint != "":
		return hint
	case i >= 0:
		return fmt.Sprintf("pass it as %s %s", words[i], arg)
	case slices.Equal(PlaceFlags(cmd), []string{"org"}):
		return "pass the organization as --org " + arg
	}
	return ""
}

// Exclusive refuses more than one of the flags.
func Exclusive(cmd *cobra.Command, flags ...string) {
	cmd.MarkFlagsMutuallyExclusive(flags...) // for completion
	beforeRun(cmd, func() error {
		given := slices.DeleteFunc(slices.Clone(flags), func(name string) bool { return !cmd.Flags().Changed(name) })
		if len(given) > 1 {
			return errors.New(flagNames(slices.Sorted(slices.Values(given)), "and") + " cannot be used together")
		}
		return nil
	})
}

// OneRequired requires at least one of the flags.
func OneRequired(cmd *cobra.Command, flags ...string) {
	cmd.MarkFlagsOneRequired(flags...) // for completion
	beforeRun(cmd, func() error { return CheckOneRequired(cmd, flags) })
}

// CheckOneRequired is OneRequired for a requirement that depends on the arguments.
func CheckOneRequired(cmd *cobra.Command, flags []string) error {
	if slices.ContainsFunc(flags, cmd.Flags().Changed) {
		return nil
	}
	return errors.New("expected " + flagNames(flags, "or"))
}

// beforeRun adds a check to PreRunE, which comes before cobra's own checks.
func beforeRun(cmd *cobra.Command, check func() error) {
	earlier := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if earlier != nil {
			if err := earlier(cmd, args); err != nil {
				return err
			}
		}
		return check()
	}
}

// flagNames lists flags, with a word before the last one.
func flagNames(flags []string, word string) string {
	last := len(flags) - 1
	if last == 0 {
		return "--" + flags[0]
	}
	return "--" + strings.Join(flags[:last], ", --") + " " + word + " --" + flags[last]
}
