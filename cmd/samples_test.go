package cmd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestSamples prints every recorded response in every format. The JSON has the same
// tokens, and the YAML has the same content according to a second parser.
func TestSamples(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatal(len(files), err)
	}
	files = append(files, hard(t))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, r.URL.Query().Get("file"))
	}))
	t.Cleanup(srv.Close)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path := "/v2/sample?file=" + file
			if got := printed(t, srv.URL, "raw", path); got != string(want) {
				t.Error("raw changed the bytes")
			}
			if got := printed(t, srv.URL, "raw", path, "-o", "json"); compact(t, got) != compact(t, string(want)) {
				t.Errorf("the JSON differs:\n%s", got)
			}
			sameYAML(t, printed(t, srv.URL, "raw", path, "-o", "yaml"), string(want))
			for line := range strings.Lines(printed(t, srv.URL, "raw", path, "-o", "ndjson")) {
				if !strings.Contains(compact(t, string(want)), strings.TrimSpace(line)) {
					t.Errorf("not in the answer: %s", line)
				}
			}
		})
	}
}

// TestTokenSample prints the recorded listing of tokens as rows.
func TestTokenSample(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	file := filepath.Join(dir, "access-tokens-list-2021.json")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) }))
	t.Cleanup(srv.Close)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var page struct{ Results json.RawMessage }
	if err := json.Unmarshal(b, &page); err != nil {
		t.Fatal(err)
	}
	want := string(page.Results)
	if got := printed(t, srv.URL, "tokens", "list", "-o", "json"); compact(t, got) != compact(t, want) {
		t.Errorf("the JSON differs:\n%s", got)
	}
	if got := printed(t, srv.URL, "tokens", "list", "-o", "ndjson"); "["+strings.TrimSpace(got)+"]" != compact(t, want) {
		t.Errorf("the ndjson differs:\n%s", got)
	}
	sameYAML(t, printed(t, srv.URL, "tokens", "list", "-o", "yaml"), want)
	const table = "UUID                 LABEL    SCOPES  ACTIVE  LAST USED             EXPIRES\n" +
		"82d03067-**********  hubtool  -       true    2021-10-13T13:25:42Z  -\n"
	if got := printed(t, srv.URL, "tokens", "list"); got != table {
		t.Errorf("the table is\n%s", got)
	}
	const csv = "uuid,label,scopes,active,last_used,expires\n82d03067-**********,hubtool,,true,2021-10-13T13:25:42.769907Z,\n"
	if got := printed(t, srv.URL, "tokens", "list", "-o", "csv"); got != csv {
		t.Errorf("the CSV is\n%s", got)
	}
}

// hard is valid JSON that printers get wrong.
func hard(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hard.json")
	const doc = `{"big":13114222271123456789012,"exp":1.50E+400,"neg":-0,"slash":"a\/b","rocket":"\ud83d\ude80 🚀","html":"<&>",
"twice":1,"twice":2,"yes":"yes","no":"no","time":"12:30:45","octal":"0777","null":"null","tilde":"~","empty":"","blank":" ",
"lines":"one\ntwo\n","crlf":"a\r\nb","tab":"\ta","colon":"a: b","hash":"a #b","dash":"- a","nel":"a\u0085b","date":"2026-01-01","deep":[[],{},[{}]]}`
	if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// printed runs hubctl against a server and returns its standard output.
func printed(t *testing.T, url string, args ...string) string {
	t.Helper()
	cmd, stdout, stderr := hubctl(t, url, args...)
	if status := crew.do(t, cmd); status != 0 {
		t.Fatalf("hubctl %q: exit status %d: %s", args, status, stderr)
	}
	return stdout.String()
}

func compact(t *testing.T, doc string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(doc)); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return b.String()
}

// sameYAML checks that a YAML document has the content of a JSON document. Numbers
// too large for a second parser are compared as text.
func sameYAML(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if err := yaml.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("%v in\n%s", err, got)
	}
	if err := json.Unmarshal([]byte(beyondFloat.Replace(want)), &b); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(beyondFloat.Replace(got)), &a); err != nil {
		t.Fatal(err)
	}
	if a, b := plainly(a), plainly(b); !reflect.DeepEqual(a, b) {
		t.Errorf("the YAML holds\n%#v\nwant\n%#v\n%s", a, b, got)
	}
}

// beyondFloat removes the numbers that exceed a float64.
var beyondFloat = strings.NewReplacer("1.50E+400", "1.5", "13114222271123456789012", "13")

// plainly makes all numbers float64, like encoding/json.
func plainly(v any) any {
	switch v := v.(type) {
	case uint64:
		return float64(v)
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, plainly(e))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = plainly(e)
		}
		return out
	}
	return v
}
