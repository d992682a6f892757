package cmd

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
)

// harmless are the global flags that have no effect where they do not apply.
var harmless = []string{
	"profile", "user", "token", "url", "config", "sandbox", "timeout", "retries", "max-wait", "concurrency", "cacert",
	"yes", "verbose", "no-trunc", "no-pager", "color", "help",
}

// TestGlobalFlagsAreHonoredOrRefused passes every command each decisive flag that it
// does not honor, and expects an error before the command reads a setting or sends
// anything.
func TestGlobalFlagsAreHonoredOrRefused(t *testing.T) {
	t.Parallel()
	values := map[string]string{"output": "json", "limit": "7", "no-headers": "true", "quiet": "true", "dry-run": "true"}
	for _, c := range tree(newRoot(emptyApp())) {
		if _, declared := c.Annotations[cli.HonorsKey]; !declared && !c.HasSubCommands() {
			t.Errorf("%s does not declare which global flags it honors", c.CommandPath())
		}
		for _, name := range cli.Decisive {
			words := strings.Fields(c.CommandPath())
			a := &cli.App{IO: &terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, Argv: words}
			cmd, _, err := newRoot(a).Find(words[1:])
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(honored(cmd), name) {
				continue
			}
			value := values[name]
			if value == "" {
				value = "x"
			}
			args := []string{"--" + name + "=" + value}
			if cmd.Flags().Lookup("file") != nil {
				args = append(args, "--file=x") // some commands require it
			}
			if err := cmd.ParseFlags(args); err != nil {
				t.Fatal(err)
			}
			err = cmd.RunE(cmd, nil)
			if refused, ok := errors.AsType[cli.UnhonoredError](err); !ok || refused.Flag != name || a.Settings != nil || a.Started {
				t.Errorf("%s --%s: expected it to be refused, got %v", c.CommandPath(), name, err)
			}
		}
	}
}

// TestEveryGlobalFlagIsClassified checks that a global flag is either decisive or
// harmless.
func TestEveryGlobalFlagIsClassified(t *testing.T) {
	t.Parallel()
	root := newRoot(emptyApp())
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(cli.Decisive, f.Name) == slices.Contains(harmless, f.Name) {
			t.Errorf("--%s must be either decisive or harmless", f.Name)
		}
	})
}

// honored returns the decisive flags that cmd honors.
func honored(cmd *cobra.Command) []string {
	if cmd.HasSubCommands() {
		return cli.TextFlags
	}
	return slices.Concat(strings.Split(cmd.Annotations[cli.HonorsKey], ","), cli.PlaceFlags(cmd))
}
