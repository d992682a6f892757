package cmd

import "github.com/spf13/cobra"

func newAnalytics(a *app) *cobra.Command {
	return group("analytics", "Read the analytics of a Docker Verified Publisher")
}
