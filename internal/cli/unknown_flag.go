package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagMeant is a hint at what was meant by a flag that cmd does not have, or "".
func flagMeant(a *App, cmd *cobra.Command, err error) string {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	name := unknown.GetSpecifiedName()
	if instead := a.Hints.Flags[cmd.CommandPath()+" --"+name]; instead != "" {
		return "that is done by: " + instead
	}
	flags := &cobra.Command{SuggestionsMinimumDistance: 2} // which knows what names are near, but of commands alone
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags.AddCommand(&cobra.Command{Use: "--" + f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	if near := flags.SuggestionsFor("--" + name); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}
