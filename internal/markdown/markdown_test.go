package markdown

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func parsed(t testing.TB, base string) *url.URL {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCompleteLinks(t *testing.T) {
	t.Parallel()
	base := parsed(t, "https://github.com/acme/api/blob/main/docs/")
	const page, raw = "https://github.com/acme/api/blob/main/docs/", "https://github.com/acme/api/raw/main/docs/"
	for in, want := range map[string]string{
		"[a](b.md)":                            "[a](" + page + "b.md)",
		"[a](./b.md#c 'title')":                "[a](" + page + "b.md#c 'title')",
		"[a]( /b.md )":                         "[a]( " + page + "b.md )",
		"[a](../LICENSE)":                      "[a](https://github.com/acme/api/blob/main/LICENSE)",
		"[a](<b c.md>)":                        "[a](<" + page + "b%20c.md>)",
		"[a](b%20c.md)":                        "[a](" + page + "b%20c.md)",
		"[a](b_(c).md)":                        "[a](" + page + "b_(c).md)",
		"[a [b] c](d)":                         "[a [b] c](" + page + "d)",
		"![a](b.svg?x=1)":                      "![a](" + raw + "b.svg?x=1)",
		"[![a](b.svg)](c.md)":                  "[![a](" + raw + "b.svg)](" + page + "c.md)",
		"[![a](https://x.y/b.svg)](c.md)":      "[![a](https://x.y/b.svg)](" + page + "c.md)",
		"[a]: b.md":                            "[a]: " + page + "b.md",
		"x\n\n  [a]: b.png \"t\"":              "x\n\n  [a]: " + raw + "b.png \"t\"",
		"[a]:\n  <b.md>":                       "[a]:\n  <" + page + "b.md>",
		`<img alt="x" src="b.png">`:            `<img alt="x" src="` + raw + `b.png">`,
		"<IMG\n  SRC='b.png'\n>":               "<IMG\n  SRC='" + raw + "b.png'\n>",
		`<a href="b.md"><img src="c.png"></a>`: `<a href="` + page + `b.md"><img src="` + raw + `c.png"></a>`,
		`<source srcset="b.png">`:              `<source srcset="` + raw + `b.png">`,
		`<img srcset="b.svg 2x, c.svg?x=1,y 1x" src='d.svg'>`:       `<img srcset="` + raw + `b.svg 2x, ` + raw + `c.svg?x=1,y 1x" src='` + raw + `d.svg'>`,
		"<source srcset='https://x.y/a.png, b.png 480w ,\n c.png'>": "<source srcset='https://x.y/a.png, " + raw + "b.png 480w ,\n " + raw + "c.png'>",
		`<img srcset="data:image/png;base64,x/y 1x, b.png 2x">`:     `<img srcset="data:image/png;base64,x/y 1x, ` + raw + `b.png 2x">`,
		`<img alt="a > b" src=b.png>`:                               `<img alt="a > b" src=` + raw + `b.png>`,
		`<a href=b.md>x</a>`:                                        `<a href=` + page + `b.md>x</a>`,
		`<source media="x" srcset=b.png>`:                           `<source media="x" srcset=` + raw + `b.png>`,
		"<source srcset=\"b.png 1x,c.png 2x,\n\td.png 1.5x\">":      "<source srcset=\"" + raw + "b.png 1x," + raw + "c.png 2x,\n\t" + raw + "d.png 1.5x\">",
		`<img src="a,b.png">`:                                       `<img src="` + raw + `a,b.png">`,
		"```\n[a](b)\n```\n[a](b)":                                  "```\n[a](b)\n```\n[a](" + page + "b)",
		"~~~~\n[a](b)\n~~~\n[a](b)\n~~~~":                           "~~~~\n[a](b)\n~~~\n[a](b)\n~~~~",
		"`[a](b)` [a](b)":                                           "`[a](b)` [a](" + page + "b)",
		"``a`[a](b)`` [a](b)":                                       "``a`[a](b)`` [a](" + page + "b)",
		"` [a](b)":                                                  "` [a](" + page + "b)",
	} {
		if got := CompleteLinks(in, base); got != want {
			t.Errorf("%q\ngot  %q\nwant %q", in, got, want)
		}
	}
	for _, same := range []string{
		"", "[a](https://x.y/b)", "[a](//x.y/b)", "[a](#b)", "[a](mailto:a@b.c)", "[a](?b)", "[a]()", "[a](<>)", "[a][b]", "a](b)", "[a] (b)",
		`\[a](b)`, `[a\](b)`, "<!-- [a](b) -->", "<!-- <img src='b'> -->", "```\n[a](b)", `<img src="data:image/png;base64,x">`, "x [a]: b", "    [a]: b",
		"[a](%zz)", `<p href="b">`, `<img src="a`, `<a b="c>`, `<img src= >`, `<img src=https://x.y/b=c>`,
	} {
		if got := CompleteLinks(same, base); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
	if got := CompleteLinks("![a](b.png)", parsed(t, "https://example.com/files/")); got != "![a](https://example.com/files/b.png)" {
		t.Errorf("without /blob/: %q", got)
	}
}

func TestRelativeLinks(t *testing.T) {
	t.Parallel()
	const text = "# Title\n[a](b.md) [c](https://x.y)\n```\n[d](e)\n```\n\n[f]: g.md\n<img\nsrc='h.png' srcset='i.png 2x'>[j](#k) [l](\n m?n)\n"
	want := []Link{{2, "b.md"}, {7, "g.md"}, {8, "h.png"}, {8, "i.png"}, {9, "m?n"}}
	if got := RelativeLinks(text); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Completing links loses no text, and doing it twice changes nothing more.
func FuzzCompleteLinks(f *testing.F) {
	for _, s := range []string{"[![a](b.svg)](c)", "[a]: b", "`[a](b)", "```\n", `<img src="x" alt='y'>`, "<img srcset='a 1x, b'>", "\\", "[a](<b c>)", "<!-- -->"} {
		f.Add(s)
	}
	base := parsed(f, "https://example.com/blob/")
	f.Fuzz(func(t *testing.T, s string) {
		done := CompleteLinks(s, base)
		if strings.Count(done, "\n") != strings.Count(s, "\n") {
			t.Errorf("%q became %q", s, done)
		}
		if again := CompleteLinks(done, base); again != done {
			t.Errorf("%q became %q and then %q", s, done, again)
		}
	})
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "\r\n": "", "a": "a\n", "a\r\nb \r\n\r\n": "a\nb\n", " a\n": " a\n"} {
		if got := Normalize(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
