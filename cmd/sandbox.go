package cmd

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

func newSandbox(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Group(a, "sandbox", "Manage the local sandbox Hub",
		sandboxServe, sandboxReset, sandboxPath))
	cmd.Long = `The sandbox is a local Docker Hub with demo accounts and data. To use it, add
--sandbox to any command.`
	return cmd
}

func sandboxReset(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "reset", Short: "Discard all changes in the sandbox",
		Example: "  hubctl sandbox reset --yes",
	}
	cli.Confirms(cmd)
	return a.LocalChange(cmd, func(ctx context.Context, _ []string) (any, error) {
		path, err := a.Settings.SandboxFile()
		if err != nil {
			return nil, err
		}
		doc := map[string]string{"reset": path}
		if a.Flags.DryRun {
			return nil, a.PrintDry("discard all changes in "+path+"\n", cli.MustJSON(doc))
		}
		if err := a.Confirm(ctx, "Discard all changes in the SANDBOX ("+path+")?"); err != nil {
			return nil, err
		}
		if err := sandbox.New(sandbox.Options{Path: path}).Reset(ctx); err != nil {
			return nil, err
		}
		own := a.Settings.Paths.InSandbox() // its logins and caches
		if err := errors.Join(os.RemoveAll(own.Credentials), os.RemoveAll(own.Cache), os.RemoveAll(own.Jobs)); err != nil {
			return nil, err
		}
		a.Notice("sandbox reset")
		return doc, nil
	})
}

func sandboxPath(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "path", Short: "Print the path of the sandbox's state",
		Example: "  hubctl sandbox path",
	}
	cli.Honors(cmd, cli.TextFlags...)
	return a.Local(cmd, func(context.Context, []string) error {
		path, err := a.Settings.SandboxFile()
		if err != nil {
			return err
		}
		return a.Print(path + "\n")
	})
}
