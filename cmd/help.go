package cmd

import "github.com/spf13/cobra"

// usageTemplate is cobra's without the aliases, which are no second set of
// names to learn, and with the global flags on the root alone.
const usageTemplate = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND [flags]{{else}}{{.UseLine}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{with index .Annotations "columns"}}

Columns:
  {{.}}{{end}}{{if .HasParent}}

hubctl --help lists the global flags, such as -o, --jq, --columns and --limit.{{end}}
`

// newHelp is cobra's help command but for one thing: it refuses a command that
// it does not know.
func newHelp(a *app) *cobra.Command {
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
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			if target == nil {
				target = cmd.Root()
			}
			return unknownCommand(target, append(rest, args...)[0])
		}
		a.started = true
		target.InitDefaultHelpFlag()
		return target.Help()
	}
	return cmd
}

// usageLine is how to call cmd.
func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}
