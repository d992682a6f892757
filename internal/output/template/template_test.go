package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	gotemplate "text/template"
)

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// decode reads a document with its numbers as json.Number.
func decode(t *testing.T, doc string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Skip(err)
	}
	return v
}

func execute(source string, v any) (string, error) {
	t, err := Parse("t", source, toJSON)
	if err != nil {
		return "", err
	}
	return t.Execute(v)
}

const doc = `{"s":"a<b>","n":5,"zero":0,"f":1.50,"big":13114222271123456789,"vast":1e99999999999,"z":null,"t":true,"l":["a",null,1,{"k":"v"}],"o":{"b":2,"a":{"c":"d"}},"e":[],"":"blank"}`

// TestExecute compares every construct with text/template.
func TestExecute(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"", "plain", "{{.}}", "{{.s}} {{.n}} {{.f}} {{.big}} {{.t}} {{.l}} {{.o}}", "{{.z}}|{{.missing}}|{{.missing.more}}|{{.o.a.c}}",
		"{{/* nothing */}}a {{- 1 -}} b", `{{"x"}} {{'a'}} {{1}} {{1.5}} {{1e3}} {{0x1F}} {{0x1e}} {{0x1p4}} {{1_000}} {{true}}`,
		"{{if .t}}yes{{end}}{{if .zero}}no{{else}}zero{{end}}{{if .e}}no{{else if .s}}s{{else}}no{{end}}{{if .f}}f{{end}}{{if .o}}o{{end}}{{if .missing}}no{{end}}",
		"{{with .o}}{{.b}}{{$.n}}{{end}}{{with .z}}no{{else}}{{.n}}{{end}}{{with .z}}no{{else with .o}}{{.b}}{{end}}",
		"{{with $x := .n}}{{$x}}{{.}}{{end}}{{if $y := .s}}{{$y}}{{end}}",
		"{{range .l}}<{{.}}>{{end}}{{range .e}}no{{else}}empty{{end}}{{range .missing}}no{{else}}none{{end}}",
		"{{range $i, $e := .l}}{{$i}}={{$e}};{{end}}{{range $e := .l}}{{$e}}{{end}}{{range $k, $v := .o}}{{$k}}:{{$v}};{{end}}{{range .o}}{{.}}{{end}}",
		"{{range 3}}{{.}}{{end}}{{range $i := .n}}{{$i}}{{end}}{{range .zero}}no{{else}}none{{end}}",
		"{{range $i, $e := .l}}{{if not .}}{{continue}}{{end}}{{.}}{{if eq $i 2}}{{break}}{{end}}{{else}}no{{end}}",
		"{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}{{$x := 2}}{{$x}}{{if true}}{{$x := 3}}{{$x = 4}}{{end}}{{$x}}",
		"{{$i := 0}}{{$e := 0}}{{range $i, $e = .l}}{{end}}{{$i}}{{$e}}",
		`{{define "d"}}[{{.}}{{$}}]{{end}}{{template "d" .n}}{{template "d"}}{{block "b" .o}}{{.b}}{{end}}`,
		`{{define "down"}}{{.}}{{if gt . 0}}{{template "down" (index $ | slice "xxxxx" | len)}}{{end}}{{end}}`,
		"{{(.o).b}}{{(index .l 3).k}}{{.o.a | len}}{{$.o.a.c}}{{$v := .o}}{{$v.a.c}}", "{{.n | printf \"%d-%d\" 3}}{{1 | eq 1}}{{.s | printf \"%q\" | len}}",
		"{{and .t .n}} {{and .zero .s}} {{or .zero .s}} {{or .z .zero}} {{and 1 | or 0}} {{or .t (index .l 99)}} {{and .zero (index .l 99)}} {{not .t}} {{not .e}}",
		"{{len .s}} {{len .l}} {{len .o}} {{index .l 0}} {{index .l 3 \"k\"}} {{index .o \"a\" \"c\"}} {{index .o \"no\"}} {{index .l}} {{index .s 1}}",
		"{{slice .s 1 3}} {{slice .s 1}} {{slice .s}} {{slice .l 1 3}} {{slice .s 4}}", `{{print 1 2 "a" "b" .z}} {{println .n "x"}} {{printf "%05.1f|%T|%T|%v" 1.5 .n 1 .z}}`,
		`{{html "<a href='x'>&\"" }} {{urlquery "a b/c" 1}} {{html .n .t}}`,
		`{{eq .n 5}} {{eq .s "x" "a<b>"}} {{eq .t true}} {{eq .z .missing}} {{eq .z 1}} {{eq .l .z}} {{ne .n 6}} {{ne .s "x"}} {{ne .z 1}} {{lt .n 6}} {{lt .n 5}} {{le .n 5}} {{gt "b" "a"}} {{gt 1.5 1.0}} {{ge .n 6}} {{ge .n 5}}`,
	} {
		want, err := reference(source, decode(t, doc))
		if err != nil {
			t.Errorf("%s: text/template: %v", source, err)
		}
		if got, err := execute(source, decode(t, doc)); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
}

// TestJSON covers the differences from text/template, and the additional functions.
func TestJSON(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{{.z.a.b}}{{len .z}}{{index .z 1}}{{upper .z}}{{join .z "-"}}{{slice .z}}`:                "0",
		`{{gt .f 1}} {{eq .big 1}} {{eq .f 1.5}} {{gt .f .big}} {{ge .big .n}} {{ne .f .f}}`:       "true false true false true false",
		`{{if .vast}}no{{end}}{{.vast}}`:                                                           "1e99999999999",
		`{{if .f}}yes{{end}}`:                                                                      "yes",
		`{{json .o}} {{.l | json}}`:                                                                `{"a":{"c":"d"},"b":2} ["a",null,1,{"k":"v"}]`,
		`{{join .l "-"}} {{split "a,b" ","}} {{range split .s "<"}}{{.}};{{end}}`:                  `a--1-map[k:v] [a b] a;b>;`,
		`{{upper .s}} {{"X" | lower}}`:                                                             `A<B> x`,
		`{{define "a"}}{{if gt . 0}}{{.}}{{end}}{{end}}{{range split "x" ""}}{{.}}{{end}}`:         "x",
		`{{range $k, $v := .o}}{{if eq $k "b"}}{{break}}{{end}}{{$k}}{{else}}no{{end}}`:            "a",
		`{{range .l}}{{range $.o}}{{continue}}no{{end}}{{.}}{{if .}}{{break}}{{end}}{{end}}{{.n}}`: "a5",
	} {
		if got, err := execute(source, decode(t, doc)); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
}

// TestErrors checks the messages and positions of errors.
func TestErrors(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"{{":                           `t:1: unclosed action`,
		"\n{{nofunc}}":                 `t:2: function "nofunc" not defined`,
		"{{call .s}}":                  `t:1: function "call" not defined`,
		"x\n {{.l.name}}":              `t:2:3: <.l.name>: a list has no field name`,
		"{{.n.x}}":                     `t:1:2: <.n.x>: a number has no field x`,
		"{{range .s}}{{end}}":          `t:1:8: <.s>: cannot range over a string`,
		"{{range $i, $e := 3}}{{end}}": `t:1:8: <$i, $e := 3>: a number has no keys: range over it with one variable`,
		"{{if (.s.x)}}{{end}}":         `t:1:6: <.s.x>: a string has no field x`,
		`{{template "no"}}`:            `t:1:11: <{{template "no"}}>: template "no" is not defined`,
		`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`: `t:1:25: <{{template "a"}}>: templates execute each other more than 10000 deep`,
		"{{.s 1}}":                 `t:1:2: <.s 1>: .s is not a function and takes no argument`,
		"{{1 | .s}}":               `t:1:6: <.s>: .s is not a function and takes no argument`,
		"{{nil}}":                  `t:1:2: <nil>: nil is not a command`,
		"{{1i}}":                   `t:1:2: <1i>: 1i: JSON has no complex numbers`,
		"{{18446744073709551615}}": `t:1:2: <18446744073709551615>: 18446744073709551615 is too large`,
		"{{len}}":                  `t:1:2: <len>: len needs 1 arguments, not 0`,
		"{{len 1 2}}":              `t:1:2: <len 1 2>: len takes 1 arguments, not 2`,
		"{{len .n}}":               `t:1:2: <len .n>: len: a number has no length`,
		"{{index .l 9}}":           `t:1:2: <index .l 9>: index: 9 is out of range`,
		`{{index .l "a"}}`:         `t:1:2: <index .l "a">: index: a string is not an index`,
		`{{index .o 1}}`:           `t:1:2: <index .o 1>: index: a number is not a field of an object`,
		`{{index .n 1}}`:           `t:1:2: <index .n 1>: index: a number has no parts`,
		`{{slice .s 3 1}}`:         `t:1:2: <slice .s 3 1>: slice: 3 comes after 1`,
		`{{slice .o}}`:             `t:1:2: <slice .o>: slice: an object has no order`,
		`{{lt .s 1}}`:              `t:1:2: <lt .s 1>: lt: cannot compare a string with a number`,
		`{{eq .l .l}}`:             `t:1:2: <eq .l .l>: eq: cannot compare a list with a list`,
		`{{eq .t 1}}`:              `t:1:2: <eq .t 1>: eq: cannot compare a truth value with a number`,
		`{{printf 1}}`:             `t:1:2: <printf 1>: printf: a number where a string should be`,
		`{{upper .o}}`:             `t:1:2: <upper .o>: upper: an object where a string should be`,
		`{{join .s ","}}`:          `t:1:2: <join .s ",">: join: a string where a list should be`,
		`{{split .s 1}}`:           `t:1:2: <split .s 1>: split: a number where a string should be`,
	} {
		if got, err := execute(source, decode(t, doc)); err == nil || err.Error() != want {
			t.Errorf("%s: %q\n got %v\nwant %s", source, got, err, want)
		}
	}
}

// A blankMissing drops text/template's mark for missing values.
type blankMissing struct{ bytes.Buffer }

func (b *blankMissing) Write(p []byte) (int, error) {
	if string(p) == "<no value>" {
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// reference executes a template with text/template.
func reference(source string, v any) (string, error) {
	ours := gotemplate.FuncMap{
		"json":  toJSON,
		"join":  func(items []any, sep string) string { s, _ := join([]any{items, sep}); return s.(string) },
		"split": func(s, sep string) any { parts, _ := split([]any{s, sep}); return parts },
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
	}
	t, err := gotemplate.New("t").Funcs(ours).Parse(source)
	if err != nil {
		return "", err
	}
	var b blankMissing
	err = t.Execute(&b, integers(v))
	return b.String(), err
}

// Templates that the fuzzer skips: loops and formats without a reasonable end, methods
// of json.Number, and types that JSON lacks.
var beyond = regexp.MustCompile(`range [^.$]|\d{3}|\d[xXoObBeE_]|'|%[^a-z%]|call|js[^o]|String|Float64|Int64|\di`)

var endless = regexp.MustCompile(`\d{3}`) // a number to range over

// FuzzExecute: templates that text/template executes give the same result, and none
// panics.
func FuzzExecute(f *testing.F) {
	for _, source := range []string{
		"{{.}}", "{{range $k, $v := .}}{{$k}}{{$v}}{{else}}x{{end}}", `{{with .a}}{{.b}}{{end}}{{index . "a"}}`, `{{if eq .a 1}}{{printf "%v" .a}}{{end}}`,
		`{{define "x"}}{{.}}{{end}}{{template "x" .a}}`, `{{$x := .a}}{{$x = 2}}{{$x | len}}`, "{{break}}", "{{slice .a 1 2}}{{join .a \",\"}}",
	} {
		f.Add(source, `{"a":[1,"b",null]}`)
		f.Add(source, `[{"a":{"b":2}},1.5]`)
	}
	f.Fuzz(func(t *testing.T, source, doc string) {
		if beyond.MatchString(source) || endless.MatchString(doc) {
			t.Skip("beyond comparison")
		}
		got, err := execute(source, decode(t, doc))
		if err != nil && strings.Contains(err.Error(), "execute each other") {
			t.Skip("text/template goes deeper")
		}
		if strings.Contains(fmt.Sprintf("%#v", integers(decode(t, doc))), "Number") {
			t.Skip("text/template compares these numbers as text")
		}
		want, theirs := reference(source, decode(t, doc))
		if theirs != nil {
			return
		}
		if err != nil && strings.Contains(err.Error(), "slice") {
			t.Skip("its capacity")
		}
		if got != want || err != nil {
			t.Errorf("%q of %s:\n got %q, %v\nwant %q", source, doc, got, err, want)
		}
	})
}
