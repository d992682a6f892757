package rawapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// PrintDocument formats a response in memory.
func PrintDocument(w io.Writer, r dockerhub.Request, resp *http.Response, o output.Options) error {
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
			if doc, err = hub.Encode(page.Rows); err != nil {
				return err
			}
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

// PrintMerged formats merged pages. Indented JSON is streamed; other formats use memory.
func PrintMerged(w io.Writer, r dockerhub.Request, spool *output.Spool, o output.Options) error {
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

// PrintRows prints the rows of all pages as they arrive, unless silent.
func PrintRows(
	ctx context.Context, w io.Writer, c *dockerhub.Client, r dockerhub.Request, o output.Options, silent bool,
) error {
	printed := 0
	for page, err := range c.Pages(dockerhub.WithMaxRows(ctx, o.Limit), r) {
		if err != nil && printed > 0 {
			return &output.Partial{Printed: printed, Err: err}
		}
		if err != nil {
			return err
		}
		if silent {
			continue
		}
		for _, row := range page.Rows {
			if err := output.Document(w, row, o); err != nil {
				return err
			}
			if printed++; printed == o.Limit {
				return nil
			}
		}
	}
	return nil
}
