package cmd

import "github.com/spf13/cobra"

func newOrgs(a *app) *cobra.Command {
	return group("orgs", "Look at organizations and their settings")
}
