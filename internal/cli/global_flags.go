package cli

import (
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
)

// AddGlobalFlags declares the flags that every command has.
func AddGlobalFlags(a *App, root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.Flags
	setting := func(name, short, def, usage string) {
		v := plainValue(def)
		f.VarP(&v, name, short, usage)
	}
	setting("output", "o", "table", "output `format`: table, json, yaml, ndjson or csv")
	f.StringVar(&g.jq, "jq", "", "filter the JSON with a jq `expression`")
	f.StringVar(&g.template, "template", "", "format the JSON with a Go `template`")
	ListFlag(f, &g.columns, "columns", "`names` of the columns to show, with commas between them")
	f.BoolVar(&g.noHeaders, "no-headers", false, "leave out the headings")
	f.BoolVar(&g.noTrunc, "no-trunc", false, "show whole digests in tables")
	f.StringVar(&g.Sort, "sort", "", "sort by a `column`, or by -column the other way round")
	f.IntVar(&g.Limit, "limit", 0, "stop after `N` rows; 0 = all")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print identifiers only, one a line")

	f.String("profile", "", "`name` of the account to use")
	f.StringVarP(&g.User, "user", "U", "", "Docker `ID`, or organization of an organization access token")
	f.StringVarP(&g.Token, "token", "t", "",
		"JWT, or access token; - reads it from standard input. Other processes can see it: HUBCTL_TOKEN is better")
	setting("url", "u", "https://hub.docker.com", "base `URL` of the API")
	f.String("org", "", "`organization`; of repositories, their namespace")
	f.String("namespace", "", "`namespace` of repositories named without one")
	f.String("config", "", "configuration `file`")
	f.Bool("sandbox", false, "use the embedded local Hub: no account, no network")

	setting("timeout", "", "30s", "longest `time` without an answer or without progress")
	setting("retries", "", "4", "repeat a request at the most `N` times")
	setting("max-wait", "", "5m", "`time` spent on waiting for rate limits in all")
	setting("concurrency", "", "6", "at the most `N` requests in flight together")
	f.String("cacert", "", "`file` with CA certificates to trust beside the system's")

	f.BoolP("help", "h", false, "show help for a command")
	f.BoolVarP(&g.Yes, "yes", "y", false, "do not ask")
	f.BoolVar(&g.DryRun, "dry-run", false, "print the requests that would change something instead of sending them")
	f.CountP("verbose", "v", "tell of each request on standard error; twice: with headers and bodies, without secrets")
	setting("color", "", "auto", "use colour `when`: auto, always or never")
	f.SortFlags, root.Flags().SortFlags = false, false

	CompleteFlag(root, "output", output.Formats...)
	CompleteFlag(root, "color", settings.Colors...)
	free := []string{
		"jq", "template", "limit", "user", "token", "url", "timeout", "retries", "max-wait", "concurrency",
	}
	for _, name := range free {
		CompleteFlag(root, name)
	}
	CompleteFlagFunc(root, "columns", completeColumns)
	CompleteFlagFunc(root, "sort", completeSort)
	CompleteFlagFunc(root, "profile", CompleteProfiles(a))
}

// A plainValue is the text of a setting's flag. Unlike pflag's own it shows its
// default without quotes.
type plainValue string

func (v *plainValue) String() string { return string(*v) }

func (v *plainValue) Set(s string) error { *v = plainValue(s); return nil }

func (v *plainValue) Type() string { return "setting" }
