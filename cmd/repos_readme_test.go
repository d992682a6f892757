package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
)

func TestReadText(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.md")
	for text, ok := range map[string]bool{"café\n": true, "caf\xe9\n": false, "": true} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readText(t.Context(), (&cli.App{}), file); (err == nil) != ok || ok && got != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestSettled(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "\r\n": "", "a": "a\n", "a\r\nb \r\n\r\n": "a\nb\n", " a\n": " a\n"} {
		if got := normalizeEOL(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// TestReadmeLimit holds that the limit counts what is sent, with its links
// completed.
func TestReadmeLimit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.md")
	if err := os.WriteFile(file, []byte("[a](b)"+strings.Repeat("x", dockerhub.MaxReadme-20)), 0o600); err != nil {
		t.Fatal(err)
	}
	for base, ok := range map[string]bool{"": true, "https://example.com/a/long/way/": false} {
		cmd := &cobra.Command{}
		read := localReadme(&cli.App{}, cmd)
		if err := cmd.Flags().Set("base-url", base); err != nil {
			t.Fatal(err)
		}
		_, text, err := read(t.Context(), []string{file})
		if ok && err != nil || !ok && cli.ExitStatus(err) != 2 {
			t.Errorf("%q: %d bytes, %v", base, len(text), err)
		}
	}
}
