package terminal

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReadText(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.md")
	for text, ok := range map[string]bool{"café\n": true, "caf\xe9\n": false, "": true} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := new(Streams).ReadText(t.Context(), file); (err == nil) != ok || ok && got != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
