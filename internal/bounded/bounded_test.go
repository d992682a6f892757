package bounded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestReadFile: a file of exactly the limit is read, a larger one is refused. Both are
// sparse.
func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if _, err := ReadFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]error{0: nil, 1: nil, Limit: nil, Limit + 1: ErrTooLarge, 10 * Limit: ErrTooLarge} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		b, err := ReadFile(path)
		if !errors.Is(err, want) || want == nil && int64(len(b)) != size || want != nil && b != nil {
			t.Errorf("%d bytes: read %d, %v", size, len(b), err)
		}
	}
}
