//go:build unix

package lockfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrivate: a private file is neither read nor changed if others may read or write
// it or write its folder.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		folder, file fs.FileMode
		why          string // "" = accepted
	}{
		{0o700, 0o600, ""},
		{0o755, 0o600, ""},
		{0o711, 0o400, ""},
		{0o700, 0o640, "run chmod 600 "},
		{0o700, 0o604, "run chmod 600 "},
		{0o700, 0o620, "run chmod 600 "},
		{0o700, 0o602, "run chmod 600 "},
		{0o700, 0o666, "run chmod 600 "},
		{0o775, 0o600, "run chmod go-w "},
		{0o757, 0o600, "run chmod go-w "},
		{0o777 | fs.ModeSticky, 0o600, "run chmod go-w "},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "secret")
		lay(t, path, test.file)
		if err := os.Chmod(dir, test.folder); err != nil {
			t.Fatal(err)
		}
		f := File{Path: path, Private: true}
		b, err := f.Read()
		checkRefused(t, "read", err, test.why)
		if (err == nil) != (string(b) == "old") {
			t.Errorf("mode %o in %o: read %q, %v", test.file, test.folder, b, err)
		}
		err = f.Update(t.Context(), func([]byte) ([]byte, error) { return []byte("new"), nil })
		checkRefused(t, "update", err, test.why)
		if b, readErr := os.ReadFile(path); readErr != nil || (err == nil) != (string(b) == "new") {
			t.Errorf("mode %o in %o: holds %q, %v", test.file, test.folder, b, readErr)
		}
	}
}

// TestPrivateLink: a private file that is a symbolic link is refused, and so is its
// lock. Their targets do not change.
func TestPrivateLink(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"secret", "secret.lock"} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{filepath.Join(dir, "there"), filepath.Join(dir, "missing")} {
			if filepath.Base(target) == "there" {
				lay(t, target, 0o600)
			}
			link := filepath.Join(dir, name)
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
			f := File{Path: filepath.Join(dir, "secret"), Private: true}
			if err := f.Update(t.Context(), func([]byte) ([]byte, error) { return []byte("new"), nil }); err == nil {
				t.Errorf("%s leads to %s: changed", name, target)
			}
			if _, err := f.Read(); err == nil && name == "secret" {
				t.Errorf("%s leads to %s: read", name, target)
			}
			if err := os.Remove(link); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Lstat(filepath.Join(dir, "missing")); err == nil {
			t.Errorf("%s led to a file that was created", name)
		}
		if b, err := os.ReadFile(filepath.Join(dir, "there")); err != nil || string(b) != "old" {
			t.Errorf("%s led to a file that holds %q now, %v", name, b, err)
		}
	}
}

// TestForeignLink: a link is followed if it belongs to the user, the superuser or the
// owner of the folder. Only the superuser can make the others.
func TestForeignLink(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only the superuser can make files of others")
	}
	const ada, bob = 12345, 54321
	for _, test := range []struct {
		folder, link int
		followed     bool
	}{{0, 0, true}, {ada, ada, true}, {ada, 0, true}, {0, ada, false}, {bob, ada, false}} {
		dir := t.TempDir()
		target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
		lay(t, target, 0o600)
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		if err := os.Lchown(link, test.link, -1); err != nil {
			t.Skipf("the superuser is none here: %v", err)
		}
		if err := os.Chown(dir, test.folder, -1); err != nil {
			t.Fatal(err)
		}
		err := Write(link, []byte("new"))
		b, readErr := os.ReadFile(target)
		if readErr != nil || (err == nil) != test.followed || (string(b) == "new") != test.followed {
			t.Errorf("a link of %d in a folder of %d: %v, and it led to %q", test.link, test.folder, err, b)
		}
	}
}

// lay creates a file with the content "old".
func lay(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func checkRefused(t *testing.T, what string, err error, why string) {
	t.Helper()
	if (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
		t.Errorf("%s: %v, want %q", what, err, why)
	}
}
