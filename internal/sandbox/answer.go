package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// A call is a request being answered.
type call struct {
	*http.Request
	w     http.ResponseWriter
	hub   *Hub
	now   time.Time
	state *state   // state when the request arrived
	who   *session // nil = anonymous
	self  *member  // rank in the demo organization; nil = not yet looked up
}

// change edits the state; c.state does not change.
func (c *call) change(edit func(*state) error) error {
	return c.hub.store.update(c.Context(), edit)
}

// midnight is the time that the seed's times are relative to.
func (c *call) midnight() time.Time { return c.now.Truncate(24 * time.Hour) }

// daysAgo returns a time on the day that is days before today, derived from the names.
func (c *call) daysAgo(days int, names ...string) *stamp {
	return stampAt(seed.Ago(c.midnight(), days, names...))
}

func (c *call) json(status int, v any) error { return c.document(status, "application/json", v) }

// document is json by another name.
func (c *call) document(status int, kind string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	c.text(status, kind, strings.TrimSuffix(b.String(), "\n"))
	return nil
}

func (c *call) text(status int, kind, body string) {
	c.w.Header().Set("Content-Type", kind)
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	_, _ = io.WriteString(c.w, body) //nolint:gosec // text for programs; a HEAD request gets no body
}

func (c *call) empty(status int) error {
	if status != http.StatusNoContent {
		c.w.Header().Set("Content-Length", "0")
	}
	c.w.WriteHeader(status)
	return nil
}

func (c *call) redirect(path string) error {
	c.w.Header().Set("Location", path)
	return c.empty(http.StatusFound)
}

// A fault is an unsuccessful answer.
type fault struct {
	status int
	body   any
}

func (f *fault) Error() string { return http.StatusText(f.status) }

func (c *call) fail(err error) {
	var f *fault
	if !errors.As(err, &f) {
		f = message(http.StatusInternalServerError, err.Error())
	}
	if err := c.json(f.status, f.body); err != nil {
		panic(err)
	}
}

// message is the error envelope of newer services.
func message(status int, text string) *fault {
	return &fault{status, struct {
		Message string   `json:"message"`
		Errinfo struct{} `json:"errinfo"`
	}{Message: text}}
}

// detail is the error envelope of older services.
func detail(status int, text string) *fault {
	return &fault{status, struct {
		Detail string `json:"detail"`
	}{text}}
}

// invalid is the error envelope of a failed validation.
func invalid(text, field string, problems ...string) *fault {
	fields := map[string][]string{}
	if field != "" {
		fields[field] = problems
	}
	return &fault{http.StatusBadRequest, struct {
		Fields map[string][]string `json:"fields"`
		Text   string              `json:"text"`
	}{fields, text}}
}

func unauthorized() *fault { return message(http.StatusUnauthorized, "unauthorized") }
func notFound() *fault     { return message(http.StatusNotFound, "object not found") }

// decode reads the body as JSON and reports errors in it as the Hub does.
func (c *call) decode(v any) error {
	dec := json.NewDecoder(http.MaxBytesReader(c.w, c.Body, 1<<20))
	err := dec.Decode(v)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("invalid character after top-level value")
		}
	}
	return err
}
