package cmd

import "github.com/spf13/cobra"

func newSearch(a *app) *cobra.Command {
	return group("search", "Search Docker Hub")
}
