package cmd

import "github.com/spf13/cobra"

func newSCIM(a *app) *cobra.Command {
	return group("scim", "Manage the users of an organization that signs on through SCIM")
}
