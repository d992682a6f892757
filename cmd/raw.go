package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rawapi"
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// formatMemory is from where on garbage is collected more often, in bytes, so that
// formatting an answer of the largest size keeps within 64 MB.
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
		Use: "raw [METHOD] [PATH]", Short: "Call any path of the API and print what it answers",
		Long: "Call any path of the API and print its answer byte for byte, on an HTTP error\n" +
			"too. Without arguments it is GET /v2/access-tokens. With -o, --jq or --template\n" +
			"on the command line the answer is formatted as JSON.\n\n" +
			"-F key=value makes a field of a JSON body, and of the query for GET: true,\n" +
			"false, null and numbers are typed, @file reads a file, key[sub] and key[] nest.\n\n" +
			"Without a session, raw still sends what it is told to; other commands then send\n" +
			"nothing that changes something.",
		Example: "  hubctl raw /v2/user/\n  hubctl raw POST /v2/access-tokens -f token_new.json\n" +
			"  hubctl raw PATCH /v2/access-tokens/3be9e965-284c-4a58-84e9-6da6efe39591 -F is_active=false\n" +
			"  hubctl raw '/v2/namespaces/library/repositories' --paginate -o ndjson",
		Args: cobra.MaximumNArgs(2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return methods, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
	var f rawFlags
	fs := cmd.Flags()
	fs.StringVarP(&f.file, "file", "f", "", "send the JSON in this `file` (- is standard input), to the byte")
	fs.BoolVar(&f.unchecked, "no-check", false, "send the file whatever is in it")
	fs.StringArrayVarP(&f.typed, "field", "F", nil, "`key=value` of the body or query, typed; repeatable")
	fs.StringArrayVar(&f.text, "raw-field", nil, "`key=value` of the body or query, always a string; repeatable")
	fs.BoolVar(&f.empty, "empty", false, "send a POST without a body")
	fs.StringArrayVarP(&f.headers, "header", "H", nil, "send this `header` too, as 'Name: value'; repeatable")
	fs.BoolVarP(&f.include, "include", "i", false, "print the status and headers of the answer too")
	fs.BoolVar(&f.paginate, "paginate", false, "follow the listing and print one merged document")
	fs.BoolVar(&f.slurp, "slurp", false, "with --paginate: print an array of the pages")
	fs.BoolVar(&f.silent, "silent", false, "print nothing of the answer")
	cmd.MarkFlagsMutuallyExclusive("file", "field", "empty")
	cmd.MarkFlagsMutuallyExclusive("file", "raw-field", "empty")
	cmd.MarkFlagsMutuallyExclusive("include", "paginate")
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
			return cli.NewUsageError(errors.New("raw knows no identifiers: --silent prints nothing, --jq what you choose"))
		} else {
			o.Format = "json" // the file's and the environment's format do not touch raw
		}
		if o.Limit != 0 && (!f.paginate || !printsRows(f, o, formatted)) {
			return cli.NewUsageError(errors.New(
				"--limit stops after so many rows, and only raw --paginate -o ndjson prints rows"))
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

// rawOnce sends r and prints the answer, streamed unless it is to be formatted.
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
		var start bytes.Buffer // an error's text is in the start of the body, which is printed all the same
		body := resp.Body
		resp.Body = io.NopCloser(io.TeeReader(body, &start))
		failed = c.ReadError(resp)
		resp.Body = readCloser{io.MultiReader(&start, body), body}
	}
	w, end := cli.TextWriter(a)
	if f.include {
		if err := writeHead(w, resp); err != nil {
			return err
		}
	}
	switch {
	case f.silent:
		_, err = io.Copy(io.Discard, resp.Body)
	case formatted && failed == nil:
		err = rawDocument(w, r, resp, o)
	default:
		err = copyBody(w, r, resp.Body)
	}
	if endErr := end(); err == nil {
		err = endErr
	}
	if failed != nil {
		return failed
	}
	return err
}

type readCloser struct {
	io.Reader
	io.Closer
}

// copyBody streams a body. An error that is no WriteError is the body's.
func copyBody(w io.Writer, r dockerhub.Request, body io.Reader) error {
	_, err := io.Copy(w, body)
	if _, ok := errors.AsType[*output.WriteError](err); err == nil || ok {
		return err
	}
	return dockerhub.BodyError(r, err)
}

// rawDocument prints an answer that has to be held in memory to be formatted.
func rawDocument(w io.Writer, r dockerhub.Request, resp *http.Response, o output.Options) error {
	var body bytes.Buffer
	if err := copyBody(&body, r, io.LimitReader(resp.Body, hub.MaxDocument+1)); err != nil {
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
		if page, err := dockerhub.ReadPage(doc); err == nil {
			doc = cli.MustJSON(page.Rows)
		}
	}
	return output.Document(w, doc, o)
}

// unformatted is an answer that cannot be formatted, and why.
func unformatted(r dockerhub.Request, why error) error {
	return fmt.Errorf("the answer %w, so it cannot be formatted: "+
		"without -o, --jq and --template it is printed as it comes (%s %s)",
		why, r.Method, r.URL.EscapedPath())
}

func writeHead(w io.Writer, resp *http.Response) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\r\n", resp.Proto, resp.Status)
	for _, k := range slices.Sorted(maps.Keys(resp.Header)) {
		for _, v := range resp.Header[k] {
			fmt.Fprintf(&b, "%s: %s\r\n", k, v)
		}
	}
	b.WriteString("\r\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// printsRows reports whether the rows of pages are printed as they come.
func printsRows(f rawFlags, o output.Options, formatted bool) bool {
	return o.Format == "ndjson" && formatted && o.JQ == "" && o.Template == "" && !f.slurp
}

// rawPages follows a listing and prints it as one document when it is whole;
// rows as they come with -o ndjson.
func rawPages(ctx context.Context, a *cli.App, c *dockerhub.Client, r dockerhub.Request, f rawFlags, o output.Options,
	formatted bool,
) error {
	if printsRows(f, o, formatted) {
		return rawRows(ctx, a, c, r, f, o)
	}
	spool := output.NewSpool("")
	defer func() { _ = spool.Close() }() // a temporary file at worst
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

// printMerged formats a merged listing. As indented JSON it may be of any length;
// for the rest it is held in memory.
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
		return fmt.Errorf("the listing %w, so it cannot be formatted at once: print its rows with -o ndjson (%s %s)",
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
