package dockerhub

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestCSVObjects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ in, want, problem string }{
		{"Username,Date Joined\nada,\"a \"\"b\"\"\nc\"\n", `{"Username":"ada","Date Joined":"a \"b\"\nc"}`, ""},
		{"\uFEFFUsername\r\n<ada>\r\nben", `{"Username":"<ada>"}{"Username":"ben"}`, ""},
		{"Username\n", "", ""},
		{"", "", "is empty, not a table"},
		{"a,b\n1,2\n1\n", `{"a":"1","b":"2"}`, "is not CSV in line 3: wrong number of fields"},
		{"a\n\"", "", "is not CSV in line 2: "},
	} {
		got, problem := "", ""
		for line, err := range csvObjects(strings.NewReader(tc.in), &url.URL{Path: "/p"}) {
			got += string(line)
			if err != nil {
				problem = err.Error()
			}
		}
		if got != tc.want || !strings.Contains(problem, tc.problem) || problem == "" != (tc.problem == "") {
			t.Errorf("%q: %s %q", tc.in, got, problem)
		}
	}
}

// FuzzCSVObjects: every input gives objects of strings or an error.
func FuzzCSVObjects(f *testing.F) {
	f.Add("Username,Role\nada,Owner\n")
	f.Add("\uFEFFa,a\n\xff,\"\"\"\"")
	f.Fuzz(func(t *testing.T, in string) {
		for line, err := range csvObjects(strings.NewReader(in), &url.URL{}) {
			var o map[string]string
			if err == nil && json.Unmarshal(line, &o) != nil {
				t.Errorf("%q: %s", in, line)
			}
		}
	})
}
