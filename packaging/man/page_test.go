package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/cmd"
	"github.com/hubctl/hubctl/internal/cli"
)

// TestPages checks that every command and topic has a page, which has each of its
// flags and examples, and no Markdown.
func TestPages(t *testing.T) {
	t.Parallel()
	root := cmd.Tree()
	all := pages(root, footer{"2026-01-02", "1.2.3"})
	want := len(cli.Topics)
	var check func(*cobra.Command)
	check = func(c *cobra.Command) {
		want++
		text := plain(all[name(c)+".1"])
		if !strings.Contains(text, ".TH") || !strings.Contains(text, `"2026-01-02" "hubctl 1.2.3"`) || !strings.Contains(text, name(c)+" - "+c.Short) {
			t.Errorf("%s has no title or name:\n%s", name(c), text)
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if c.HasParent() && !f.Hidden && !strings.Contains(text, "--"+f.Name) {
				t.Errorf("%s lacks --%s", name(c), f.Name)
			}
		})
		for line := range strings.Lines(c.Example) {
			if !strings.Contains(text, strings.TrimSpace(line)) {
				t.Errorf("%s lacks the example %s", name(c), line)
			}
		}
		if strings.Contains(text, "**") && !strings.Contains(c.Long, "**") {
			t.Errorf("%s has Markdown:\n%s", name(c), text)
		}
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				check(sub)
			}
		}
	}
	check(root)
	if len(all) != want {
		t.Errorf("%d pages, want %d", len(all), want)
	}
	topic := plain(all["hubctl-exit-codes.7"])
	if !strings.Contains(topic, `"HUBCTL-EXIT-CODES" "7"`) || !strings.Contains(topic, "130") {
		t.Errorf("the topic has no title or text:\n%s", topic)
	}
}

// plain removes the escapes of a page.
func plain(page []byte) string {
	page = regexp.MustCompile(`\\f[A-Z]|\\&`).ReplaceAll(page, nil)
	return string(bytes.ReplaceAll(bytes.ReplaceAll(page, []byte(`\-`), []byte("-")), []byte(`\\`), []byte(`\`)))
}

// TestProse checks how the texts of help pages are converted.
func TestProse(t *testing.T) {
	t.Parallel()
	got := prose("Delete *this*:\n\n  - one\n  - two\n\nAs in\n\n  a: [b]\n\n    c\nor so.")
	want := "Delete \\*this\\*\\:\n\n- one\n- two\n\nAs in\n\n\n```\na: [b]\n\n  c\n```\n\nor so\\.\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestWrite checks that a bad date is refused, and that pages are files.
func TestWrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man")
	if err := write(dir, "yesterday", "1"); err == nil {
		t.Error("a bad date was accepted")
	}
	if err := write(dir, "2026-01-02T03:04:05Z", "1"); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "hubctl.1")); err != nil || len(b) == 0 {
		t.Error(err)
	}
}
