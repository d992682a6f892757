package cmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// tree is every command that a user sees, parents first.
func tree(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, sub := range root.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			all = append(all, tree(sub)...)
		}
	}
	return all
}

// TestReference holds docs/reference.md to what --help says.
func TestReference(t *testing.T) {
	t.Parallel()
	root := newRoot(&cli.App{})
	root.InitDefaultHelpFlag()
	var b strings.Builder
	b.WriteString("# Reference\n\nWritten by `go test ./cmd -update` from what the commands say of themselves.\n")
	for _, c := range tree(root) {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n", c.CommandPath(), c.Short)
		if c.Long != "" {
			fmt.Fprintf(&b, "\n```\n%s\n```\n", c.Long)
		}
		fmt.Fprintf(&b, "\n```\n%s\n```\n", cli.UsageLine(c))
		if flags := c.LocalFlags(); c != root && flags.HasAvailableFlags() {
			fmt.Fprintf(&b, "\n```\n%s```\n", flags.FlagUsages())
		}
		if columns := c.Annotations[cli.ColumnsKey]; columns != "" {
			fmt.Fprintf(&b, "\nColumns: %s\n", columns)
		}
		if c.Example != "" {
			fmt.Fprintf(&b, "\nExamples:\n\n```\n%s\n```\n", c.Example)
		}
		if c == root {
			fmt.Fprintf(&b, "\nGlobal flags, before or after the command:\n\n```\n%s```\n", c.LocalFlags().FlagUsages())
		}
	}
	golden(t, "../docs/reference.md", b.String())
}

// TestHelp holds every command to the rules for help: a short text without a
// full stop, and an example for what can be run.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, c := range tree(newRoot(&cli.App{})) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: bad short help %q", c.CommandPath(), c.Short)
		}
		if !c.HasSubCommands() && !strings.Contains(c.Example, "hubctl") {
			t.Errorf("%s: no example", c.CommandPath())
		}
	}
}
