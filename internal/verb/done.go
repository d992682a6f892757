package verb

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
)

// pastTense is the past tense of verbs that change one thing.
var pastTense = map[string]string{"create": "created", "add": "added", "patch": "updated", "set": "updated"}

// noticeDone reports what cmd did to the thing in a row, such as "created token
// ci". Commands that change nothing print no notice.
func noticeDone(a *cli.App, cmd *cobra.Command, t output.Table[output.Row], row output.Row) {
	done := pastTense[cmd.Name()]
	if done == "" {
		return
	}
	name := nameOf(t, row)
	title := cli.Title(cmd, name)
	if org, err := a.Org(); err == nil && name == "" && slices.Contains(cli.PlaceFlags(cmd), "org") {
		title = "the " + title + " of " + org
	}
	a.Notice("%s %s%s", done, title, pageOf(a, row))
}

// pageOf returns the address of the row's page in parentheses, or "". The sandbox
// has no pages.
func pageOf(a *cli.App, row output.Row) string {
	r, ok := row.(interface{ Page() string })
	if !ok || a.Settings.Sandbox {
		return ""
	}
	return " (" + a.Website() + r.Page() + ")"
}

// nameOf returns the name of a row: its first Match column, or else its first Key.
func nameOf(t output.Table[output.Row], row output.Row) string {
	for _, columns := range []output.Table[output.Row]{
		marked(t, func(c output.Column[output.Row]) bool { return c.Match }),
		marked(t, func(c output.Column[output.Row]) bool { return c.Key }),
	} {
		for _, c := range columns {
			if name := c.Cell(row).String(); name != "" {
				return name
			}
		}
	}
	return ""
}
