package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/plugin"
	"github.com/hubctl/hubctl/internal/settings"
)

func newPlugin(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Group(a, "plugin", "Use hubctl as docker hub", pluginInstall, pluginUninstall))
	cmd.Long = `As a plugin of the Docker CLI, hubctl is also called docker hub, with the same
commands, settings and logins.`
	cmd.Aliases = nil
	return cmd
}

func pluginInstall(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "install", Short: "Install the plugin docker hub",
		Long: `Link hubctl into Docker's folder of plugins, so that docker hub runs it. On
Windows, it is copied: install it again after an update.`,
		Example: "  hubctl plugin install && docker hub tokens list",
	}
	install := func(ctx context.Context, folder string) (string, error) {
		program, err := os.Executable()
		if err == nil {
			program, err = filepath.EvalSymlinks(program)
		}
		if err != nil {
			return "", err
		}
		return plugin.Install(ctx, program, folder)
	}
	return changePlugin(a, cmd, "install", "installed the plugin docker hub", install)
}

func pluginUninstall(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "uninstall", Short: "Remove the plugin docker hub", Example: "  hubctl plugin uninstall",
	}
	return changePlugin(a, cmd, "remove", "removed the plugin docker hub", plugin.Uninstall)
}

// changePlugin finishes a verb that changes the plugin in Docker's folder.
func changePlugin(
	a *cli.App, cmd *cobra.Command, what, done string, change func(ctx context.Context, folder string) (string, error),
) *cobra.Command {
	system := cmd.Flags().Bool("system", false, "for all users of this machine")
	return a.LocalChange(cli.Offline(cmd), func(ctx context.Context, _ []string) (any, error) {
		folder := plugin.Folder(settings.DockerFolder(), *system, settings.ProgramData())
		if a.Flags.DryRun {
			return nil, a.PrintDry(what+" the plugin in "+folder+"\n", cli.MustJSON(map[string]string{what: folder}))
		}
		file, err := change(ctx, folder)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: no plugin %s", dockerhub.ErrNotFound, file)
		}
		if err != nil {
			return nil, err
		}
		a.Notice("%s (%s)", done, file)
		return map[string]string{"file": file}, nil
	})
}
