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

// TestReadmeLimit checks that the limit applies to the text with completed links.
func TestReadmeLimit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.md")
	if err := os.WriteFile(file, []byte("[a](b)"+strings.Repeat("x", dockerhub.MaxReadme-20)), 0o600); err != nil {
		t.Fatal(err)
	}
	for base, ok := range map[string]bool{"": true, "https://example.com/a/long/way/": false} {
		cmd := &cobra.Command{}
		a := emptyApp()
		local := readmeFlags(a, cmd)
		if base != "" {
			cli.Must(cmd.Flags().Set("base-url", base))
		}
		_, got, err := readmeArgs(t.Context(), a, local, []string{"acme/api", file})
		if ok && err != nil || !ok && cli.ExitStatus(err) != 2 {
			t.Errorf("%q: %d bytes, %v", base, len(got.text), err)
		}
	}
	r := inside{dir: t.TempDir()}
	status, stdout, stderr := r.run(t.Context(), t, "repos", "readme", "check", file, "--base-url", "https://example.com/a/long/way/")
	if status != 8 || strings.Count(stdout, "more than the limit of 25000") != 1 {
		t.Errorf("check: exit status %d\n%s%s", status, stdout, stderr)
	}
}
