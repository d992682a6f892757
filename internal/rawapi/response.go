package rawapi

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
)

// body is a response body of which the start was read and put back.
type body struct {
	io.Reader
	io.Closer
}

// ReadError returns the error that a response reports, or nil. The body, which holds
// the reason, remains readable.
func ReadError(c *dockerhub.Client, resp *http.Response) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	var start bytes.Buffer
	whole := resp.Body
	resp.Body = io.NopCloser(io.TeeReader(whole, &start))
	err := c.ReadError(resp)
	resp.Body = body{io.MultiReader(&start, whole), whole}
	return err
}

// IsHTML reports whether a response is a page for browsers.
func IsHTML(resp *http.Response) bool {
	media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return strings.TrimSpace(media) == "text/html"
}

// WriteHead writes the status line and headers of a response.
func WriteHead(w io.Writer, resp *http.Response) error {
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
