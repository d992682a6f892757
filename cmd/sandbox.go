package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

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

func sandboxServe(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the sandbox to local programs",
		Long: `Serve the sandbox on loopback until interrupted, and print the environment
variables that make hubctl use it.`,
		Example: "  hubctl sandbox serve --addr 127.0.0.1:8080",
	}
	addr := cmd.Flags().String("addr", "127.0.0.1:0", "`address` on loopback (port 0: any free port)")
	empty := cmd.Flags().Bool("empty", false, "accounts without data; changes are not saved")
	limit := cmd.Flags().Int("rate-limit", 0, "respond 429 after `N` requests per minute (0: never)")
	cli.CompleteFlag(cmd, "addr")
	cli.CompleteFlag(cmd, "rate-limit")
	cli.Honors(cmd) // it prints only the address
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		path, err := a.Settings.SandboxFile()
		if err != nil {
			return err
		}
		if *empty {
			path = ""
		}
		l, err := listenOnLoopback(ctx, *addr)
		if err != nil {
			return err
		}
		hub := sandbox.New(sandbox.Options{Path: path, Empty: *empty, RateLimit: *limit})
		if err := printServing(a, "http://"+l.Addr().String(), *empty); err != nil {
			_ = l.Close()
			return err
		}
		return sandbox.Serve(ctx, l, hub, cli.Grace/2)
	})
}

// listenOnLoopback listens on addr, which must be on loopback: the demo passwords are public.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, cli.NewUsageError(fmt.Errorf("invalid value %q for --addr: expected host:port, as in 127.0.0.1:80", addr))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, cli.NewUsageError(fmt.Errorf("--addr %s is not on loopback", addr))
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}

func printServing(a *cli.App, url string, empty bool) error {
	var b strings.Builder
	first := sandbox.Accounts()[0]
	fmt.Fprintf(&b, "export HUBCTL_URL=%s\n", url)
	for _, host := range sandbox.Hosts {
		fmt.Fprintf(&b, "export %s=%s\n", host.Variable, url+host.Path)
	}
	fmt.Fprintf(&b, "export HUBCTL_USER=%s\nexport HUBCTL_PASSWORD=%s\n", first.User, first.Password)
	for _, account := range sandbox.Accounts() {
		fmt.Fprintf(&b, "# %s %s", account.Kind, account.User)
		if account.Password != "" {
			fmt.Fprintf(&b, ", password %s", account.Password)
		}
		if account.OTP != "" {
			fmt.Fprintf(&b, ", two-factor code %s", account.OTP)
		}
		if account.SCIM != "" {
			fmt.Fprintf(&b, ", HUBCTL_SCIM_TOKEN=%s", account.SCIM)
		}
		fmt.Fprintln(&b)
		for _, t := range account.Tokens {
			if empty {
				break // there are no organizations
			}
			fmt.Fprintf(&b, "#   %s  %s (%s)\n", t.Secret, t.Label, strings.Join(t.Scopes, ", "))
		}
	}
	return a.Print(b.String())
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
