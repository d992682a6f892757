// Package cmd is the hubctl command line: one file per noun, verbs.go for what
// their commands share, and root.go for the edges of the process.
package cmd

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Main runs hubctl with the process's arguments and returns its exit status.
func Main() int { return run(nil) }

// run is Main, with failpoint called wherever a job may be cut off, for tests.
func run(failpoint func(string)) int {
	streams := terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	a := cli.NewApp(context.Background(), streams, os.Args, failpoint)
	a.Version = func() string { return readVersion().Version }
	return cli.Main(a, newRoot)
}

func newRoot(a *cli.App) *cobra.Command {
	a.Hints = hints()
	root := cli.Group(a, "hubctl", "The command line for Docker Hub",
		newLogin, newLogout, newWhoami, newAuth,
		newTokens, newOrgTokens, newRepos, newTags, newManifests,
		newOrgs, newMembers, newTeams, newInvites, newAudit, newSCIM, newAnalytics, newUsers,
		newSearch, newRateLimit, newRaw, newConfig, newProfiles, newSandbox, newVersion)
	root.Long = "hubctl is the command line for Docker Hub: access tokens, repositories, tags,\n" +
		"teams and everything else that its API offers.\n\n" +
		"Try it without an account:  hubctl --sandbox tokens list"
	root.Example = "  hubctl login\n  hubctl tokens list --expiring-within 14d\n  hubctl raw GET /v2/user/"
	root.SilenceUsage, root.SilenceErrors, root.DisableAutoGenTag = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(newCompletion(a))
	root.SetHelpCommand(cli.NewHelp(a))
	root.SetUsageFunc(cli.Usage)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if rest := cmd.Flags().Args(); cmd.HasSubCommands() && len(rest) > 0 {
			a.HelpErr = cli.UnknownCommand(cmd, rest[0])
			return
		}
		help(cmd, args)
	})
	a.Cobra.W = output.Checked(a.IO.Out)
	root.SetOut(&a.Cobra) // what --help prints is a result
	root.SetErr(a.IO.Err)

	showVersion := root.Flags().BoolP("version", "V", false, "print the version and exit")
	act := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *showVersion && len(args) == 0 {
			if err := cli.RefuseUnhonored(cmd, cli.TextFlags); err != nil {
				return err
			}
			a.Started = true
			return a.Print(readVersion().String() + "\n")
		}
		return act(cmd, args)
	}
	cli.AddGlobalFlags(a, root)
	cli.CompleteFlagWith(root, "namespace", completeNamespaces(a))
	cli.CompleteFlagWith(root, "org", completeOrgs(a))
	return root
}
