package job

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// damage begins a job of two steps, keeps a value for the first, and edits its file.
func damage(t *testing.T, o Options, edit func(string) string) (path, content string) {
	t.Helper()
	j := begin(t, o, plan("a", "b"))
	if err := j.Keep(j.Steps[0], "half"); err != nil {
		t.Fatal(err)
	}
	path = j.Path()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content = edit(string(b))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

func TestDamagedJob(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		edit   func(string) string
		says   string
		left   []string // steps that can still be read
		others bool     // the file belongs to another user
	}{
		{name: "empty", edit: func(string) string { return "" }, says: "unexpected end of the first line"},
		{name: "not JSON", edit: func(string) string { return "\x00\x00\n" }, says: "not JSON"},
		{name: "half a plan", edit: func(s string) string { return s[:40] }, says: "unexpected end"},
		{name: "a later version", edit: func(s string) string { return strings.Replace(s, `"version":1`, `"version":9`, 1) }, says: "version 9"},
		{name: "a damaged line", edit: func(s string) string { return strings.Replace(s, "\n", "\n}{\n", 1) }, says: "line 2", left: []string{"a", "b"}},
		{name: "another user's", edit: func(s string) string {
			return strings.Replace(strings.Replace(s, "\n", "\n}{\n", 1), `"user":"demo"`, `"user":"eve"`, 1)
		}, others: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := Options{Dir: t.TempDir()}
			path, content := damage(t, o, tt.edit)
			whole := begin(t, o, plan("c"))
			if err := whole.Close(); err != nil {
				t.Fatal(err)
			}
			found, err := Unfinished(o, plan())
			if err != nil || !slices.Equal(found.Paths, []string{whole.Path()}) {
				t.Fatalf("%+v, %v", found, err)
			}
			if tt.others {
				if len(found.Damaged) > 0 {
					t.Errorf("found %s", found.Damaged[0].Path)
				}
				return
			}
			if len(found.Damaged) != 1 || found.Damaged[0].Path != path || !strings.Contains(found.Damaged[0].Err.Error(), tt.says) {
				t.Fatalf("%+v", found.Damaged)
			}
			d := found.Damaged[0]
			var left []string
			for _, s := range d.Left() {
				left = append(left, s.ID)
			}
			if !slices.Equal(left, tt.left) {
				t.Errorf("read %q", left)
			}
			if len(left) > 0 && string(d.Past(d.Steps[0]).Data) != `"half"` {
				t.Errorf("kept %s", d.Past(d.Steps[0]).Data)
			}
			aside, err := d.SetAside()
			if err != nil || aside != path+".damaged" {
				t.Errorf("%q, %v", aside, err)
			}
			if b, err := os.ReadFile(aside); err != nil || string(b) != content {
				t.Errorf("%v; set aside %q", err, b)
			}
			if again, err := Unfinished(o, plan()); err != nil || len(again.Damaged) > 0 {
				t.Errorf("%+v, %v", again, err)
			}
		})
	}
}
