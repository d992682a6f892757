package output

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// nasty are documents that decoding and encoding would change.
var nasty = []string{
	`{}`, `[]`, `""`, `null`, `[[],{},[{}]]`, ` [ 1 , 2 ] `,
	`{"big":13114222271123456789012345,"f":1.0,"e":1E+5,"z":-0,"h":1e400,"n":[0.10,-1.5e-7]}`,
	`{"slash":"a\/b","rocket":"\ud83d\ude80","lone":"\ud83d","html":"<b>&amp;</b>"}`,
	`{"a":1,"b":2,"a":3}`,
	`{"a":{"x":1,"x":{"y":2}},"":"","z":1,"A":2}`,
	"{\"raw\":\"\x7f\u0085\u009b\u202e\u2066\u200b\u200d\u2028\u2029\ufeff\U000e0041\",\"👩\u200d💻\":\"e\u0301\"}",
	"{\"invalid\":\"a\xffb\xe2\x82\",\"nul\":\"\\u0000\\u001b[31m\\u202e\",\"\xff\":1}",
	`{"words":["y","No","true","~","null","=","<<",".inf",".NaN","1_000","0x1F","0o17","12:30:45","2021-10-12","2021-10-12T14:37:15Z","1e3","-","--- a","...","?","NaN","+1",".5"]}`,
	`{"yes":1,"12":2,"a: b":3,"- x":4,"multi\nline":5,"#":6,"[x]":7,"true":8,"` + strings.Repeat("k", 300) + `":9}`,
	`["# a","a # b","a: b","a:","a:b"," a","a ","*a","&a","!a","|","> x","%a","@a","{a","[a","'a","\"a","a'b","a\"b","a\\b","C:\\U0001f680","\\U0001F680","a,b]","a\tb","é","日本","- - a"]`,
	`["a\nb","a\nb\n","a\nb\n\n","\na","a\n\nb"," a\nb","a\n b","a \nb","a\n\tb","a\r\nb","a\nb: c\n# d\n---\n...\n- e","a\u2028b\nc","\n","a\n\n\n b\n","🚀\nb"]`,
	`{"text":"# Title\n\n* one\n  * two\n\n` + "```sh\\ndocker run x\\n```" + `\n"}`,
	`{"k":["x",{"!\n #":"!\n #","z":"a\nb"}]}`, `"a\nb"`, `"x"`, `12`, `[[["a\nb"]],[{"k":"a\nb\n"}]]`,
}

// tokens returns the literals of doc, numbers unchanged and strings decoded.
func tokens(t *testing.T, doc string) []any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var all []any
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %q", err, doc)
		}
		all = append(all, token)
	}
}

func document1(t *testing.T, doc, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Document(&b, json.RawMessage(doc), Options{Format: format, Terminal: true}); err != nil {
		t.Fatalf("%v in %q", err, doc)
	}
	return b.String()
}

func checkJSON(t *testing.T, doc string) {
	t.Helper()
	for _, format := range []string{"json", "ndjson"} {
		got := document1(t, doc, format)
		want := tokens(t, doc)
		if format == "ndjson" && want[0] == json.Delim('[') {
			want = append([]any(nil), want[1:len(want)-1]...)
		}
		if !reflect.DeepEqual(tokens(t, got), want) {
			t.Errorf("%s: %q became %q", format, doc, got)
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(strings.ReplaceAll(got, "\n", ""), hazard) {
			t.Errorf("%s: hazard in %q", format, got)
		}
	}
}

func TestJSONKeepsTokens(t *testing.T) {
	t.Parallel()
	for _, doc := range nasty {
		checkJSON(t, doc)
	}
	const literal = `{"s":"a\/b \ud83d\ude80 \u0041 <>","n":[1.0,1E5,-0,123456789012345678901234567890],"s":"again"}`
	if got := document1(t, literal, "ndjson"); got != literal+"\n" {
		t.Errorf("literals changed: %s", got)
	}
	got, err := listing(t, Options{Format: "json"}, rows(nil, repo{raw: []byte(literal)}, repo{raw: []byte(" [1] ")}))
	if !reflect.DeepEqual(tokens(t, got), tokens(t, "["+literal+",[1]]")) || err != nil {
		t.Errorf("%s %v", got, err)
	}
	same(t, document1(t, "{\"a\":\"\x7f\u009b\u202e\ufeff\U000e0041\xff\"}", "ndjson"), `{"a":"\u007f\u009b\u202e\ufeff\udb40\udc41\ufffd"}`+"\n")
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "yaml", "ndjson"} {
		for _, doc := range []string{`{`, `[1,]`, `{} {}`, `nope`, "\ufeff{}", `["a" "b"]`, `{"a"}`} {
			var b bytes.Buffer
			if err := Document(&b, []byte(doc), Options{Format: format}); err == nil || b.Len() > 0 {
				t.Errorf("%s: %s became %q, %v", format, doc, b.String(), err)
			}
			if got, err := listing(t, Options{Format: format}, rows(nil, repo{raw: []byte(doc)})); err == nil || got != "" {
				t.Errorf("%s: %s became %q, %v", format, doc, got, err)
			}
			if got, err := listing(t, Options{Format: "json", JQ: "."}, rows(nil, repo{raw: []byte(doc)})); err == nil || got != "" {
				t.Errorf("jq: %s became %q, %v", doc, got, err)
			}
		}
		if got := document1(t, " \n", format); got != "" {
			t.Errorf("%s: an empty answer became %q", format, got)
		}
	}
	for _, o := range []Options{{Format: "table"}, {Format: "csv"}, {Format: "json", Quiet: true}, {Format: "json", Sort: "x"}, {Format: "json", JQ: "{"}} {
		if err := CheckDocument(o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	for _, o := range []Options{{Format: "json"}, {Format: "table", JQ: "."}, {Format: "json", Template: "."}} {
		if err := CheckDocument(o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func FuzzJSONHazards(f *testing.F) {
	for _, doc := range nasty {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if json.Valid([]byte(doc)) {
			checkJSON(t, doc)
		}
	})
}

// Recorded answers of the real API, if there are any, are printed unchanged.
func TestSamples(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no answers in", dir, err)
	}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(doc) {
			t.Log("not JSON:", file)
			continue
		}
		checkJSON(t, string(doc))
		checkYAML(t, string(doc))
	}
}
