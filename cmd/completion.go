package cmd

import (
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// newCompletion replaces cobra's own command, which accepts unknown shells.
func newCompletion(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "completion", "Generate a shell completion script")
	cmd.Long = `Generate a script that completes commands, flags, and names and identifiers from
your account. To load it in every new shell:

  bash        mkdir -p ~/.local/share/bash-completion/completions
              hubctl completion bash \
                > ~/.local/share/bash-completion/completions/hubctl
  zsh         echo 'autoload -U compinit && compinit' >> ~/.zshrc
              echo 'source <(hubctl completion zsh)' >> ~/.zshrc
  fish        mkdir -p ~/.config/fish/completions
              hubctl completion fish > ~/.config/fish/completions/hubctl.fish
  PowerShell  mkdir -Force (Split-Path $PROFILE)
              hubctl completion powershell >> $PROFILE

Bash requires the package bash-completion. Without it, completion fails with
"_get_comp_words_by_ref: command not found".`
	for shell, write := range map[string]func(root *cobra.Command) error{
		"bash":       func(root *cobra.Command) error { return cli.BashCompletion(root, &a.Cobra) },
		"zsh":        func(root *cobra.Command) error { return root.GenZshCompletion(&a.Cobra) },
		"fish":       func(root *cobra.Command) error { return root.GenFishCompletion(&a.Cobra, true) },
		"powershell": func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(&a.Cobra) },
	} {
		sub := &cobra.Command{
			Use: shell, Short: "Generate the script for " + shell, Example: "  hubctl completion " + shell,
			Args: cli.NoArgs,
		}
		cli.Honors(cli.Offline(sub), cli.TextFlags...)
		// It reads no settings, so that bad ones do not break the start of a shell.
		sub.RunE = func(cmd *cobra.Command, _ []string) error {
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
