package cmd

import "github.com/spf13/cobra"

func newUsers(a *app) *cobra.Command {
	return group("users", "Look at users")
}
