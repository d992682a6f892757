package cmd

import "github.com/spf13/cobra"

func newOrgTokens(a *app) *cobra.Command {
	return group("org-tokens", "Manage the access tokens of an organization")
}
