package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// site answers with the page for each path and query: a body or a status.
func site(pages map[string]string) *fake {
	return &fake{answer: func(_ int, r *http.Request) (*http.Response, error) {
		page, ok := pages[r.URL.RequestURI()]
		if r.URL.Host != "hub.docker.com" {
			return nil, fmt.Errorf("another host was asked: %s", r.URL)
		}
		if len(page) == 3 && page[0] != '[' {
			var status int
			_, err := fmt.Sscan(page, &status)
			return reply(status, `{"message":"no"}`), err
		}
		if !ok {
			return reply(501, "no page at "+r.URL.RequestURI()), nil
		}
		return reply(200, page), nil
	}}
}

// full returns n rows.
func full(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("0,", n), ",") + "]" }

func TestRows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		base  string
		pages map[string]string // the first starts at /a
		start string            // instead of /a
		asked string            // paths and queries in order
		rows  string
		err   error
	}{
		{name: "count and next", pages: map[string]string{
			"/a":              `{"count":3,"next":"https://hub.docker.com/a?page=2&x=%2F","previous":null,"results":[1,2]}`,
			"/a?page=2&x=%2F": `{"count":3,"next":null,"previous":"https://hub.docker.com/a","results":[3]}`,
		}, asked: "/a /a?page=2&x=%2F", rows: "1 2 3"},
		{name: "active_count", pages: map[string]string{"/a": `{"active_count":1,"count":2,"next":"","previous":"","results":[1,2]}`}, asked: "/a", rows: "1 2"},
		{name: "total", pages: map[string]string{
			"/a": `{"total":2,"next":"/a?page=2","results":[1]}`, "/a?page=2": `{"total":2,"next":null,"results":[2]}`,
		}, asked: "/a /a?page=2", rows: "1 2"},
		{name: "data", pages: map[string]string{"/a": `{"data":[{"id":"x"}]}`}, asked: "/a", rows: `{"id":"x"}`},
		{name: "logs", pages: map[string]string{
			"/a?account=b": `{"logs":[1]}`, "/a?account=b&page=2": `{"logs":[2]}`, "/a?account=b&page=3": `{"logs":[]}`,
		}, start: "/a?account=b", asked: "/a?account=b /a?account=b&page=2 /a?account=b&page=3", rows: "1 2"},
		{name: "logs from the middle", pages: map[string]string{"/a?page=7": `{"logs":[7]}`, "/a?page=8": `{"logs":null}`}, start: "/a?page=7", asked: "/a?page=7 /a?page=8", rows: "7"},
		{name: "array", pages: map[string]string{"/a": `[1, {"results":[]}]`}, asked: "/a", rows: `1 {"results":[]}`},
		{name: "empty array", pages: map[string]string{"/a": `[]`}, asked: "/a"},
		{name: "array of arrays", pages: map[string]string{"/a": `[[1],[]]`}, asked: "/a", rows: `[1] []`},
		{name: "array of pages", pages: map[string]string{
			"/a": `[{"count":3,"next":"/no","results":[1]},{"count":3,"next":"/a?page=2","results":[2]}]`, "/a?page=2": `[{"count":3,"results":[3]}]`,
		}, asked: "/a /a?page=2", rows: "1 2 3"},
		{name: "array of one empty page", pages: map[string]string{"/a": `[{"count":0,"next":null,"previous":null,"results":[]}]`}, asked: "/a"},
		{name: "array that begins like pages", pages: map[string]string{"/a": `[{"count":1,"next":"/no","results":[1]},2]`}, asked: "/a", rows: `{"count":1,"next":"/no","results":[1]} 2`},
		{name: "last_evaluated_key", pages: map[string]string{
			"/a?page_size=2": `{"manifests":[1,2],"last_evaluated_key":"k/ 2"}`,
			"/a?last_evaluated_key=k%2F+2&page_size=2": `{"manifests":[3,4],"last_evaluated_key":"k3"}`,
			"/a?last_evaluated_key=k3&page_size=2":     `{"manifests":[5],"last_evaluated_key":null}`,
		}, start: "/a?page_size=2", asked: "/a?page_size=2 /a?last_evaluated_key=k%2F+2&page_size=2 /a?last_evaluated_key=k3&page_size=2", rows: "1 2 3 4 5"},
		{name: "next_page_token", pages: map[string]string{
			"/a?page_size=2":                   `{"reports":[1,2],"next_page_token":"k/ 2"}`,
			"/a?page_size=2&page_token=k%2F+2": `{"reports":[3],"next_page_token":""}`,
		}, start: "/a?page_size=2", asked: "/a?page_size=2 /a?page_size=2&page_token=k%2F+2", rows: "1 2 3"},
		{name: "a last_evaluated_key that is not a string, and a page without rows", pages: map[string]string{
			"/a": `{"manifests":[1],"last_evaluated_key":{"k":"2"}}`,
			"/a?last_evaluated_key=%7B%22k%22%3A%222%22%7D": `{"manifests":[],"last_evaluated_key":3}`,
			"/a?last_evaluated_key=3":                       `{"manifests":[2],"last_evaluated_key":"end"}`,
			"/a?last_evaluated_key=end":                     `{"manifests":[],"last_evaluated_key":"end"}`,
		}, asked: "/a /a?last_evaluated_key=%7B%22k%22%3A%222%22%7D /a?last_evaluated_key=3 /a?last_evaluated_key=end", rows: "1 2"},
		{name: "the same last_evaluated_key twice", pages: map[string]string{
			"/a": `{"manifests":[1],"last_evaluated_key":"k"}`, "/a?last_evaluated_key=k": `{"manifests":[2],"last_evaluated_key":"k"}`,
		}, asked: "/a /a?last_evaluated_key=k", rows: "1 2", err: ErrAnswer},
		{name: "scim", pages: map[string]string{
			"/a":              `{"schemas":["urn"],"totalResults":3,"startIndex":1,"itemsPerPage":2,"resources":[1,2]}`,
			"/a?startIndex=3": `{"totalResults":3,"startIndex":3,"itemsPerPage":2,"Resources":[3]}`,
		}, asked: "/a /a?startIndex=3", rows: "1 2 3"},
		{name: "scim whose total is too high", pages: map[string]string{
			"/a": `{"totalResults":9,"startIndex":1,"Resources":[1,2]}`, "/a?startIndex=3": `{"totalResults":9,"startIndex":3,"Resources":[]}`,
		}, asked: "/a /a?startIndex=3", rows: "1 2"},
		{name: "scim without startIndex", pages: map[string]string{
			"/a?startIndex=1": `{"totalResults":3,"Resources":[1,2]}`, "/a?startIndex=3": `{"totalResults":3,"Resources":[3]}`,
		}, start: "/a?startIndex=1", asked: "/a?startIndex=1 /a?startIndex=3", rows: "1 2 3"},
		{name: "scim without anything", pages: map[string]string{"/a": `{"schemas":["urn"],"totalResults":0}`}, asked: "/a"},
		{name: "namespaces", pages: map[string]string{"/a": `{"namespaces":["ada","org"],"next":"/a?page=2"}`, "/a?page=2": `{"namespaces":["z"]}`}, asked: "/a /a?page=2", rows: `"ada" "org" "z"`},
		{name: "search", pages: map[string]string{
			"/a?query=x&size=2": `{"total":3,"results":[1,2]}`, "/a?from=2&query=x&size=2": `{"total":3,"results":[3]}`,
		}, start: "/a?query=x&size=2", asked: "/a?query=x&size=2 /a?from=2&query=x&size=2", rows: "1 2 3"},
		{name: "search that ends before its total", pages: map[string]string{
			"/a?from=4&size=2": `{"total":99,"results":[1,2]}`, "/a?from=6&size=2": `{"total":99,"results":null}`,
		}, start: "/a?from=4&size=2", asked: "/a?from=4&size=2 /a?from=6&size=2", rows: "1 2"},
		{name: "old search", pages: map[string]string{"/a": `{"page":1,"page_size":2,"next":null,"summaries":[1]}`}, asked: "/a", rows: "1"},
		{name: "results null", pages: map[string]string{"/a": `{"total":0,"results":null}`}, asked: "/a"},
		{name: "invitees", pages: map[string]string{"/a": `{"invitees":[{"invitee":"x"}]}`}, asked: "/a", rows: `{"invitee":"x"}`},

		{name: "count too high", pages: map[string]string{"/a": `{"count":10000,"next":null,"results":[1]}`}, asked: "/a", rows: "1"},
		{name: "count too low", pages: map[string]string{"/a": `{"count":0,"next":"/a?page=2","results":[1]}`, "/a?page=2": `{"count":0,"results":[2]}`}, asked: "/a /a?page=2", rows: "1 2"},
		{name: "an empty page in the middle", pages: map[string]string{"/a": `{"next":"/a?page=2","results":[]}`, "/a?page=2": `{"results":[2]}`}, asked: "/a /a?page=2", rows: "2"},

		{name: "another host", pages: map[string]string{
			"/a": `{"next":"http://user:word@evil.example:99/a?page=2","results":[1]}`, "/a?page=2": `{"next":"//evil.example/b?c","results":[2]}`, "/b?c": `{"results":[3]}`,
		}, asked: "/a /a?page=2 /b?c", rows: "1 2 3"},
		{name: "relative", pages: map[string]string{"/a": `{"next":"?page=2","results":[1]}`, "/a?page=2": `{"next":"b/c","results":[2]}`, "/b/c": `[3]`}, asked: "/a /a?page=2 /b/c", rows: "1 2 3"},
		{name: "escapes", pages: map[string]string{"/a": `{"next":"https://hub.docker.com/a%2Fb%20c?q=%2F+","results":[1]}`, "/a%2Fb%20c?q=%2F+": `[2]`}, asked: "/a /a%2Fb%20c?q=%2F+", rows: "1 2"},
		{name: "prefix", base: home + "/proxy/", pages: map[string]string{
			"/proxy/a":        `{"next":"https://hub.docker.com/a?page=2","results":[1]}`,
			"/proxy/a?page=2": `{"next":"https://hub.docker.com/proxy/a?page=3","results":[2]}`,
			"/proxy/a?page=3": `{"results":[3]}`,
		}, asked: "/proxy/a /proxy/a?page=2 /proxy/a?page=3", rows: "1 2 3"},
		{name: "escaped prefix", base: home + "/a%2Fb", pages: map[string]string{"/a%2Fb/a": `{"next":"/c","results":[1]}`, "/a%2Fb/c": `[2]`}, asked: "/a%2Fb/a /a%2Fb/c", rows: "1 2"},

		{name: "next is itself", pages: map[string]string{"/a": `{"next":"https://hub.docker.com/a","results":[1]}`}, asked: "/a", rows: "1", err: ErrAnswer},
		{name: "next is itself elsewhere", pages: map[string]string{"/a": `{"next":"https://evil.example/a","results":[1]}`}, asked: "/a", rows: "1", err: ErrAnswer},
		{name: "a circle", pages: map[string]string{"/a": `{"next":"/b","results":[1]}`, "/b": `{"next":"/a","results":[2]}`}, asked: "/a /b", rows: "1 2", err: ErrAnswer},
		{name: "scim with the same startIndex", pages: map[string]string{
			"/a": `{"totalResults":9,"startIndex":1,"Resources":[1]}`, "/a?startIndex=2": `{"totalResults":9,"startIndex":1,"Resources":[1]}`,
		}, asked: "/a /a?startIndex=2", rows: "1 1", err: ErrAnswer},
		{name: "next is not a URL", pages: map[string]string{"/a": `{"next":"https://[","results":[1]}`}, asked: "/a", rows: "1", err: ErrAnswer},
		{name: "next is not a string", pages: map[string]string{"/a": `{"next":{"a":1},"results":[1]}`}, asked: "/a", rows: "1"},

		{name: "404 at once", pages: map[string]string{"/a": "404"}, asked: "/a", err: ErrNotFound},
		{name: "stale next after a short page", pages: map[string]string{"/a?page_size=3": `{"next":"/b","results":[1,2]}`, "/b": "404"}, start: "/a?page_size=3", asked: "/a?page_size=3 /b", rows: "1 2"},
		{name: "stale next after a short page of the default size", pages: map[string]string{"/a": `{"next":"/b","results":` + full(9) + `}`, "/b": "404"}, asked: "/a /b", rows: strings.TrimSpace(strings.Repeat("0 ", 9))},
		{name: "404 after a full page", pages: map[string]string{"/a?page_size=2": `{"next":"/b","results":[1,2]}`, "/b": "404"}, start: "/a?page_size=2", asked: "/a?page_size=2 /b", rows: "1 2", err: ErrNotFound},
		{name: "404 after a full page of the default size", pages: map[string]string{"/a": `{"next":"/b","results":` + full(10) + `}`, "/b": "404"}, asked: "/a /b", rows: strings.TrimSpace(strings.Repeat("0 ", 10)), err: ErrNotFound},
		{name: "404 after a page that was clipped to 100", pages: map[string]string{"/a?page_size=500": `{"next":"/b","results":` + full(100) + `}`, "/b": "404"}, start: "/a?page_size=500", asked: "/a?page_size=500 /b", rows: strings.TrimSpace(strings.Repeat("0 ", 100)), err: ErrNotFound},
		{name: "another error after a short page", pages: map[string]string{"/a": `{"next":"/b","results":[1]}`, "/b": "403"}, asked: "/a /b", rows: "1", err: ErrForbidden},

		{name: "no list", pages: map[string]string{"/a": `{"detail":"x"}`}, asked: "/a", err: ErrAnswer},
		{name: "results that are not a list", pages: map[string]string{"/a": `{"results":{"a":1}}`}, asked: "/a", err: ErrAnswer},
		{name: "a string", pages: map[string]string{"/a": `"x"  `}, asked: "/a", err: ErrAnswer},
		{name: "nothing", pages: map[string]string{"/a": ``}, asked: "/a", err: ErrAnswer},
		{name: "no list on page 2", pages: map[string]string{"/a": `{"next":"/b","results":[1]}`, "/b": `12  `}, asked: "/a /b", rows: "1", err: ErrAnswer},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := site(test.pages)
			c := client(t, f, func(c *Config) {
				if test.base != "" {
					c.Base = base(t, test.base)
				}
			})
			if test.start == "" {
				test.start = "/a"
			}
			u := at(t, c, "GET", test.start).URL
			rows := c.Rows(t.Context(), u)
			for range 2 { // the second loop starts over
				f.got = nil
				var got []string
				var failed error
				for row, err := range rows {
					if failed != nil || err != nil && row != nil {
						t.Errorf("%s, %v after %v", row, err, failed)
					}
					if failed = err; err == nil {
						got = append(got, string(row))
					}
				}
				if !errors.Is(failed, test.err) || (failed == nil) != (test.err == nil) {
					t.Errorf("error %v", failed)
				}
				if s := strings.Join(got, " "); s != test.rows {
					t.Errorf("rows %s", s)
				}
				if s := strings.Join(f.urls(), " "); s != test.asked {
					t.Errorf("asked for %s", s)
				}
			}
		})
	}
}

func TestRowsAreLazy(t *testing.T) {
	t.Parallel()
	f := site(map[string]string{
		"/a": `{"next":"/b","results":[1,2]}`, "/b": `{"next":"/c","results":[3,4]}`, "/c": `{"next":null,"results":[5]}`,
	})
	c := client(t, f)
	rows := c.Rows(t.Context(), at(t, c, "GET", "/a").URL)
	if len(f.got) != 0 {
		t.Error("something was sent before the loop")
	}
	for n, want := range []int{1, 1, 2, 2, 3} { // requests after each row
		f.got = nil
		for row, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			if string(row) == fmt.Sprint(n+1) {
				break
			}
		}
		if len(f.got) != want {
			t.Errorf("%d requests for %d rows: %v", len(f.got), n+1, f.urls())
		}
	}
	for _, err := range c.Pages(t.Context(), at(t, c, "GET", "/a")) {
		if err != nil {
			t.Error(err)
		}
		f.got = nil
		break
	}
	if len(f.got) != 0 {
		t.Errorf("asked for %v after the loop", f.urls())
	}
}

func TestRowsErrorEnds(t *testing.T) {
	t.Parallel()
	f := site(map[string]string{"/a": `{"next":"/b","results":[1]}`, "/b": "500"})
	c := client(t, f, func(c *Config) { c.Retries = 0 })
	u := at(t, c, "GET", "/a").URL
	var calls []string
	c.Rows(t.Context(), u)(func(row json.RawMessage, err error) bool { // a caller that always continues
		calls = append(calls, fmt.Sprintf("%s %t", row, err != nil))
		return true
	})
	if want := []string{"1 false", " true"}; !slices.Equal(calls, want) || len(f.got) != 2 {
		t.Errorf("%q, %v", calls, f.urls())
	}
	errs := 0
	c.Pages(t.Context(), Request{Method: "GET", URL: u})(func(_ Page, err error) bool {
		if err != nil {
			errs++
		}
		return true
	})
	if errs != 1 {
		t.Errorf("%d errors of the pages", errs)
	}
}

func TestReadPage(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"count":7,"results":[1]}`:                                   `results 7 1`,
		`{"count":"7","results":[1]}`:                                 `results 7 1`,
		`{"active_count":1,"count":2,"results":[]}`:                   `results 2 0`,
		`{"total":3,"results":null}`:                                  `results 3 0`,
		`{"totalResults":4,"resources":[1,2]}`:                        `resources 4 2`,
		`{"count":-1,"total":5,"data":[]}`:                            `data 5 0`,
		`{"count":null,"logs":[1]}`:                                   `logs -1 1`,
		`{"count":1e300,"logs":[1]}`:                                  `logs -1 1`,
		`{"count":{},"namespaces":["a"]}`:                             `namespaces -1 1`,
		` [1,2,3]`:                                                    ` -1 3`,
		` [ {"count":2,"results":[1]} , {"count":2,"results":[2]} ] `: ` -1 2`,
	} {
		p, err := ReadPage(json.RawMessage(body))
		if got := fmt.Sprintf("%s %d %d", p.Key, p.Count, len(p.Rows)); err != nil || got != want || string(p.Body) != body {
			t.Errorf("%s: %s, %v", body, got, err)
		}
	}
	deep := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	if p, err := ReadPage(json.RawMessage(deep)); err != nil || len(p.Rows) != 1 {
		t.Errorf("%d rows, %v", len(p.Rows), err)
	}
}

// TestReadPageKeepsRows has rows that look different once decoded and encoded again.
func TestReadPageKeepsRows(t *testing.T) {
	t.Parallel()
	rows := []string{
		`{"b":1.50, "a":13114222271123456789,"a":"]}\\"}`, `[ [],"\u0061<" ]`, `1e3`, `null`, `"\ud800"`,
		strings.Repeat("[", MaxDepth-2) + strings.Repeat("]", MaxDepth-2),
	}
	for _, body := range []string{
		`{"results": [` + strings.Join(rows, " ,\n") + ` ],"next":null}`, "[\t" + strings.Join(rows, ",") + "]",
	} {
		p, err := ReadPage(json.RawMessage(body))
		if err != nil || len(p.Rows) != len(rows) {
			t.Errorf("%d rows, %v", len(p.Rows), err)
			continue
		}
		for i, row := range p.Rows {
			if string(row) != rows[i] {
				t.Errorf("%s became %s", rows[i], row)
			}
		}
	}
}

func FuzzReadPage(f *testing.F) {
	for _, s := range []string{
		``, `null`, `[]`, `{}`, `[{"count":1,"results":[1],"next":"x"}]`, `{"results":null,"count":1}`, `{"logs":[{}],"startIndex":1}`,
		`{"data":{"a":[]}}`, `[[[[]]]]`, `{"results":[1,2`, `{"count":1e999,"results":[]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ReadPage(body)
		if err != nil {
			return
		}
		if !json.Valid(body) || string(p.Body) != string(body) || p.Count < -1 {
			t.Errorf("%q became %+v", body, p)
		}
		for _, row := range p.Rows {
			if !json.Valid(row) || !strings.Contains(string(body), string(row)) {
				t.Errorf("row %q of %q", row, body)
			}
		}
	})
}
