package cmd

import "github.com/spf13/cobra"

func newRepos(a *app) *cobra.Command {
	return group("repos", "Manage repositories")
}
