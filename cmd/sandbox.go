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
	cmd := cli.Offline(cli.Group(a, "sandbox", "Run the local Hub, or forget what was done in it",
		sandboxServe, sandboxReset, sandboxPath))
	cmd.Long = "The sandbox is a Docker Hub on this machine, with demo accounts and demo data.\n" +
		"Every command works on it with --sandbox; these manage it."
	return cmd
}

func sandboxServe(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the sandbox to other programs, on this machine only",
		Long: "Serve the sandbox to other programs, on this machine only, until interrupted.\n" +
			"Standard output gets the lines that point hubctl at it.",
		Example: "  hubctl sandbox serve --addr 127.0.0.1:8080",
	}
	addr := cmd.Flags().String("addr", "127.0.0.1:0", "`address` on loopback; port 0 takes a free one")
	empty := cmd.Flags().Bool("empty", false, "accounts without any data, and nothing kept")
	limit := cmd.Flags().Int("rate-limit", 0, "answer 429 beyond `N` requests a minute; 0 = never")
	cli.CompleteFlag(cmd, "addr")
	cli.CompleteFlag(cmd, "rate-limit")
	cli.Honors(cmd) // it runs until it is interrupted, and prints its address only
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

// listenOnLoopback opens addr, which has to be on loopback: the demo passwords are known
// to everybody.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, cli.NewUsageError(fmt.Errorf("--addr %s: want an address such as 127.0.0.1:8080", addr))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, cli.NewUsageError(fmt.Errorf("--addr %s is not on loopback", addr))
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}

func printServing(a *cli.App, url string, empty bool) error {
	var b strings.Builder
	first := sandbox.Accounts()[0]
	fmt.Fprintf(&b, "export HUBCTL_URL=%s\nexport HUBCTL_USER=%s\nexport HUBCTL_PASSWORD=%s\n",
		url, first.User, first.Password)
	for _, account := range sandbox.Accounts() {
		fmt.Fprintf(&b, "# %s %s", account.Kind, account.User)
		if account.Password != "" {
			fmt.Fprintf(&b, ", password %s", account.Password)
		}
		if account.OTP != "" {
			fmt.Fprintf(&b, ", code of the second factor %s", account.OTP)
		}
		if account.SCIM != "" {
			fmt.Fprintf(&b, ", HUBCTL_SCIM_TOKEN=%s", account.SCIM)
		}
		fmt.Fprintln(&b)
		for _, t := range account.Tokens {
			if empty {
				break // none of them works there
			}
			fmt.Fprintf(&b, "#   %s  %s (%s)\n", t.Secret, t.Label, strings.Join(t.Scopes, ", "))
		}
	}
	return a.Print(b.String())
}

func sandboxReset(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "reset", Short: "Forget everything that was changed in the sandbox",
		Example: "  hubctl sandbox reset --yes",
	}
	cli.Honors(cmd, cli.SilentFlags...)
	cli.Confirms(cmd)
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		path, err := a.Settings.SandboxFile()
		if err != nil {
			return err
		}
		if err := a.Confirm(ctx, "Forget every change in the SANDBOX ("+path+")?"); err != nil {
			return err
		}
		if a.Flags.DryRun {
			return nil
		}
		if err := sandbox.New(sandbox.Options{Path: path}).Reset(ctx); err != nil {
			return err
		}
		own := a.Settings.Paths.InSandbox() // the logins and caches of its world
		if err := errors.Join(os.RemoveAll(own.Credentials), os.RemoveAll(own.Cache), os.RemoveAll(own.Jobs)); err != nil {
			return err
		}
		a.Notice("the sandbox is as new")
		return nil
	})
}

func sandboxPath(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "path", Short: "Print where the sandbox keeps what was changed",
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
