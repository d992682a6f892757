package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// NameArg makes the first argument of a create command the name of the thing. A
// file given with -f may name it instead, and the flag overrides the file. The
// function that it returns gives the name, or "" if only the file has one.
func NameArg(cmd *cobra.Command, flag string) func(args []string) string {
	value := func() string { return cmd.Flags().Lookup(flag).Value.String() }
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case !cmd.Flags().Changed("file"):
			if err := cobra.ExactArgs(1)(cmd, args); err != nil {
				return err
			}
		case len(args) == 1 && args[0] == "-":
			return errors.New("- and -f are mutually exclusive: both read what to create")
		}
		if len(args) == 1 && value() != "" && value() != args[0] {
			return fmt.Errorf("%q and --%s %q are different names: give one of them", args[0], flag, value())
		}
		return cobra.MaximumNArgs(1)(cmd, args)
	}
	return func(args []string) string {
		if len(args) > 0 {
			return args[0]
		}
		return value()
	}
}
