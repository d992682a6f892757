package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// tree lists every visible command, parents first.
func tree(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, sub := range root.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			all = append(all, tree(sub)...)
		}
	}
	return all
}

// TestReference checks that docs/reference.md equals the help pages.
func TestReference(t *testing.T) {
	t.Parallel()
	root := newRoot(emptyApp())
	var b strings.Builder
	b.WriteString("# Reference\n\nThe help pages of hubctl, written by `go test ./cmd -update`.\n")
	section := func(title, page string) { fmt.Fprintf(&b, "\n## %s\n\n```\n%s```\n", title, page) }
	for _, c := range tree(root) {
		section(c.CommandPath(), cli.Page(c))
	}
	for _, topic := range cli.Topics {
		section("hubctl help "+topic.Name, topic.Text(root))
	}
	golden(t, "../docs/reference.md", b.String())
}

// TestTopics checks that every topic fits the width of a page and can be completed,
// and that the topic environment has every variable that hubctl reads.
func TestTopics(t *testing.T) {
	t.Parallel()
	_, offered, _ := inside{dir: t.TempDir()}.run(t.Context(), t, "__complete", "help", "")
	texts := map[string]string{}
	for _, topic := range cli.Topics {
		status, text, _ := inside{dir: t.TempDir()}.run(t.Context(), t, "help", topic.Name)
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > cli.PageWidth {
				t.Errorf("%s is wider than a page: %s", topic.Name, line)
			}
		}
		if status != 0 || !strings.Contains(offered, topic.Name+"\t"+topic.Short+"\n") {
			t.Errorf("%s: exit status %d, completion %q", topic.Name, status, offered)
		}
		texts[topic.Name] = text
	}
	files, err := filepath.Glob("../internal/settings/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, variable := range regexp.MustCompile(`"(HUBCTL|DOCKER|DOCKERHUB)_[A-Z_]+"`).FindAllString(string(source), -1) {
			if !strings.Contains(texts["environment"], strings.Trim(variable, `"`)) {
				t.Errorf("%s is not in the topic", variable)
			}
		}
	}
}
