// Package cmd is the hubctl command line: one file per noun, and root.go for the
// streams, arguments and exit status of the process.
package cmd

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Main runs hubctl with the process's arguments and returns its exit status.
func Main() int { return run(nil) }

// run is Main for tests: it calls failpoint at each point where a job may be
// interrupted.
func run(failpoint func(string)) int {
	streams := &terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	a := cli.NewApp(context.Background(), streams, os.Args, failpoint)
	a.Version = func() string { return readVersion().Version }
	return cli.Main(a, newRoot)
}

// Tree returns the command tree, for programs that document it.
func Tree() *cobra.Command { return newRoot(&cli.App{IO: &terminal.Streams{}}) }

func newRoot(a *cli.App) *cobra.Command {
	a.Hints = hints()
	root := cli.Group(a, "hubctl", "The command line for Docker Hub")
	cli.AddGroup(a, root, "Get started", newLogin, newLogout, newWhoami, newBrowse, newSearch)
	cli.AddGroup(a, root, "Account", newAuth, newTokens, newProfiles, newRateLimit, newUsers)
	cli.AddGroup(a, root, "Repositories", newRepos, newTags, newManifests)
	cli.AddGroup(a, root, "Organizations", newOrgs, newMembers, newTeams, newInvites, newOrgTokens, newAudit, newUsage,
		newSCIM)
	cli.AddGroup(a, root, "Publishers", newAnalytics)
	cli.AddGroup(a, root, "Tools", newRaw, newConfig, newSandbox, newPlugin, newCompletion, newVersion)
	root.SilenceUsage, root.SilenceErrors, root.DisableAutoGenTag = true, true, true
	root.CompletionOptions.DisableDefaultCmd = true
	cli.SetHelp(a, root, "Tools")

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
