package cli

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
)

// Limited marks a long listing: without --limit, its table stops after n rows, with
// a notice. Other formats print every row.
func Limited(cmd *cobra.Command, n int) *cobra.Command {
	Annotate(cmd, limitKey, strconv.Itoa(n))
	const format = "%s\n\nWithout --limit, a table stops after %d rows; other formats print every row.\n" +
		"--limit 0 prints all."
	cmd.Long = fmt.Sprintf(format, cmp.Or(cmd.Long, cmd.Short+"."), n)
	return cmd
}

const limitKey = "limit"

// DefaultLimit returns the number of rows in a table of cmd without --limit; 0 = all.
func DefaultLimit(cmd *cobra.Command, o output.Options) int {
	if cmd.Flags().Changed("limit") || !o.IsTable() {
		return 0
	}
	n, _ := strconv.Atoi(cmd.Annotations[limitKey]) // "" = 0
	return n
}
