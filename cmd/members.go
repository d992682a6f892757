package cmd

import "github.com/spf13/cobra"

func newMembers(a *app) *cobra.Command {
	return group("members", "Manage the members of an organization")
}
