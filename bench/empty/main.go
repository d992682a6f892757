// Command empty is the smallest program that uses Cobra and Viper, the baseline for
// hubctl's startup time.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"
)

func main() {
	settings := viper.New()
	settings.SetDefault("version", "devel")
	root := &cobra.Command{Use: "empty"}
	root.AddCommand(&cobra.Command{
		Use: "version",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), settings.GetString("version"))
			return err
		},
	})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
