// Package cmd is the hubctl command line: one file per noun, verbs.go for what
// their commands share, and root.go for the edges of the process.
package cmd

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Main runs hubctl with the process's arguments and returns its exit status.
func Main() int { return run(nil) }

// run is Main, with point called wherever a job may be cut off, for tests.
func run(point func(string)) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of Write, and ends in exit
	s := cli.NewSignals(context.Background())
	a := &cli.App{IO: terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, Now: time.Now(), Version: func() string { return readVersion().Version }, Signals: s, Listen: s.Listen, Failpoint: point, Argv: slices.Clone(os.Args)}
	a.Argv[0] = "hubctl" // whatever it was called by
	for _, word := range a.Argv {
		a.Secrets.Add(redact.SecretsIn(word)...)
	}
	if cli.Completing(a.Argv[1:]) && cli.MisplacedSecret(a.Argv) {
		_ = a.Print(":4\n") // which is how to offer nothing; cobra would repeat the words
		return 0
	}
	status := make(chan int, 1)
	go func() { status <- execute(a) }()
	select {
	case status := <-status:
		return status
	case <-s.Abandoned:
		return a.Abandon()
	}
}

// execute runs the command line in a.words, reports its error and returns the
// exit status.
func execute(a *cli.App) int {
	root := newRoot(a)
	root.SetArgs(a.Argv[1:])
	cli.PrepareCompletion(root, a.Argv[1:])
	cmd, err := root.ExecuteContextC(a.Signals.Ctx)
	if err == nil {
		err = cmp.Or(a.HelpErr, a.Cobra.Err)
	}
	_, told := errors.AsType[settings.Error](err)
	_, unwritten := errors.AsType[*output.WriteError](err)
	if err != nil && !a.Started && !told && !unwritten {
		err = cli.UsageErrorFor(cmd, err)
	}
	err = a.AfterAnyChange(err)
	if sig := a.Signals.Caught(); sig != nil && err != nil {
		err = cli.Interrupted{Signal: sig, Err: err}
	}
	a.Report(cmd, err)
	return cli.ExitStatus(err)
}

func newRoot(a *cli.App) *cobra.Command {
	root := cli.Group(a, "hubctl", "The command line for Docker Hub",
		newLogin, newLogout, newWhoami, newAuth,
		newTokens, newOrgTokens, newRepos, newTags, newManifests,
		newOrgs, newMembers, newTeams, newInvites, newAudit, newSCIM, newAnalytics, newUsers,
		newSearch, newRateLimit, newRaw, newConfig, newProfiles, newSandbox, newVersion)
	root.Long = "hubctl is the command line for Docker Hub: access tokens, repositories, tags,\nteams and everything else that its API offers.\n\n" +
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
	cli.Must(root.RegisterFlagCompletionFunc("namespace", completeNamespaceFlag(a)))
	cli.Must(root.RegisterFlagCompletionFunc("org", completeOrgFlag(a)))
	return root
}
