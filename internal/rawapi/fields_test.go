package rawapi

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
)

// FuzzFields: any -F results in an error, or in an object that JSON can hold and that has the field.
func FuzzFields(f *testing.F) {
	for _, s := range [][2]string{
		{"a=1", "b=true"},
		{"a[b]=null", "a[c]=x"},
		{"a[]=1", "a[]=2"},
		{"a[][b]=1", "a[][b]=2"},
		{"a[b][]=1", "a=2"},
		{"=", "a"},
		{"a[=1", "a]=1"},
		{"a[][]=1", "a[][]=2"},
		{"a=1e999", "b=-0"},
		{"a=01", "b=1."},
		{"\xff=\xfe", "a[\x00]=\n"},
		{"a[b]c=1", "[]=1"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		if strings.Contains(one, "=@") || strings.Contains(two, "=@") {
			return // it reads files
		}
		for _, texts := range [][]string{nil, {two}} {
			typed := []string{one, two}[:2-len(texts)]
			fields, err := Fields(os.ReadFile, typed, texts)
			if err != nil {
				continue
			}
			b, err := json.Marshal(fields)
			if err != nil || len(fields) == 0 || len(b) < len(`{"a":0}`)-1 {
				t.Errorf("%q, %q: %v, %v", one, two, fields, err)
			}
			q := url.Values{}
			if AddQuery(q, fields) == nil && len(q) == 0 && !strings.Contains(one+two, "[]") {
				t.Errorf("%q, %q: no query", one, two)
			}
		}
	})
}
