package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Usage prints how to use cmd as cobra does, but without the aliases, which are
// no second set of names to learn, and with the global flags on the root alone.
func Usage(cmd *cobra.Command) error {
	var b strings.Builder
	flags := cmd.LocalFlags() // it makes the global flags known to cmd, too
	fmt.Fprintf(&b, "Usage:\n  %s\n", UsageLine(cmd))
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if flags.HasAvailableFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", flags.FlagUsages())
	}
	if columns := cmd.Annotations[ColumnsKey]; columns != "" {
		fmt.Fprintf(&b, "\nColumns:\n  %s\n", columns)
	}
	if cmd.HasParent() {
		b.WriteString("\nhubctl --help lists the global flags, such as -o, --jq, --columns and --limit.\n")
	}
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}

// NewHelp is cobra's help command but for one thing: it refuses a command that
// it does not know.
func NewHelp(a *App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "help [COMMAND]...", Short: "Show what a command does",
		Example: "  hubctl help tokens create",
		Args:    cobra.ArbitraryArgs,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, sub := range target.Commands() {
				if sub.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	Honors(cmd, TextFlags...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := RefuseUnhonored(cmd, TextFlags); err != nil {
			return err
		}
		target, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			if target == nil {
				target = cmd.Root()
			}
			return UnknownCommand(target, append(rest, args...)[0])
		}
		a.Started = true
		target.InitDefaultHelpFlag()
		return target.Help()
	}
	return cmd
}

// UsageLine is how to call cmd.
func UsageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}
