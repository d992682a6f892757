package cmd

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// TestMeanings runs every command in the table of meanings, and expects a hint at
// its replacement. The replacements in the table must exist.
func TestMeanings(t *testing.T) {
	t.Parallel()
	commands := tree(newRoot(emptyApp()))
	dir := t.TempDir()
	for typed, meant := range hints().Meanings() {
		for _, m := range meant {
			if !exists(commands, m) {
				t.Errorf("%s: there is no %s", typed, m)
			}
		}
		words := strings.Fields(typed)
		if strings.HasPrefix(words[len(words)-1], "-") {
			continue // a flag
		}
		status, _, stderr := inside{dir: dir}.run(t.Context(), t, append(words, "x", "-Z")...)
		if want := "hint: did you mean " + strings.Join(meant, " or ") + "?\n"; status != 2 || !strings.HasSuffix(stderr, want) {
			t.Errorf("hubctl %s: exit status %d, %s", typed, status, stderr)
		}
	}
}

// exists reports whether a command or flag of hubctl exists. Anything else does.
func exists(commands []*cobra.Command, meant string) bool {
	words := strings.Fields(meant)
	return slices.ContainsFunc(commands, func(c *cobra.Command) bool {
		switch {
		case strings.HasPrefix(meant, "--"):
			return c.Flags().Lookup(words[0][2:]) != nil || c.InheritedFlags().Lookup(words[0][2:]) != nil
		case words[0] == "hubctl" && words[1] == "help" && len(words) > 2:
			return slices.ContainsFunc(cli.Topics, func(topic cli.Topic) bool { return topic.Name == words[2] })
		case words[0] == "hubctl":
			named := regexp.MustCompile(`^hubctl[a-z -]*`).FindString(meant)
			named, _, _ = strings.Cut(named, " --")
			return c.CommandPath() == strings.TrimSpace(named)
		}
		return true
	})
}
