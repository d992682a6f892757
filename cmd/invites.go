package cmd

import "github.com/spf13/cobra"

func newInvites(a *app) *cobra.Command {
	return group("invites", "Invite people to an organization")
}
