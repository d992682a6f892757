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
)

// A call is one request on its way to an answer.
type call struct {
	*http.Request
	w     http.ResponseWriter
	hub   *Hub
	now   time.Time
	state *state   // as it was when the request came
	who   *session // nil = anonymous
	self  *member  // who in the demo organization; nil = not yet looked up
}

// change edits the state; c.state stays as it was.
func (c *call) change(edit func(*state) error) error {
	return c.hub.store.update(c.Context(), edit)
}

// midnight is what the times of the seed are counted from.
func (c *call) midnight() time.Time { return c.now.Truncate(24 * time.Hour) }

func (c *call) json(status int, v any) error { return c.document(status, "application/json", v) }

// document is json under another name.
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
	_, _ = io.WriteString(c.w, body) // of a HEAD nothing is sent on
}

func (c *call) empty(status int) error {
	if status != http.StatusNoContent {
		c.w.Header().Set("Content-Length", "0")
	}
	c.w.WriteHeader(status)
	return nil
}

// A fault is an answer that is no success.
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

// message is the envelope of the newer services.
func message(status int, text string) *fault {
	return &fault{status, struct {
		Message string   `json:"message"`
		Errinfo struct{} `json:"errinfo"`
	}{Message: text}}
}

// detail is the envelope of the older ones.
func detail(status int, text string) *fault {
	return &fault{status, struct {
		Detail string `json:"detail"`
	}{text}}
}

// invalid is the envelope of a failed validation.
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

// decode reads the body as JSON and reports what is wrong with it, as the Hub does.
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
