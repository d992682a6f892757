package cmd

import "github.com/spf13/cobra"

func newRateLimit(a *app) *cobra.Command {
	return group("ratelimit", "Show how many requests and pulls are left")
}
