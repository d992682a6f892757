package records

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

var testColumns = []Column{"name repository", "description", "private is_private"}

func TestReadRecords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"lines", "a\r\n\n  b ", "1 name=a; 3 name=b"},
		{"a byte order mark", "\uFEFFa", "1 name=a"},
		{"nothing", " \n\n", ""},
		{"a table", "\n\uFEFF", "2 name=\uFEFF"}, // it is a mark at the beginning only
		{"a header, in any case and order", "\uFEFFPrivate, Repository\r\ntrue,a\r\n\r\n , \n,b\n", "2 name=a private=true; 5 name=b"},
		{"a header of one", "repository\nname\nb", "2 name=name; 3 name=b"},
		{"only a header", "name,private\n", ""},
		{"quotes", "name,description\n\"a\",\"x, \"\"y\"\"\nz\"\nb,", "2 description=x, \"y\"\nz name=a; 4 name=b"},
		{"JSON", `{"name":"a","is_private":true,"description":null}` + "\n\n" + `{"repository":"b","description":" 1 ","private":0}`, "1 name=a private=true; 3 description=1 name=b private=0"},

		{"unknown columns", "name,x,y\na,b,c", `!line 1: unknown column "x": there are name, description, private|line 1: unknown column "y": there are name, description, private`},
		{"twice", "name,repository\na,b", "!line 1: the column name is given twice"},
		{"no name in the header", "private,description\n", "!line 1: missing column name"},
		{"no name", "name,private\na,true\n,true\n,no", "!line 3: no name|line 4: no name"},
		{"too few", "name,private\na\nb,1,2\nc,1", "!line 2: 1 fields, but the header has 2 columns|line 3: 3 fields, but the header has 2 columns"},
		{"a quote", "name,private\na\"b,c", `!line 2: bare " in non-quoted-field`},
		{"bytes", "a\nb\xff\n", "!line 2: not UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "!line 1: not UTF-8"},
		{"an array", "[{}]", "!line 1: expected a JSON object on every line"},
		{"not all JSON", "{\"name\":\"a\"}\nb\n{\"name\":}", "!line 2: expected a JSON object on every line|line 3: not JSON: invalid character '}' looking for beginning of value"},
		{"unknown fields", `{"name":"a","pull_count":1}`, `!line 1: pull_count: unknown column "pull_count": there are name, description, private`},
		{"not text", `{"name":["a"]}`, "!line 1: name: expected a string, a number, true or false"},
		{"two names", `{"name":"a","repository":"a"}`, "!line 1: repository: name is given twice"},
		{"null", `{"name":null}`, "!line 1: no name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			records, err := Read([]byte(tt.in), testColumns)
			var got []string
			for _, r := range records {
				var text strings.Builder
				fmt.Fprint(&text, r.Line)
				for _, k := range slices.Sorted(maps.Keys(r.Fields)) {
					text.WriteString(" " + k + "=" + r.Fields[k])
				}
				got = append(got, text.String())
			}
			text := strings.Join(got, "; ")
			if err != nil {
				text = "!" + strings.ReplaceAll(err.Error(), "\n", "|")
			}
			if text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

func FuzzRecords(f *testing.F) {
	for _, s := range []string{"a\nb", "name,private\na,true\n", `{"name":"a","private":true}`, "\uFEFFname\n\"a\nb\"", "[", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := Read(b, testColumns)
		if wrong, ok := errors.AsType[Errors](err); err != nil && (!ok || len(wrong) == 0 || records != nil) {
			t.Fatalf("%v, with %v", err, records)
		}
		last, lines := 0, 1+strings.Count(string(b), "\n")
		for _, r := range records {
			if r.Line <= last || r.Line > lines {
				t.Fatalf("line %d of %d comes after line %d", r.Line, lines, last)
			}
			last = r.Line
			if r.Fields["name"] == "" {
				t.Fatalf("line %d has no name", r.Line)
			}
			for name, value := range r.Fields {
				if value == "" || name != "name" && name != "description" && name != "private" {
					t.Fatalf("line %d has %q=%q", r.Line, name, value)
				}
			}
		}
	})
}
