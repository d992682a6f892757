package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// elsewhere are flags that a command does not have, and what does what they
// stand for.
var elsewhere = map[string]string{
	"hubctl repos patch --private": "hubctl repos privacy REPOSITORY private",
	"hubctl repos patch --public":  "hubctl repos privacy REPOSITORY public",
	"hubctl repos patch --readme":  "hubctl repos readme set REPOSITORY FILE",
}

// flagMeant is a hint at what was meant by a flag that cmd does not have, or "".
func flagMeant(cmd *cobra.Command, err error) string {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	name := unknown.GetSpecifiedName()
	if instead := elsewhere[cmd.CommandPath()+" --"+name]; instead != "" {
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
