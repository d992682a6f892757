package output

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

const templated = `{"s":"a<b>","n":5,"zero":0,"f":1.50,"nought":0.0,"big":13114222271123456789,"vast":1e99999999999,"z":null,"t":true,"l":["a",null,1,{"k":"v"}],"o":{"b":2,"a":{"c":"d"}},"e":[],"at":"2025-06-01T12:00:00.5Z","evil":"\u001b[31mred\u202e"}`

// executed returns what a template prints for a document.
func executed(t *testing.T, source, doc string, o Options) (string, error) {
	t.Helper()
	o.Format, o.Template, o.Now = "json", source, now
	var b strings.Builder
	err := Document(&b, json.RawMessage(doc), o)
	return b.String(), err
}

func TestTemplateValues(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"{{/* nothing */}}a {{- 1 -}} b":                                                                                                            "a1b",
		"{{.s}} {{.n}} {{.f}} {{.big}} {{.vast}} {{.t}} {{.l}} {{.o}}":                                                                              "a<b> 5 1.50 13114222271123456789 1e99999999999 true [a  1 map[k:v]] map[a:map[c:d] b:2]",
		"{{.z}}|{{.missing}}|{{.missing.more}}|{{.z.a.b}}|{{printf `%s` .z}}":                                                                       "||||",
		"{{len .z}}{{len .missing}}{{len .s}}{{len .l}}{{len .o}}":                                                                                  "00442",
		"{{index .z 1}}{{index .l 0}} {{index .l 3 `k`}} {{(index .l 3).k}}":                                                                        "a v v",
		"{{upper .z}}{{join .z `-`}}{{pluck `a` .z}}{{timeago .z}}{{range .z}}{{end}}":                                                              "[]",
		"{{if .zero}}no{{else}}0{{end}}{{if .nought}}no{{else}}0.0{{end}}{{if .z}}no{{else}}null{{end}}{{if .f}}1.5{{end}}{{if .vast}} vast{{end}}": "00.0null1.5 vast",
		"{{with .z}}no{{else}}{{.n}}{{end}}{{with .o}}{{.b}}{{$.n}}{{end}}":                                                                         "525",
		"{{range .l}}<{{.}}>{{end}}{{range .e}}no{{else}}empty{{end}}":                                                                              "<a><><1><map[k:v]>empty",
		"{{range $k, $v := .o}}{{$k}}:{{$v}};{{end}}{{range 3}}{{.}}{{end}}":                                                                        "a:map[c:d];b:2;012",
		"{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}":                                                                                            "map[k:v]",
		`{{define "d"}}[{{.}}{{$}}]{{end}}{{template "d" .n}}{{template "d"}}`:                                                                      "[55][]",
		"{{eq .n 5}},{{eq .s `x` `a<b>`}},{{eq .t true}},{{eq .z .missing}},{{eq .z 1}},{{ne .n 6}}":                                                "true,true,true,true,false,true",
		"{{gt .f 1}},{{eq .f 1.5}},{{gt .f .big}},{{lt .n .big}},{{ge .n 5}},{{le `a` `b`}},{{eq .big 1}}":                                          "true,true,false,true,true,true,false",
		"{{json .o}} {{json .big}} {{json .f}} {{.l | json}}":                                                                                       `{"a":{"c":"d"},"b":2} 13114222271123456789 1.50 ["a",null,1,{"k":"v"}]`,
		"{{and .t .n}} {{or .zero .s}} {{not .t}} {{or .t (index .l 99)}}":                                                                          "5 a<b> false true",
		"{{printf `%05.1f|%d|%q` 1.5 .n .s}} {{html .s}} {{urlquery .s}}":                                                                           `001.5|5|"a<b>" a&lt;b&gt; a%3Cb%3E`,
	} {
		if got, err := executed(t, source, templated, Options{}); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
}

// TestTemplateHelpers covers the functions that text/template does not have.
func TestTemplateHelpers(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"{{join .l `-`}},{{join `-` .l}}":                                                                        "a--1-map[k:v],a--1-map[k:v]",
		"{{join (pluck `k` .k) `,`}}":                                                                            "x,,",
		"{{split `a,b` `,`}}{{range split .s `<`}}{{.}};{{end}}":                                                 "[a b]a;b>;",
		"{{upper .s}}{{`X` | lower}}{{upper .n}}":                                                                "A<B>x5",
		"{{contains `<` .s}},{{hasPrefix `a` .s}},{{hasSuffix `a` .s}},{{regexMatch `^a.b` .s}}":                 "true,true,false,true",
		"{{truncate 3 .s}} {{truncate 9 .s}} {{truncate 5 `日本語`}}|{{truncate 3 .z}}":                             "a<… a<b> 日本…|",
		"{{timeago .at}} {{timefmt `2006-01-02` .at}}":                                                           "9mo ago 2025-06-01",
		"{{tablerow `NAME` `N`}}{{tablerow .s .n}}{{tablerow `long name`}}end\n":                                 "end\nNAME       N\na<b>       5\nlong name\n",
		"{{tablerow 1 `x`}}{{tablerender}}{{tablerow 22 .z}}{{tablerender}}{{tablerender}}end":                   "1  x\n22\nend",
		"{{autocolor `red` .s}}{{color `green+b` .n}}{{hyperlink `https://x/` .s}}{{hyperlink `https://x/` ``}}": "a<b>5a<b>https://x/",
	} {
		doc := strings.TrimSuffix(templated, "}") + `,"k":[{"k":"x"},{},null]}`
		if got, err := executed(t, source, doc, Options{}); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
}

// TestTemplateOnTerminal checks that only the colors and links of the helpers reach a
// terminal, never what the server or the template has.
func TestTemplateOnTerminal(t *testing.T) {
	t.Parallel()
	link := func(address, text string) string { return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\" }
	o := Options{Terminal: true, Color: true, Hyperlinks: true, Width: 18}
	for source, want := range map[string]string{
		"{{.evil}}\x1b[1m\n\t":                         `\x1b[31mred\u202e\x1b[1m` + "\n\t",
		"{{`\x1b` | printf `%s`}}{{printf `%c` 155}}":  `\x1b\u009b`,
		"{{color `red` .evil}}":                        "\x1b[31m" + `\x1b[31mred\u202e` + "\x1b[0m",
		"{{autocolor `208+b:blue` .n}}":                "\x1b[38;5;208;1;44m5\x1b[0m",
		"{{autocolor `white+hu` .n}}":                  "\x1b[97;4m5\x1b[0m",
		"{{color `red` .s | printf `%6s`}}":            "  a<b>",
		"{{truncate 3 (color `red` .s)}}":              "\x1b[31ma<…\x1b[0m",
		"{{hyperlink `https://x/` (color `red` .n)}}":  link("https://x/", "\x1b[31m5\x1b[0m"),
		"{{hyperlink .evil .n}}":                       "5",
		"{{tablerow (color `red` .n) .evil}}":          "\x1b[31m5\x1b[0m  " + `\x1b[31mred\u2…` + "\n",
		"{{tablerow .n}}{{tablerender | printf `%s`}}": "5\n",
		"{{json .evil}}":                               `"\u001b[31mred\u202e"`,
	} {
		if got, err := executed(t, source, templated, o); got != want || err != nil {
			t.Errorf("%s:\n got %q, %v\nwant %q", source, got, err, want)
		}
	}
	if got, err := executed(t, "{{.evil}}", templated, Options{Color: true}); got != "\x1b[31mred\u202e" || err != nil {
		t.Errorf("in a pipe: %q, %v", got, err)
	}
}

// TestTemplateErrors checks the messages and positions of errors.
func TestTemplateErrors(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"{{":                    `--template:1: unclosed action`,
		"\n{{nofunc}}":          `--template:2: function "nofunc" not defined`,
		"{{_print 1}}":          `--template:1: function "_print" not defined`,
		"x\n {{.l.name}}":       `--template:2:5: executing "--template" at <.l.name>: can't evaluate field name in type interface {}`,
		"{{range .s}}{{end}}":   `--template:1:8: executing "--template" at <.s>: range can't iterate over a<b>`,
		`{{template "no"}}`:     `--template:1:11: executing "--template" at <{{template "no"}}>: template "no" not defined`,
		"{{index .l 9}}":        `--template:1:2: executing "--template" at <index .l 9>: error calling index: 9 is out of range`,
		"{{index .l .s}}":       `--template:1:2: executing "--template" at <index .l .s>: error calling index: a string is not an index`,
		"{{index .o 1}}":        `--template:1:2: executing "--template" at <index .o 1>: error calling index: a number is not a field of an object`,
		"{{index .n 1}}":        `--template:1:2: executing "--template" at <index .n 1>: error calling index: a number has no parts`,
		"{{len .n}}":            `--template:1:2: executing "--template" at <len .n>: error calling len: a number has no length`,
		"{{lt .s 1}}":           `--template:1:2: executing "--template" at <lt .s 1>: error calling lt: cannot compare a string with a number`,
		"{{eq .l .l}}":          `--template:1:2: executing "--template" at <eq .l .l>: error calling eq: cannot compare a list with a list`,
		"{{upper .o}}":          `--template:1:2: executing "--template" at <upper .o>: error calling upper: expected text, got an object`,
		"{{join .o `,`}}":       `--template:1:2: executing "--template" at <join .o ` + "`,`" + `>: error calling join: expected a list, got an object`,
		"{{pluck `a` .l}}":      `--template:1:2: executing "--template" at <pluck ` + "`a`" + ` .l>: error calling pluck: expected objects, got a string`,
		"{{timeago .s}}":        `--template:1:2: executing "--template" at <timeago .s>: error calling timeago: expected a time, got "a<b>"`,
		"{{color `reed` .s}}":   `--template:1:2: executing "--template" at <color ` + "`reed`" + ` .s>: error calling color: unknown color "reed": must be one of black, red, green, yellow, blue, magenta, cyan, white or 0 to 255`,
		"{{color `red+x` .s}}":  `--template:1:2: executing "--template" at <color ` + "`red+x`" + ` .s>: error calling color: unknown attribute 'x' in color "red+x"`,
		"{{tablerow .o}}":       `--template:1:2: executing "--template" at <tablerow .o>: error calling tablerow: expected text, got an object`,
		"{{timeago .evil}}":     `--template:1:2: executing "--template" at <timeago .evil>: error calling timeago: expected a time, got "\x1b[31mred\u202e"`,
		"{{regexMatch `(` .s}}": `--template:1:2: executing "--template" at <regexMatch ` + "`(`" + ` .s>: error calling regexMatch: error parsing regexp: missing closing ): ` + "`(`",
		`{{define "a"}}{{range 1}}{{template "a"}}{{end}}{{end}}{{template "a"}}`: `--template:1:36: executing "a" at <template>: error calling template: templates execute each other more than 1000 deep`,
	} {
		if got, err := executed(t, source, templated, Options{}); err == nil || err.Error() != want || got != "" {
			t.Errorf("%s: %q\n got %v\nwant %s", source, got, err, want)
		}
	}
	for _, source := range []string{"{{", "{{nofunc}}", "{{if}}{{end}}"} {
		if err := CheckDocument(Options{Format: "json", Template: source}); err == nil {
			t.Errorf("%s: not refused before it is executed", source)
		}
	}
}

// endless templates are too slow for a fuzzer.
var endless = regexp.MustCompile(`range [^.$]|\d{3}|template|%`)

// FuzzTemplate: no template panics, or prints what could harm a terminal.
func FuzzTemplate(f *testing.F) {
	for _, source := range []string{
		"{{.}}", "{{range $k, $v := .}}{{$k}}{{$v}}{{else}}x{{end}}", "{{with .a}}{{.b}}{{end}}{{index . `a`}}",
		"{{if eq .a 1}}{{len .a}}{{end}}", "{{$x := .a}}{{$x = 2}}{{$x | json}}", "{{slice .a 1 2}}{{join .a `,`}}",
		"{{tablerow .a .b}}{{tablerender}}", "{{color `red` .a | truncate 3}}{{hyperlink .a .b}}", "{{pluck `a` .}}{{timeago .a}}",
	} {
		f.Add(source, `{"a":[1,"b",null]}`)
		f.Add(source, `[{"a":{"b":2}},1.5,"\u001b\u009b"]`)
		f.Add(source, `{"a":"\u001b[31m","b":"\u202e"}`)
	}
	f.Fuzz(func(t *testing.T, source, doc string) {
		if endless.MatchString(source) || regexp.MustCompile(`(^|[^u\d])\d{3}`).MatchString(doc) || source == "" {
			t.Skip("may not end soon")
		}
		got, _ := executed(t, source, doc, Options{Terminal: true})
		if i := strings.IndexFunc(got, func(r rune) bool { return hazard(r) && r != '\n' && r != '\t' && r != '\r' && r != zeroWidthJoiner }); i >= 0 {
			t.Errorf("%q of %q: %q", source, doc, got)
		}
	})
}
