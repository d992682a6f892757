package cli

import (
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/plugin"
	"github.com/hubctl/hubctl/internal/settings"
)

// asPlugin adapts a to a command line that Docker passes on: its messages and help
// call hubctl docker hub, and it ends when Docker does.
func (a *App) asPlugin() {
	args, config := plugin.Arguments(a.Argv[1:])
	a.Argv = append(a.Argv[:1:1], args...)
	if config != "" {
		settings.SetDockerFolder(config)
	}
	a.plugin = true
	a.Listen = func() {
		a.Signals.Listen()
		if socket := settings.PluginSocket(); socket != "" {
			plugin.Watch(a.Signals.Ctx, socket, func() { a.Signals.Send(os.Interrupt) })
		}
	}
}

// asDockerHub returns a function that calls hubctl docker hub where a text names a
// command of root, or the program of a message.
func asDockerHub(root *cobra.Command) func(string) string {
	words := []string{"COMMAND", "help"}
	for _, c := range root.Commands() {
		words = append(words, c.Name())
	}
	spoken := regexp.MustCompile(`(?m)^hubctl: |\bhubctl (` + strings.Join(words, "|") + `)\b`)
	return func(text string) string {
		return spoken.ReplaceAllStringFunc(text, func(found string) string {
			return "docker hub" + strings.TrimPrefix(found, "hubctl")
		})
	}
}
