package cli

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed topics/*.txt
var topicFiles embed.FS

// A Topic is a help page about more than one command.
type Topic struct{ Name, Short string }

// Topics are the pages of "hubctl help TOPIC".
var Topics = []Topic{
	{"environment", "Global flags, environment variables and settings"},
	{"exit-codes", "Exit statuses"},
	{"formatting", "Output formats, columns, jq and templates"},
	{"references", "How to name repositories, tags and other things"},
	{"sessions", "Which account a command acts for"},
}

// Text returns the page of a topic. {{flags}} stands for the global flags.
func (t Topic) Text(root *cobra.Command) string {
	text, err := topicFiles.ReadFile("topics/" + t.Name + ".txt")
	Must(err)
	flags := strings.TrimRight(flagUsages(root.PersistentFlags()), "\n")
	return strings.Replace(string(text), "{{flags}}", flags, 1)
}

func findTopic(args []string) (Topic, bool) {
	for _, t := range Topics {
		if len(args) == 1 && args[0] == t.Name {
			return t, true
		}
	}
	return Topic{}, false
}

func topicNames() []string {
	names := make([]string, len(Topics))
	for i, t := range Topics {
		names[i] = t.Name
	}
	return names
}

func topicList() string {
	var b strings.Builder
	for _, t := range Topics {
		fmt.Fprintf(&b, "  %-11s  %s\n", t.Name, t.Short)
	}
	return b.String()
}
