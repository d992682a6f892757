package output

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A pageRow is a row with a page.
type pageRow struct {
	name, status string
	active       bool
	expires      time.Time
}

func (pageRow) JSON() json.RawMessage { return json.RawMessage(`{}`) }

func (r pageRow) Page() string { return "/r/acme/" + r.name }

var pageTable = Table[pageRow]{
	{Name: "repository", Key: true, Cell: func(r pageRow) Value { return Text(r.name) }},
	{Name: "active", Cell: func(r pageRow) Value { return Bool(r.active) }},
	{Name: "status", Cell: func(r pageRow) Value { return Text(r.status) }},
	{Name: "expires", Cell: func(r pageRow) Value { return Time(r.expires) }},
}

// escapes are colors and hyperlinks.
var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\`)

// TestLook: what is inactive, failed, expired or expiring has a color, names are
// links, and neither changes the text or its columns.
func TestLook(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	rows := []pageRow{
		{"api", "ok", true, now.Add(365 * 24 * time.Hour)},
		{"worker", "failed", false, now.Add(-time.Hour)},
		{"spaced name", "pending", true, now.Add(24 * time.Hour)},
	}
	draw := func(color bool, website string) string {
		var b bytes.Buffer
		o := Options{Format: "table", Terminal: true, Width: 80, Color: color, Website: website, Now: now}
		p, err := pageTable.Printer(&b, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Rows(each(rows)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	plain, colored := draw(false, ""), draw(true, "https://hub.docker.com")
	if got := escapes.ReplaceAllString(colored, ""); got != plain {
		t.Errorf("without colors and links:\n%swant:\n%s", got, plain)
	}
	for _, want := range []string{
		"\x1b[1mREPOSITORY\x1b[0m", "\x1b[33mno\x1b[0m", "\x1b[31mfailed\x1b[0m", "\x1b[33mpending\x1b[0m",
		"\x1b[31m1h ago\x1b[0m", "\x1b[33min 24h\x1b[0m",
		"\x1b]8;;https://hub.docker.com/r/acme/worker\x1b\\worker\x1b]8;;\x1b\\",
	} {
		if !strings.Contains(colored, want) {
			t.Errorf("no %q in %q", want, colored)
		}
	}
	for _, unwanted := range []string{"mok", "myes", "acme/spaced"} {
		if strings.Contains(colored, unwanted) {
			t.Errorf("%q in %q", unwanted, colored)
		}
	}
}

// TestColoredJSON: colors change nothing else, and a file gets none.
func TestColoredJSON(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`{"a":"x","b":[1,true,null,"y\"",{"c":false}],"d":{},"e":[]}`, `"x"`, `null`, `[]`, `[true]`, `-1.5e10`,
	} {
		printed := func(o Options) string {
			var b bytes.Buffer
			o.Format = "json"
			if err := Document(&b, json.RawMessage(doc), o); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		plain := printed(Options{})
		if got := printed(Options{Color: true}); got != plain {
			t.Errorf("%s: a file gets %q", doc, got)
		}
		colored := printed(Options{Color: true, Terminal: true})
		if got := escapes.ReplaceAllString(colored, ""); got != plain {
			t.Errorf("%s: without colors %q, want %q", doc, got, plain)
		}
		if strings.Count(colored, "\x1b[0m")*2 != strings.Count(colored, "\x1b[") {
			t.Errorf("%s: a color does not end: %q", doc, colored)
		}
	}
	var b bytes.Buffer
	_ = Document(&b, json.RawMessage(`{"a":"x","b":[true,null]}`), Options{Format: "json", Color: true, Terminal: true})
	want := "{\n  \x1b[1;34m\"a\"\x1b[0m: \x1b[32m\"x\"\x1b[0m,\n  \x1b[1;34m\"b\"\x1b[0m: [\n" +
		"    \x1b[33mtrue\x1b[0m,\n    \x1b[36mnull\x1b[0m\n  ]\n}\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
