package cmd

import "github.com/spf13/cobra"

func newManifests(a *app) *cobra.Command {
	return group("manifests", "List the manifests of a repository")
}
