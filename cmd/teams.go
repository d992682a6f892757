package cmd

import "github.com/spf13/cobra"

func newTeams(a *app) *cobra.Command {
	return group("teams", "Manage the teams of an organization")
}
