package cmd

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rawapi"
	"github.com/hubctl/hubctl/internal/terminal"
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// formatMemory is the memory limit for formatting, which keeps the largest responses within 64 MB.
const formatMemory = 40 << 20

// rawFlags are the flags of raw.
type rawFlags struct {
	file                                        string
	typed, text, headers                        []string
	include, paginate, slurp, silent, unchecked bool
	empty                                       bool
}

func newRaw(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "raw [METHOD] [PATH]", Short: "Make a request to the API",
		Long: `Make a request to any path of the API and print the response body unchanged,
even after an HTTP error. The default is GET /v2/access-tokens.
-o, --jq and --template on the command line format a JSON response.

-F key=value sets a field of the JSON body or, for GET, of the query. The values
true, false, null and numbers are typed, @file reads the value from a file, and
key[sub] and key[] make objects and arrays.

raw is the only command that sends changes without a session.`,
		Example: "  hubctl raw /v2/user/\n  hubctl raw POST /v2/access-tokens -f token_new.json\n" +
			"  hubctl raw PATCH /v2/access-tokens/3be9e965-284c-4a58-84e9-6da6efe39591 \\\n    -F is_active=false\n" +
			"  hubctl raw '/v2/namespaces/library/repositories' --paginate -o ndjson",
		Args: cli.MaximumNArgs(2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return methods, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
	f := declareRawFlags(cmd)
	cli.Honors(cmd, append([]string{"limit", "quiet"}, cli.DocumentFlags...)...)
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		a.SendAsIs = true
		r, err := rawRequest(ctx, a, c, *f, args)
		if err != nil {
			return cli.NewUsageError(err)
		}
		o, formatted, err := rawOptions(a, *f)
		if err != nil {
			return cli.NewUsageError(err)
		}
		if formatted { // until the command ends: tests run it in their process
			defer debug.SetMemoryLimit(debug.SetMemoryLimit(formatMemory))
		}
		send := rawOnce
		if f.paginate {
			send = rawPages
		}
		err = send(ctx, a, c, r, *f, o, formatted)
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil
		}
		if err == nil && r.Method == "GET" && strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/repositories") {
			warnHidden(ctx, a)
		}
		return err
	})
}

func declareRawFlags(cmd *cobra.Command) *rawFlags {
	var f rawFlags
	fs := cmd.Flags()
	fs.StringVarP(&f.file, "file", "f", "", "JSON `file` to send unchanged (-: standard input)")
	fs.BoolVar(&f.unchecked, "no-check", false, "send the file even if it is not JSON")
	fs.StringArrayVarP(&f.typed, "field", "F", nil, "typed `key=value` of the body or query (repeatable)")
	fs.StringArrayVar(&f.text, "raw-field", nil, "string `key=value` of the body or query (repeatable)")
	fs.BoolVar(&f.empty, "empty", false, "send a POST without a body")
	fs.StringArrayVarP(&f.headers, "header", "H", nil, "additional `header`, as 'Name: value' (repeatable)")
	fs.BoolVarP(&f.include, "include", "i", false, "also print the response status and headers")
	fs.BoolVar(&f.paginate, "paginate", false, "fetch all pages and print one merged document")
	fs.BoolVar(&f.slurp, "slurp", false, "with --paginate: print an array of the raw pages")
	fs.BoolVar(&f.silent, "silent", false, "do not print the response")
	cli.Exclusive(cmd, "file", "field", "empty")
	cli.Exclusive(cmd, "file", "raw-field", "empty")
	cli.Exclusive(cmd, "include", "paginate")
	return &f
}

// rawOptions returns the output options, and whether to format the response.
func rawOptions(a *cli.App, f rawFlags) (o output.Options, formatted bool, err error) {
	o = a.Options()
	formatted = a.Flags.OutputGiven || o.JQ != "" || o.Template != ""
	switch {
	case formatted:
		err = output.CheckDocument(o)
	case a.Flags.Quiet:
		err = errors.New("--quiet does not apply to raw: use --silent or --jq")
	default:
		o.Format = "json" // formats from the file and the environment do not affect raw
	}
	if err == nil && o.Limit != 0 && (!f.paginate || !printsRows(f, o, formatted)) {
		err = errors.New("--limit needs --paginate -o ndjson")
	}
	return o, formatted, err
}

// rawOnce sends r and prints the response, streamed unless it is formatted.
func rawOnce(ctx context.Context, a *cli.App, c *dockerhub.Client, r dockerhub.Request, f rawFlags, o output.Options,
	formatted bool,
) error {
	resp, err := c.Send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	failed := rawapi.ReadError(c, resp)
	w, end := cli.TextWriter(a)
	if f.include {
		if err := rawapi.WriteHead(w, resp); err != nil {
			return err
		}
	}
	switch {
	case f.silent, failed != nil && terminal.IsTerminal(a.IO.Out) && rawapi.IsHTML(resp):
		_, err = io.Copy(io.Discard, resp.Body)
	case formatted && failed == nil:
		err = rawapi.PrintDocument(w, r, resp, o)
	default:
		_, err = io.Copy(w, resp.Body)
	}
	if endErr := end(); err == nil {
		err = endErr
	}
	if failed != nil {
		return failed
	}
	return err
}

// printsRows reports whether to print rows as their pages arrive.
func printsRows(f rawFlags, o output.Options, formatted bool) bool {
	return o.Format == "ndjson" && formatted && o.JQ == "" && o.Template == "" && !f.slurp
}

// rawPages fetches all pages and prints them as one document or, with -o ndjson, prints rows as
// they arrive.
func rawPages(ctx context.Context, a *cli.App, c *dockerhub.Client, r dockerhub.Request, f rawFlags, o output.Options,
	formatted bool,
) error {
	if printsRows(f, o, formatted) {
		return rawapi.PrintRows(ctx, a.IO.Out, c, r, o, f.silent)
	}
	spool := output.NewSpool("")
	defer func() { _ = spool.Close() }() // on failure, a temporary file remains
	merge := rawapi.NewMerger(spool, f.slurp)
	for page, err := range c.Pages(ctx, r) {
		if err == nil {
			err = merge.Add(page)
		}
		if err != nil {
			return err
		}
	}
	if err := merge.End(); err != nil {
		return err
	}
	if f.silent {
		return nil
	}
	w, end := cli.TextWriter(a)
	if !formatted {
		if err := spool.CopyTo(w); err != nil {
			return err
		}
		return end()
	}
	return rawapi.PrintMerged(output.Checked(a.IO.Out), r, spool, o)
}
