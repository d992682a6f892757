package output

import (
	"bytes"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := NewSpool(dir)
	line := strings.Repeat("0123456789abcde\n", 10_000)
	var want strings.Builder
	for want.Len() < spoolMemory+1<<20 {
		if overflowed := want.Len() > spoolMemory; (s.file != nil) != overflowed || !overflowed && len(temporary(t, dir)) > 0 || len(temporary(t, dir)) > named() {
			t.Fatalf("a file: %v, %d with a name, after %d bytes", s.file != nil, len(temporary(t, dir)), want.Len())
		}
		if _, err := io.WriteString(s, line); err != nil {
			t.Fatal(err)
		}
		want.WriteString(line)
	}
	if _, err := io.WriteString(s, "end"); err != nil {
		t.Fatal(err)
	}
	want.WriteString("end")
	info, err := s.file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o", mode)
	}
	var got bytes.Buffer
	if err := s.CopyTo(&got); err != nil || got.String() != want.String() {
		t.Errorf("%d of %d bytes, %v", got.Len(), want.Len(), err)
	}
	if err := s.CopyTo(&pipe{room: 100}); err != errPipe { //nolint:errorlint // not wrapped
		t.Error(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if files := temporary(t, dir); len(files) > 0 {
		t.Error("left", files)
	}
}

func TestSpoolWithoutFolder(t *testing.T) {
	t.Parallel()
	s := NewSpool(filepath.Join(t.TempDir(), "missing"))
	if _, err := s.Write(make([]byte, spoolMemory+1)); err == nil || !strings.HasPrefix(err.Error(), "cannot buffer output") {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestListingOverflows(t *testing.T) {
	t.Parallel()
	big := repo{raw: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)}
	for _, failure := range []error{nil, io.ErrUnexpectedEOF} {
		dir := t.TempDir()
		var during int
		got, err := listing(t, Options{Format: "json", TempDir: dir}, func(yield func(repo, error) bool) {
			for range 9 {
				yield(big, nil)
			}
			during = len(temporary(t, dir))
			if failure != nil {
				yield(repo{}, failure)
			}
		})
		if err != failure || failure == nil != (len(got) > 9<<20) || during != named() || len(temporary(t, dir)) != 0 { //nolint:errorlint // not wrapped
			t.Errorf("%d bytes, %v, %d files during, %d after", len(got), err, during, len(temporary(t, dir)))
		}
	}
}

// named returns the number of a spool's files that have a name. There are none where an
// open file needs no name, so that a killed process leaves nothing behind.
func named() int {
	if runtime.GOOS == "windows" {
		return 1
	}
	return 0
}

func temporary(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}
