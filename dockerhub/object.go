package dockerhub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// Raw keeps the JSON that the server sent. Every resource embeds it.
type Raw struct{ raw json.RawMessage }

// JSON returns the resource exactly as the server sent it, including unknown
// fields, key order and the notation of numbers. It is nil if the server sent
// nothing.
func (o Raw) JSON() json.RawMessage { return o.raw }

// Sent reports whether the server sent a field, even as null. A field that was not
// sent is unknown.
func (o Raw) Sent(field string) bool {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(o.raw, &fields) // only objects have fields
	_, sent := fields[field]
	return sent
}

func (o *Raw) keep(raw json.RawMessage) { o.raw = raw }

// keeper is a pointer to a type that embeds Raw.
type keeper interface{ keep(json.RawMessage) }

// A Resource is a pointer to a type of this package that embeds [Raw].
type Resource[T any] interface {
	*T
	JSON() json.RawMessage
	keep(json.RawMessage)
}

// Decode makes a resource from JSON that did not come through a service, such as a
// saved answer or a test's:
//
//	token, err := dockerhub.Decode[dockerhub.Token](doc)
//
// It fails with an [*AnswerError] without a request, and returns whatever could be
// read.
func Decode[T any, P Resource[T]](raw json.RawMessage) (T, error) {
	return decode[T, P](raw, "", &url.URL{})
}

// decode makes a resource from JSON. If a field has the wrong type, whatever could
// be read is returned with the error.
func decode[T any, P Resource[T]](raw json.RawMessage, method string, u *url.URL) (T, error) {
	var v T
	err := decodeTo(P(&v), raw, method, u)
	return v, err
}

func decodeTo(v keeper, raw json.RawMessage, method string, u *url.URL) error {
	v.keep(raw)
	if len(raw) == 0 {
		return &AnswerError{Method: method, Path: u.EscapedPath(), Problem: "is empty"}
	}
	err := json.Unmarshal(raw, v)
	if err == nil && !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		err = fmt.Errorf("%.20s, not an object", raw)
	}
	if err == nil {
		return nil
	}
	problem := "cannot be decoded: " + err.Error()
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(t.Value, " ") // for numbers, the value includes the digits
		problem = fmt.Sprintf("has %s, expected %s", kindNames[kind], goKind(t.Type))
		if t.Field != "" {
			problem = fmt.Sprintf("has %s in its field %s, expected %s", kindNames[kind], t.Field, goKind(t.Type))
		}
	}
	return &AnswerError{Method: method, Path: u.EscapedPath(), Problem: problem}
}

// kindNames are readable names of JSON types.
var kindNames = map[string]string{
	"object": "an object", "array": "a list", "string": "a string", "number": "a number", "bool": "a boolean",
}

// goKind returns the JSON type that a Go type decodes from.
func goKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return kindNames["object"]
	case reflect.Slice, reflect.Array:
		return kindNames["array"]
	case reflect.String:
		return kindNames["string"]
	case reflect.Bool:
		return kindNames["bool"]
	}
	return kindNames["number"]
}

// decodeAll is Decode for the elements of a list in an answer.
func decodeAll[T any, P Resource[T]](list []json.RawMessage) ([]T, error) {
	all := make([]T, 0, len(list))
	for _, raw := range list {
		v, err := Decode[T, P](raw)
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// A Body is embedded in every request, for fields that this package does not have.
type Body struct {
	// Base is a JSON object, which the request's other fields override. On its own, it is
	// sent unchanged.
	Base json.RawMessage `json:"-"`
}

func (b Body) base() []byte { return b.Base }

// overlay returns the JSON object base with the fields of in replacing its own.
func overlay(base []byte, in any) (json.RawMessage, error) {
	over, err := fields(in)
	if err != nil || len(over) == 0 {
		return base, err
	}
	merged := map[string]json.RawMessage{}
	if err := json.Unmarshal(base, &merged); err != nil || merged == nil {
		return nil, hub.InputError("the body is not a JSON object, so flags cannot override its fields")
	}
	maps.Copy(merged, over)
	return hub.Encode(merged)
}

func fields(in any) (map[string]json.RawMessage, error) {
	b, err := hub.Encode(in)
	if err != nil {
		return nil, err
	}
	m := map[string]json.RawMessage{}
	err = json.Unmarshal(b, &m)
	return m, err
}

// A Time is a time as the Hub writes it. The zero Time stands for null, an empty
// string or a missing field, and is sent as null.
type Time struct{ time.Time }

// timeForms are the Hub's time formats: RFC 3339 almost everywhere, Go's own
// format in CSV exports.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999 -0700 MST", time.DateOnly,
}

// UnmarshalJSON accepts any format that the Hub has used, and null and "" as the zero
// Time.
func (t *Time) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) && t.Time.UnmarshalJSON(b) == nil {
		return nil // the common case
	}
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("%.40s is not a time", b)
	}
	if s == nil || strings.TrimSpace(*s) == "" {
		*t = Time{}
		return nil
	}
	for _, form := range timeForms {
		if at, err := time.Parse(form, *s); err == nil {
			*t = Time{at}
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", *s)
}

// MarshalJSON writes UTC with six decimals, the only format that the Hub accepts
// everywhere.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05.000000Z"`)), nil
}
