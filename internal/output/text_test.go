package output

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                     "",
		"plain é 日本 🚀":         "plain é 日本 🚀",
		"a\nb\r\nc\td":         "a b  c d",
		"\x1b[31mred\x07\x00":  `\x1b[31mred\x07\x00`,
		"\x7f\u0085\u009b":     `\x7f\u0085\u009b`,
		"a\u202eb\u2066\u200f": `a\u202eb\u2066\u200f`,
		"a\u200bb\ufeff\u2028": `a\u200bb\ufeff\u2028`,
		"a\u200db":             `a\u200db`,
		"👩\u200d💻 ❤️\u200d🔥":   "👩\u200d💻 ❤️\u200d🔥",
		"👩\u200d":              "👩" + `\u200d`,
		"👩\u200d\u200d💻":       "👩" + `\u200d\u200d` + "💻",
		"a\xffb\xe2\x82":       "a\ufffdb\ufffd\ufffd",
		"\U000e0041":           `\U000e0041`,
		"a\u00adb\u3164\ufe01": `a\u00adb\u3164\ufe01`,
		"a\U000e0100":          `a\U000e0100`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func safe(t *testing.T, s string, chunk int) string {
	t.Helper()
	var b bytes.Buffer
	w := SafeWriter(&b)
	for i := 0; i < len(s); i += chunk {
		if n, err := io.WriteString(w, s[i:min(i+chunk, len(s))]); err != nil || n == 0 {
			t.Fatal(n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSafeWriter(t *testing.T) {
	t.Parallel()
	const in = "a\tb\r\nc\rd\x1b[2J\xc2\x9b日本\u202e🚀\xff\xe2\x82\r"
	const want = "a\tb\r\nc" + `\x0dd\x1b[2J\u009b` + "日本" + `\u202e` + "🚀\ufffd\ufffd\ufffd" + `\x0d`
	for chunk := 1; chunk <= len(in); chunk++ {
		if got := safe(t, in, chunk); got != want {
			t.Errorf("by %d: got %q, want %q", chunk, got, want)
		}
	}
	w := SafeWriter(&pipe{})
	if _, err := w.Write([]byte("x")); err != errPipe { //nolint:errorlint // not wrapped
		t.Error(err)
	}
	if _, err := io.Copy(SafeWriter(io.Discard), iotest.ErrReader(io.ErrNoProgress)); err != io.ErrNoProgress { //nolint:errorlint // not wrapped
		t.Error(err)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\nb", "\x1b]8;;x\x07", "👩\u200d💻", "\xff\u202e", "\u200d\u200d", `\x1b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q: %q", s, got)
		}
		if strings.ContainsFunc(strings.ReplaceAll(got, "\u200d", ""), hazard) {
			t.Errorf("%q: %q holds a hazard", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("%q: %q, and again %q", s, got, again)
		}
		if whole, split := safe(t, s, len(s)+1), safe(t, s, 1); whole != split || Clean(whole) != Clean(split) {
			t.Errorf("%q: whole %q, split %q", s, whole, split)
		}
	})
}
