package verb

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// NameArg lets a command that creates a thing take its name as its only argument. The
// name may also come from a flag, which overrides the file of -f, or from the file;
// one of the three is required. An argument and a flag that differ are refused. The
// function that it returns gives the name, or "".
func NameArg(cmd *cobra.Command, flag string) func(args []string) string {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		f := cmd.Flags().Lookup(flag)
		switch {
		case len(args) > 1:
			return fmt.Errorf("expected one %s, got %d", strings.ToUpper(flag), len(args))
		case len(args) == 1 && args[0] == "-":
			return fmt.Errorf("expected %s, got -", strings.ToUpper(flag))
		case len(args) == 1 && f.Changed && f.Value.String() != args[0]:
			return fmt.Errorf("%q contradicts --%s %s: pass only one of them", args[0], flag, f.Value)
		case len(args) == 0 && !f.Changed && !cmd.Flags().Changed("file"):
			return fmt.Errorf("expected %s or --file", strings.ToUpper(flag))
		}
		return nil
	}
	return func(args []string) string {
		if len(args) > 0 {
			return args[0]
		}
		return cmd.Flags().Lookup(flag).Value.String()
	}
}
