package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
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
	cli.Honors(cmd, append([]string{"limit", "quiet"}, cli.DocumentFlags...)...)
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		a.SendAsIs = true
		r, err := rawRequest(ctx, a, c, f, args)
		if err != nil {
			return cli.NewUsageError(err)
		}
		o := a.Options()
		formatted := a.Flags.OutputGiven || o.JQ != "" || o.Template != ""
		if formatted {
			if err := output.CheckDocument(o); err != nil {
				return cli.NewUsageError(err)
			}
			debug.SetMemoryLimit(formatMemory)
		} else if a.Flags.Quiet {
			return cli.NewUsageError(errors.New("--quiet does not apply to raw: use --silent or --jq"))
		} else {
			o.Format = "json" // formats from the file and the environment do not affect raw
		}
		if o.Limit != 0 && (!f.paginate || !printsRows(f, o, formatted)) {
			return cli.NewUsageError(errors.New(
				"--limit needs --paginate -o ndjson"))
		}
		switch {
		case f.paginate:
			err = rawPages(ctx, a, c, r, f, o, formatted)
		default:
			err = rawOnce(ctx, a, c, r, f, o, formatted)
		}
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil
		}
		if err == nil && r.Method == "GET" && strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/repositories") {
			warnHidden(ctx, a)
		}
		return err
	})
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
	var failed error
	if resp.StatusCode/100 != 2 {
		var start bytes.Buffer // the body holds the reason and is printed as well
		body := resp.Body
		resp.Body = io.NopCloser(io.TeeReader(body, &start))
		failed = c.ReadError(resp)
		resp.Body = rawapi.Body{Reader: io.MultiReader(&start, body), Closer: body}
	}
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
		err = rawDocument(w, r, resp, o)
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

// rawDocument formats a response in memory.
func rawDocument(w io.Writer, r dockerhub.Request, resp *http.Response, o output.Options) error {
	var body bytes.Buffer
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, hub.MaxDocument+1)); err != nil {
		return err
	}
	doc := bytes.TrimSpace(body.Bytes())
	if len(doc) == 0 && body.Len() <= hub.MaxDocument {
		return nil
	}
	if err := hub.CheckDocument(body.Bytes()); err != nil {
		return unformatted(r, err)
	}
	if o.Format == "ndjson" && o.JQ == "" && o.Template == "" {
		if page, err := hub.ReadPage(doc); err == nil {
			doc = cli.MustJSON(page.Rows)
		}
	}
	return output.Document(w, doc, o)
}

// unformatted is the error for a response that cannot be formatted.
func unformatted(r dockerhub.Request, why error) error {
	return fmt.Errorf("the response %w, so it cannot be formatted: "+
		"print it without -o, --jq and --template (%s %s)",
		why, r.Method, r.URL.EscapedPath())
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
		return rawRows(ctx, a, c, r, f, o)
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
	return printMerged(output.Checked(a.IO.Out), r, spool, o)
}

// printMerged formats merged pages. Indented JSON is streamed; other formats use memory.
func printMerged(w io.Writer, r dockerhub.Request, spool *output.Spool, o output.Options) error {
	merged, err := spool.Reader()
	if err != nil {
		return err
	}
	if o.Format == "json" && o.JQ == "" && o.Template == "" {
		if err := output.Indent(w, merged, ""); err != nil {
			return err
		}
		_, err = io.WriteString(w, "\n")
		return err
	}
	doc, err := io.ReadAll(io.LimitReader(merged, hub.MaxDocument+1))
	if err != nil {
		return err
	}
	if err := hub.CheckDocument(doc); err != nil {
		return fmt.Errorf("the response %w, so it cannot be formatted: print its rows with -o ndjson (%s %s)",
			err, r.Method, r.URL.EscapedPath())
	}
	return output.Document(w, doc, o)
}

func rawRows(ctx context.Context, a *cli.App, c *dockerhub.Client, r dockerhub.Request, f rawFlags,
	o output.Options,
) error {
	printed := 0
	for page, err := range c.Pages(dockerhub.WithMaxRows(ctx, o.Limit), r) {
		if err != nil && printed > 0 {
			return &output.Partial{Printed: printed, Err: err}
		}
		if err != nil {
			return err
		}
		if f.silent {
			continue
		}
		for _, row := range page.Rows {
			if err := output.Document(a.IO.Out, row, o); err != nil {
				return err
			}
			if printed++; printed == o.Limit {
				return nil
			}
		}
	}
	return nil
}
