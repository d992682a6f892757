package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A repo is the row type of these tests.
type repo struct {
	ID      string    `json:"id"`
	About   string    `json:"about"`
	Pulls   *int64    `json:"pulls"`
	Size    int64     `json:"size"`
	Private bool      `json:"private"`
	Tags    []string  `json:"tags"`
	Updated time.Time `json:"updated"`
	raw     json.RawMessage
}

func (r repo) JSON() json.RawMessage {
	if r.raw != nil {
		return r.raw
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return b
}

var repos = Table[repo]{
	{Name: "id", Key: true, Cell: func(r repo) Value { return Text(r.ID) }},
	{Name: "about", Cell: func(r repo) Value { return Text(r.About) }},
	{Name: "pull_count", Cell: func(r repo) Value { return Optional(r.Pulls, Count) }},
	{Name: "size", Cell: func(r repo) Value { return Bytes(r.Size) }},
	{Name: "private", Cell: func(r repo) Value { return Bool(r.Private) }},
	{Name: "tags", Wide: true, Cell: func(r repo) Value { return List(r.Tags) }},
	{Name: "updated", Cell: func(r repo) Value { return Time(r.Updated) }},
}

func two() []repo {
	return []repo{
		{ID: "library/nginx", About: "Web server", Pulls: new(int64(13114222271)), Size: 187_234_567, Tags: []string{"latest", "1.29"}, Updated: now.AddDate(0, 0, -3)},
		{ID: "me/x", About: "mine, \"all\"\nmine", Size: 999, Private: true},
	}
}

// rows yields vs, and then err unless it is nil.
func rows[T any](err error, vs ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

func listing(t *testing.T, o Options, seq iter.Seq2[repo, error]) (string, error) {
	t.Helper()
	var b bytes.Buffer
	p, err := repos.Printer(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Rows(seq)
	return b.String(), err
}

func one(t *testing.T, o Options, r repo) string {
	t.Helper()
	var b bytes.Buffer
	p, err := repos.Printer(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.One(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"piped": {Options{Format: "table"}, `
ID             ABOUT             PULL COUNT   SIZE       PRIVATE  UPDATED
library/nginx  Web server        13114222271  187234567  false    2026-02-26T12:00:00Z
me/x           mine, "all" mine  -            999        true     -
`},
		"terminal": {Options{Format: "table", Terminal: true, Now: now}, `
ID             ABOUT                 PULL COUNT      SIZE  PRIVATE  UPDATED
library/nginx  Web server        13,114,222,271  187.2 MB  no       3d ago
me/x           mine, "all" mine               -     999 B  yes      -
`},
		"columns": {Options{Format: "table", Columns: []string{"updated", "tags", "id"}, NoHeaders: true}, `
2026-02-26T12:00:00Z  latest,1.29  library/nginx
-                     -            me/x
`},
		"color": {Options{Format: "table", Color: true, Columns: []string{"id", "updated", "private"}}, "" +
			"\x1b[1mID\x1b[0m             \x1b[1mUPDATED\x1b[0m               \x1b[1mPRIVATE\x1b[0m\n" +
			"library/nginx  2026-02-26T12:00:00Z  false\n" +
			"me/x           \x1b[2m-\x1b[0m                     \x1b[33mtrue\x1b[0m\n"},
		"csv": {Options{Format: "csv"}, `
id,about,pull_count,size,private,updated
library/nginx,Web server,13114222271,187234567,false,2026-02-26T12:00:00Z
me/x,"mine, ""all"" mine",,999,true,
`},
		"csv terminal": {Options{Format: "csv", Terminal: true, Now: now, NoHeaders: true, Columns: []string{"size", "tags"}}, `
187234567,"latest,1.29"
999,
`},
		"csv blank": {Options{Format: "csv", Columns: []string{"pull_count"}}, "pull_count\n13114222271\n\"\"\n"},
		"quiet":     {Options{Format: "json", Quiet: true}, "library/nginx\nme/x\n"},
		"json": {Options{Format: "json"}, `
[
  {
    "id": "library/nginx",
    "about": "Web server",
    "pulls": 13114222271,
    "size": 187234567,
    "private": false,
    "tags": [
      "latest",
      "1.29"
    ],
    "updated": "2026-02-26T12:00:00Z"
  },
  {
    "id": "me/x",
    "about": "mine, \"all\"\nmine",
    "pulls": null,
    "size": 999,
    "private": true,
    "tags": null,
    "updated": "0001-01-01T00:00:00Z"
  }
]
`},
		"ndjson": {Options{Format: "ndjson"}, `
{"id":"library/nginx","about":"Web server","pulls":13114222271,"size":187234567,"private":false,"tags":["latest","1.29"],"updated":"2026-02-26T12:00:00Z"}
{"id":"me/x","about":"mine, \"all\"\nmine","pulls":null,"size":999,"private":true,"tags":null,"updated":"0001-01-01T00:00:00Z"}
`},
		"yaml": {Options{Format: "yaml"}, `
- id: library/nginx
  about: Web server
  pulls: 13114222271
  size: 187234567
  private: false
  tags:
    - latest
    - "1.29"
  updated: "2026-02-26T12:00:00Z"
- id: me/x
  about: |-
    mine, "all"
    mine
  pulls: null
  size: 999
  private: true
  tags: null
  updated: "0001-01-01T00:00:00Z"
`},
		"jq":       {Options{Format: "json", JQ: `.[] | .id, .pulls`}, "library/nginx\n13114222271\nme/x\nnull\n"},
		"template": {Options{Format: "table", Template: `{{range .}}{{.id}}={{.pulls}}{{.nothing}};{{end}}`}, "library/nginx=13114222271;me/x=;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := listing(t, c.o, rows(nil, two()...))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, c.want)
		})
	}
}

func TestNoRows(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"table":  "ID  ABOUT  PULL COUNT  SIZE  PRIVATE  UPDATED\n",
		"csv":    "id,about,pull_count,size,private,updated\n",
		"json":   "[]\n",
		"yaml":   "[]\n",
		"ndjson": "",
	} {
		got, err := listing(t, Options{Format: format}, rows[repo](nil))
		if got != want || err != nil {
			t.Errorf("%s: %q, %v", format, got, err)
		}
		got, err = listing(t, Options{Format: format}, rows[repo](io.ErrUnexpectedEOF))
		if got != "" || err != io.ErrUnexpectedEOF { //nolint:errorlint // not wrapped
			t.Errorf("%s: %q, %v", format, got, err)
		}
	}
	got, err := listing(t, Options{Format: "table", NoHeaders: true}, rows[repo](nil))
	if got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for things, want := range map[string]string{"": "no results found\n", "tokens": "no tokens found\n"} {
		if got, err := listing(t, Options{Format: "table", Terminal: true, Things: things}, rows[repo](nil)); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	for _, o := range []Options{{Format: "table", JQ: "."}, {Format: "json", Template: "{{json .}}\n"}} {
		if got, err := listing(t, o, rows[repo](nil)); got != "[]\n" || err != nil {
			t.Errorf("%+v: %q, %v", o, got, err)
		}
	}
}

func TestOne(t *testing.T) {
	t.Parallel()
	r := two()[0]
	same(t, one(t, Options{Format: "table", Width: 20, Terminal: true, Now: now}, r), `
ID          library/nginx
ABOUT       Web server
PULL COUNT  13,114,222,271
SIZE        187.2 MB
PRIVATE     no
TAGS        latest, 1.29
UPDATED     3d ago
`)
	same(t, one(t, Options{Format: "table", Columns: []string{"size", "id"}}, r), "SIZE  187234567\nID    library/nginx\n")
	same(t, one(t, Options{Format: "table", Columns: []string{"size"}, NoHeaders: true}, r), "187234567\n")
	same(t, one(t, Options{Format: "csv"}, r), "id,about,pull_count,size,private,tags,updated\nlibrary/nginx,Web server,13114222271,187234567,false,\"latest,1.29\",2026-02-26T12:00:00Z\n")
	same(t, one(t, Options{Format: "table", Quiet: true}, r), "library/nginx\n")
	same(t, one(t, Options{Format: "table", Quiet: true}, repo{}), "")
	same(t, one(t, Options{Format: "json", JQ: ".size"}, r), "187234567\n")
	r.raw = json.RawMessage(`{"b":1.0, "a":"x"}`)
	same(t, one(t, Options{Format: "json"}, r), "{\n  \"b\": 1.0,\n  \"a\": \"x\"\n}\n")
	same(t, one(t, Options{Format: "yaml"}, r), "b: 1.0\na: x\n")
	same(t, one(t, Options{Format: "ndjson"}, r), "{\"b\":1.0,\"a\":\"x\"}\n")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		`invalid value "xml" for --output: must be one of table, json, yaml, ndjson, csv`:   {Format: "xml"},
		`unknown column "pull" (did you mean pull_count?): must be one of id, about, pull_`: {Format: "table", Columns: []string{"pull"}},
		`unknown column "Pul-Count" (did you mean pull_count?): must be one of id, about, `: {Format: "csv", Columns: []string{"Pul-Count"}},
		`unknown column "updatde" (did you mean updated?): must be one of id, about, `:      {Format: "table", Sort: "-updatde"},
		`unknown column "": must be one of id, about, `:                                     {Format: "table", Columns: []string{""}},
		`unknown column "zzzzzz": must be one of id, about, `:                               {Format: "table", Sort: "zzzzzz"},
		`--columns applies only to table and csv output, not to json`:                       {Format: "json", Columns: []string{"id"}},
		`--no-headers cannot be combined with --quiet`:                                      {Format: "table", Quiet: true, NoHeaders: true},
		`--sort cannot be combined with --jq`:                                               {Format: "table", JQ: ".", Sort: "id"},
		`--sort applies only to table and csv output, not to yaml`:                          {Format: "yaml", Sort: "id"},
		`--jq and --template cannot be combined`:                                            {Format: "table", JQ: ".", Template: "x"},
		`--jq cannot be combined with -o yaml`:                                              {Format: "yaml", JQ: "."},
		`--template cannot be combined with -o csv`:                                         {Format: "csv", Template: "x"},
		`invalid value "-1" for --limit: must be 0 or more`:                                 {Format: "table", Limit: -1},
		`--jq: unexpected token "|" (line 2, column 5)`:                                     {Format: "table", JQ: ".a\n  | | .b"},
		`--jq: unexpected EOF (line 1, column 7)`:                                           {Format: "table", JQ: ".a | ("},
		`--jq: input(s)/0 is not allowed`:                                                   {Format: "table", JQ: "input"},
		`--template:1: unexpected "}"`:                                                      {Format: "table", Template: "{{}"},
		`--template:1: function "env" not defined`:                                          {Format: "table", Template: "{{env}}"},
	} {
		if _, err := repos.Printer(io.Discard, o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v:\ngot  %v\nwant %s", o, err, want)
		}
	}
	for _, o := range []Options{
		{Format: "yaml", Quiet: true, Sort: "-size", Limit: 3},
		{Format: "ndjson", Limit: 3},
		{Format: "csv", Sort: "tags", Columns: []string{"id", "id"}},
		{Format: "csv", Sort: "-PULL COUNT", Columns: []string{"Pull Count", "pull-count", "ID"}},
	} {
		if _, err := repos.Printer(io.Discard, o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := repos[1:].Printer(io.Discard, Options{Format: "table", Quiet: true}); !errors.Is(err, errNoKey) {
		t.Error(err)
	}
}

func TestSort(t *testing.T) {
	t.Parallel()
	vs := []repo{
		{ID: "a", About: "b", Size: 9, Pulls: new(int64(10)), Tags: []string{"1"}, Updated: now},
		{ID: "b", About: "B", Size: 10, Private: true, Tags: []string{"2"}},
		{ID: "c", About: "a", Size: 9, Pulls: new(int64(9)), Updated: now.Add(time.Nanosecond)},
		{ID: "d", About: "C", Size: -1, Pulls: new(int64(100)), Private: true, Updated: now.Add(-time.Hour)},
	}
	for sort, want := range map[string]string{
		"id": "abcd", "-id": "dcba", "about": "cbad", "-about": "dabc",
		"size": "dacb", "-size": "bacd", "pull_count": "cadb", "-pull_count": "dacb",
		"private": "acbd", "-private": "bdac", "updated": "dacb", "-updated": "cadb", "tags": "abcd", "-tags": "bacd",
	} {
		for _, limit := range []int{0, 2} {
			got, err := listing(t, Options{Format: "table", Quiet: true, Sort: sort, Limit: limit}, rows(nil, vs...))
			if got = strings.ReplaceAll(got, "\n", ""); err != nil || limit == 0 && got != want || limit > 0 && got != want[:limit] {
				t.Errorf("%s %d: %s, %v, want %s", sort, limit, got, err, want)
			}
		}
	}
}
