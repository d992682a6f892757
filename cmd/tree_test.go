package cmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
)

// TestOnlyWhatIsMeant checks that a command built for its command line has the same
// help page as in the complete tree.
func TestOnlyWhatIsMeant(t *testing.T) {
	t.Parallel()
	page := func(c *cobra.Command) string {
		c.InitDefaultHelpFlag()
		return cli.Page(c) + strings.Join(c.SuggestionsFor("lits"), " ")
	}
	made := 0
	for _, c := range tree(newRoot(emptyApp())) {
		words := strings.Fields(c.CommandPath())
		lines := [][]string{words}
		for _, alias := range c.Aliases {
			lines = append(lines, append(slices.Clone(words[:len(words)-1]), alias))
		}
		for _, words := range lines {
			root := newRoot(&cli.App{IO: &terminal.Streams{}, Argv: slices.Insert(slices.Clone(words), 1, "help")})
			made = max(made, len(tree(root)))
			found, rest, err := root.Find(words[1:])
			if err != nil || len(rest) > 0 {
				t.Fatalf("%q: found %q, %v", words, found.CommandPath(), err)
			}
			if got, want := page(found), page(c); got != want {
				t.Errorf("%q:\n%s\nwant\n%s", words, got, want)
			}
		}
	}
	if all := len(tree(newRoot(emptyApp()))); made > all/2 {
		t.Errorf("%d of %d commands were built for one command line", made, all)
	}
}

// BenchmarkTree builds all commands, and only the commands for a command line.
func BenchmarkTree(b *testing.B) {
	for name, words := range map[string][]string{"all": nil, "version": {"hubctl", "version"}, "repos": {"hubctl", "repos", "list"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				newRoot(&cli.App{IO: &terminal.Streams{}, Argv: words})
			}
		})
	}
}
