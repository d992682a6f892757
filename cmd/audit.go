package cmd

import "github.com/spf13/cobra"

func newAudit(a *app) *cobra.Command {
	return group("audit", "Read audit logs")
}
