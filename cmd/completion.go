package cmd

import (
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// newCompletion is cobra's own command but for one thing: it refuses a shell
// that it does not know.
func newCompletion(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "completion", "Print a script that completes hubctl's commands in a shell")
	cmd.Long = "Print a script that completes hubctl's commands, flags and, from the account,\n" +
		"identifiers. To have it in every new shell:\n\n" +
		"  bash        mkdir -p ~/.local/share/bash-completion/completions\n" +
		"              hubctl completion bash > ~/.local/share/bash-completion/completions/hubctl\n" +
		"  zsh         echo 'autoload -U compinit && compinit && source <(hubctl completion zsh)' >> ~/.zshrc\n" +
		"  fish        mkdir -p ~/.config/fish/completions\n" +
		"              hubctl completion fish > ~/.config/fish/completions/hubctl.fish\n" +
		"  PowerShell  mkdir -Force (Split-Path $PROFILE)\n" +
		"              hubctl completion powershell >> $PROFILE\n\n" +
		"Bash needs the package bash-completion; without it, it says\n_get_comp_words_by_ref: command not found."
	for shell, write := range map[string]func(root *cobra.Command) error{
		"bash":       func(root *cobra.Command) error { return root.GenBashCompletionV2(&a.Cobra, true) },
		"zsh":        func(root *cobra.Command) error { return root.GenZshCompletion(&a.Cobra) },
		"fish":       func(root *cobra.Command) error { return root.GenFishCompletion(&a.Cobra, true) },
		"powershell": func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(&a.Cobra) },
	} {
		sub := &cobra.Command{Use: shell, Short: "Print the script for " + shell, Example: "  hubctl completion " + shell}
		sub.Args = cobra.NoArgs
		cli.Honors(cli.Offline(sub), cli.TextFlags...)
		sub.RunE = func(cmd *cobra.Command, _ []string) error { // without settings: a shell's start must not fail for them
			if err := cli.RefuseUnhonored(cmd, cli.TextFlags); err != nil {
				return err
			}
			a.Started = true
			return write(cmd.Root())
		}
		cmd.AddCommand(sub)
	}
	return cmd
}
