package output

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const answer = `{"n":13114222271123456789,"i":13114222271,"f":1.50,"s":"a\u001b[31mb\nc\u202e","l":["a",null,1],"o":{"b":1,"a":"<&>"},"t":true,"z":null,"rlo":"\u202e"}`

func query1(t *testing.T, o Options) (string, error) {
	t.Helper()
	o.Format = "json"
	var b bytes.Buffer
	err := Document(&b, json.RawMessage(answer), o)
	return b.String(), err
}

func TestJQ(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ jq, piped, terminal string }{
		{".n", "13114222271123456789\n", ""},
		{".n + 1", "13114222271123456790\n", ""},
		{".f", "1.50\n", ""},
		{".s", "a\x1b[31mb\nc\u202e\n", `a\x1b[31mb` + "\nc" + `\u202e` + "\n"},
		{".rlo, [.rlo]", "\u202e\n[\"\\u202e\"]\n", "\\u202e\n[\n  \"\\u202e\"\n]\n"},
		{".o", `{"a":"<&>","b":1}` + "\n", "{\n  \"a\": \"<&>\",\n  \"b\": 1\n}\n"},
		{".l[], .t", "a\nnull\n1\ntrue\n", ""},
		{"$ENV, env", "{}\n{}\n", ""},
		{"empty", "", ""},
		{".i, halt, .n", "13114222271\n", ""},
	} {
		if c.terminal == "" {
			c.terminal = c.piped
		}
		got, err := query1(t, Options{JQ: c.jq})
		if got != c.piped || err != nil {
			t.Errorf("%s: %q, %v", c.jq, got, err)
		}
		got, err = query1(t, Options{JQ: c.jq, Terminal: true})
		if got != c.terminal || err != nil {
			t.Errorf("%s on a terminal: %q, %v", c.jq, got, err)
		}
	}
	for jq, want := range map[string]string{
		`.i, error("no \u001b")`: `--jq: error: no \x1b`,
		`.i, (.l | .a)`:          `--jq: expected an object but got: array`,
		`.i, ("x" | halt_error)`: `--jq: halt error: x`,
	} {
		if got, err := query1(t, Options{JQ: jq}); got != "" || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %q, %v", jq, got, err)
		}
	}
	for _, jq := range []string{`input`, `inputs`, `include "x"; .`, `import "x" as x; .`, `get_search_list`} {
		if err := CheckDocument(Options{Format: "json", JQ: jq}); err == nil {
			t.Errorf("%s compiles", jq)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		`{{.n}} {{.i}} {{.f}} {{.t}}`:                   "13114222271123456789 13114222271 1.50 true",
		`{{.z}}|{{.missing}}|{{.o.missing}}|`:           "|||",
		`{{if gt .i 5}}big{{end}}`:                      "big",
		`{{json .o}} {{json .n}} {{json .rlo}}`:         `{"a":"<&>","b":1} 13114222271123456789 "\u202e"`,
		`{{join .l "-"}} {{index (split "a,b" ",") 1}}`: "a--1 b",
		`{{upper .o.a}}{{lower "X"}}` + "\n":            "<&>x\n",
		`{{.s}}`:                                        "a\x1b[31mb\nc\u202e",
		`{{range .l}}{{.}};{{end}}`:                     "a;;1;",
	} {
		if got, err := query1(t, Options{Template: template}); got != want || err != nil {
			t.Errorf("%s: %q, %v", template, got, err)
		}
	}
	if got, err := query1(t, Options{Template: "{{.s}}", Terminal: true}); got != `a\x1b[31mb`+"\nc"+`\u202e` || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := query1(t, Options{Template: "x{{index .l 9}}"}); got != "" || err == nil || !strings.HasPrefix(err.Error(), "--template:1:") {
		t.Errorf("%q, %v", got, err)
	}
}
