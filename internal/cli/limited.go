package cli

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
)

// Limited marks a listing that is long by nature: unless --limit says otherwise
// its table stops after n rows, and says so. Other formats have every row.
func Limited(cmd *cobra.Command, n int) *cobra.Command {
	Annotate(cmd, limitKey, strconv.Itoa(n))
	const format = "%s\n\nA table stops after %d rows, all other formats have every row.\n" +
		"--limit sets another number for both; --limit 0 is all."
	cmd.Long = fmt.Sprintf(format, cmp.Or(cmd.Long, cmd.Short+"."), n)
	return cmd
}

const limitKey = "limit"

// DefaultLimit is where a table of cmd stops without --limit; 0 = nowhere.
func DefaultLimit(cmd *cobra.Command, o output.Options) int {
	if cmd.Flags().Changed("limit") || !o.IsTable() {
		return 0
	}
	n, _ := strconv.Atoi(cmd.Annotations[limitKey]) // "" = 0
	return n
}
