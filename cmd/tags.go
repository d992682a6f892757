package cmd

import "github.com/spf13/cobra"

func newTags(a *app) *cobra.Command {
	return group("tags", "List, delete and inspect tags")
}
