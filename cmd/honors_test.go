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

// harmless are the global flags that change no result where a command has no
// use for them.
var harmless = []string{
	"profile", "user", "token", "url", "config", "sandbox", "timeout", "retries", "max-wait", "concurrency", "cacert",
	"yes", "verbose", "no-trunc", "color", "help",
}

// TestGlobalFlagsAreHonoredOrRefused gives every command every decisive global
// flag that it does not honor, and expects it to fail before it reads a setting
// or sends anything.
func TestGlobalFlagsAreHonoredOrRefused(t *testing.T) {
	t.Parallel()
	values := map[string]string{"output": "json", "limit": "7", "no-headers": "true", "quiet": "true", "dry-run": "true"}
	for _, c := range tree(newRoot(&cli.App{})) {
		if _, declared := c.Annotations[cli.HonorsKey]; !declared && !c.HasSubCommands() {
			t.Errorf("%s does not declare which global flags it honors", c.CommandPath())
		}
		for _, name := range cli.Decisive {
			words := strings.Fields(c.CommandPath())
			a := &cli.App{IO: terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, Argv: words}
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
				args = append(args, "--file=x") // which some commands need
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

// TestEveryGlobalFlagIsClassified: a new global flag is decisive or harmless,
// and no command has a flag of its own by that name.
func TestEveryGlobalFlagIsClassified(t *testing.T) {
	t.Parallel()
	root := newRoot(&cli.App{})
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(cli.Decisive, f.Name) == slices.Contains(harmless, f.Name) {
			t.Errorf("--%s must be either decisive or harmless", f.Name)
		}
	})
	for _, c := range tree(root)[1:] {
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			global := root.PersistentFlags().Lookup(f.Name)
			short := f.Shorthand != "" && root.PersistentFlags().ShorthandLookup(f.Shorthand) != nil
			if global != nil || short {
				t.Errorf("%s: its flag --%s shadows a global one", c.CommandPath(), f.Name)
			}
		})
	}
}

// honored are the decisive flags that cmd declares.
func honored(cmd *cobra.Command) []string {
	if cmd.HasSubCommands() {
		return cli.TextFlags
	}
	return slices.Concat(strings.Split(cmd.Annotations[cli.HonorsKey], ","), cli.PlaceFlags(cmd))
}
