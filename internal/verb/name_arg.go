package verb

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// NameArg lets a command that creates a thing take its name as its only argument. The
// name may also come from a flag, which overrides the file of -f, or from the file;
// one of the three is required. An argument and a flag that differ are refused. The
// function that it returns gives the name, or "".
func NameArg(cmd *cobra.Command, flag *cli.Flag[string], file *cli.BodyFile) func(args []string) string {
	kind := strings.ToUpper(flag.Name())
	cmd.Args = func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return fmt.Errorf("expected one %s, got %d", kind, len(args))
		case len(args) == 1 && args[0] == "-":
			return fmt.Errorf("expected %s, got -", kind)
		case len(args) == 1 && flag.Changed() && flag.Value != args[0]:
			return fmt.Errorf("%q contradicts --%s %s: pass only one of them", args[0], flag.Name(), flag.Value)
		case len(args) == 0 && !flag.Changed() && !file.Changed():
			return fmt.Errorf("expected %s or --file", kind)
		}
		return nil
	}
	return func(args []string) string {
		if len(args) > 0 {
			return args[0]
		}
		return flag.Value
	}
}
