package cli

import (
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
)

// AddGlobalFlags declares the flags of every command.
func AddGlobalFlags(a *App, root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.Flags
	setting := func(name, short, def, usage string) {
		v := plainValue(def)
		f.VarP(&v, name, short, usage)
	}
	setting("output", "o", "table", "output `format`: table, json, yaml, ndjson or csv")
	f.StringVar(&g.jq, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.template, "template", "", "format the JSON with a Go `template`")
	f.Var((*listValue)(&g.columns), "columns", "comma-separated `columns` to show")
	f.BoolVar(&g.noHeaders, "no-headers", false, "omit column headings")
	f.BoolVar(&g.noTrunc, "no-trunc", false, "show whole digests in tables")
	f.BoolVar(&g.noPager, "no-pager", false, "do not show long output in a pager")
	f.StringVar(&g.Sort, "sort", "", "sort by `column`, or by -column in reverse")
	f.IntVarP(&g.Limit, "limit", "L", 0, "maximum `number` of rows (0: all)")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print only identifiers, one per line")

	f.String("profile", "", "`name` of the account to use")
	f.StringVarP(&g.User, "user", "U", "", "Docker `ID`, or the organization of an access token")
	f.StringVarP(&g.Token, "token", "t", "", "JWT or access `token` (-: standard input)")
	setting("url", "u", "https://hub.docker.com", "base `URL` of the API")
	f.String("org", "", "`organization` to work on")
	f.String("namespace", "", "`namespace` of repositories named without one")
	f.String("config", "", "configuration `file`")
	f.Bool("sandbox", false, "use the embedded local Hub instead of the real one")

	setting("timeout", "", "30s", "give up after this `duration` without data")
	setting("retries", "", "4", "maximum `number` of retries per request")
	setting("max-wait", "", "5m", "maximum total `duration` to wait for rate limits")
	setting("concurrency", "", "6", "maximum `number` of concurrent requests")
	f.String("cacert", "", "`file` of additional CA certificates to trust")

	f.BoolP("help", "h", false, "show help for a command")
	f.BoolVarP(&g.Yes, "yes", "y", false, "skip confirmation prompts")
	f.BoolVar(&g.DryRun, "dry-run", false, "print the requests that would make changes")
	f.CountP("verbose", "v", "log requests to stderr (-vv: headers and bodies)")
	setting("color", "", "auto", "`when` to use color: auto, always or never")
	f.SortFlags, root.Flags().SortFlags = false, false

	CompleteFlag(root, "output", output.Formats...)
	CompleteFlag(root, "color", settings.Colors...)
	anything := []string{
		"jq", "template", "limit", "user", "token", "url", "timeout", "retries", "max-wait", "concurrency",
	}
	for _, name := range anything {
		CompleteFlag(root, name)
	}
	CompleteFlagFunc(root, "columns", completeColumns)
	CompleteFlagFunc(root, "sort", completeSort)
	CompleteFlagFunc(root, "profile", CompleteProfiles(a))
}

// A plainValue is the value of a setting's flag. Unlike a string flag of pflag,
// it shows its default without quotes.
type plainValue string

func (v *plainValue) String() string { return string(*v) }

func (v *plainValue) Set(s string) error { *v = plainValue(s); return nil }

func (v *plainValue) Type() string { return "setting" }
