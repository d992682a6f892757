package lockfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const helper = "LOCKFILE_TEST_HELPER" // the role of a re-executed test binary

func TestMain(m *testing.M) {
	mode, arg, _ := strings.Cut(os.Getenv(helper), " ")
	path := os.Getenv(helper + "_PATH")
	switch mode {
	case "":
		os.Exit(m.Run())
	case "kill":
		f := File{Path: path, Step: func(name string) {
			if name == arg {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {}
			}
		}}
		exitOn(f.Update(context.Background(), replaceBy("new")))
	case "count":
		n, _ := strconv.Atoi(arg)
		for range n {
			exitOn(File{Path: path}.Update(context.Background(), increment))
			time.Sleep(5 * time.Millisecond) // lets another have the lock
		}
	case "full":
		limitFileSize()
		err := File{Path: path}.Update(context.Background(), replaceBy(strings.Repeat("x", 1<<20)))
		fmt.Println(err)
		if err == nil {
			os.Exit(1)
		}
	}
	os.Exit(0)
}

func exitOn(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func child(t *testing.T, mode, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helper+"="+mode, helper+"_PATH="+path)
	return cmd
}

func replaceBy(s string) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) { return []byte(s), nil }
}

func increment(old []byte) ([]byte, error) {
	n, _ := strconv.Atoi(string(old))
	return []byte(strconv.Itoa(n + 1)), nil
}

func write(t *testing.T, path, s string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, path, content string) {
	t.Helper()
	got, err := File{Path: path}.Read()
	if err != nil || string(got) != content {
		t.Fatalf("%s = %q, %v; want %q", path, got, err, content)
	}
}

func wantNoTemp(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); left != nil {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestUpdate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "f")
	f := File{Path: path}
	if got, err := f.Read(); got != nil || err != nil {
		t.Fatalf("Read of nothing = %q, %v", got, err)
	}
	for _, next := range []string{"one", "two", ""} {
		if err := f.Update(t.Context(), replaceBy(next)); err != nil {
			t.Fatal(err)
		}
		want(t, path, next)
	}
	if runtime.GOOS != "windows" {
		for p, mode := range map[string]fs.FileMode{path: 0o600, path + ".lock": 0o600, dir: 0o700} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: mode %v, %v; want %v", p, info.Mode(), err, mode)
			}
		}
	}
	wantNoTemp(t, dir)

	if err := f.Update(t.Context(), func(old []byte) ([]byte, error) {
		if old == nil {
			t.Error("an empty file is not a missing one")
		}
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nil did not remove the file: %v", err)
	}
}

func TestUpdateLeavesAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "old")
	refused := errors.New("refused")
	edits := map[string]func([]byte) ([]byte, error){
		"same":  func(old []byte) ([]byte, error) { return old, nil },
		"error": func([]byte) ([]byte, error) { return []byte("new"), refused },
	}
	for name, edit := range edits {
		f := File{Path: path, Step: func(step string) {
			if step == "create" || step == "remove" {
				t.Errorf("%s: step %s", name, step)
			}
		}}
		if err := f.Update(t.Context(), edit); (err != nil) != (name == "error") || err != nil && !errors.Is(err, refused) {
			t.Errorf("%s: %v", name, err)
		}
		want(t, path, "old")
	}
	// An edit in place is detected.
	if err := (File{Path: path}).Update(t.Context(), func(old []byte) ([]byte, error) { old[0] = 'O'; return old, nil }); err != nil {
		t.Fatal(err)
	}
	want(t, path, "Old")
}

func TestSymlink(t *testing.T) {
	dir := t.TempDir()
	target, link, far := filepath.Join(dir, "real"), filepath.Join(dir, "link"), filepath.Join(dir, "far")
	for from, to := range map[string]string{link: "real", far: link} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	for _, s := range []string{"made", "changed"} { // the link dangles at first
		if err := (File{Path: far}).Update(t.Context(), replaceBy(s)); err != nil {
			t.Fatal(err)
		}
		want(t, target, s)
	}
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	loop := filepath.Join(dir, "loop")
	_ = os.Symlink("loop", loop)
	if err := (File{Path: loop}).Update(t.Context(), replaceBy("x")); err == nil {
		t.Error("a loop of links was followed")
	}
}

// TestNotAFile uses a socket: a test that failed on a real device would destroy it.
func TestNotAFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "")
	paths := []string{dir, filepath.Join(dir, "file", "below")}
	if runtime.GOOS != "windows" {
		t.Chdir(dir) // the name of a socket must be short
		l, err := net.Listen("unix", "socket")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		paths = append(paths, "socket")
	}
	for _, path := range paths {
		if err := (File{Path: path}).Update(t.Context(), replaceBy("x")); err == nil {
			t.Errorf("%s was updated", path)
		}
		if _, err := target(path); err == nil {
			t.Errorf("%s would be replaced", path)
		}
	}
}

func TestStale(t *testing.T) {
	dir := t.TempDir()
	now := time.Now() // which need not be the file system's
	old := now.Add(-2 * time.Hour)
	kept := map[string]bool{".f.123.tmp": false, ".f.456.tmp": true, ".f.x.123.tmp": true, ".g.123.tmp": true, "f.123.tmp": true}
	for name := range kept {
		write(t, filepath.Join(dir, name), "")
		at := old
		if name == ".f.456.tmp" {
			at = now
		}
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := (File{Path: filepath.Join(dir, "f")}).Update(t.Context(), replaceBy("x")); err != nil {
		t.Fatal(err)
	}
	for name, keep := range kept {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != keep {
			t.Errorf("%s: kept %v, want %v", name, err == nil, keep)
		}
	}
}

func TestFailedRename(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	f := File{Path: path, Step: func(name string) {
		if name == "rename" {
			_ = os.MkdirAll(filepath.Join(path, "in the way"), 0o700)
		}
	}}
	if err := f.Update(t.Context(), replaceBy("x")); err == nil {
		t.Error("no error")
	}
	wantNoTemp(t, dir)
}

func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("nothing is read-only for this user")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write(t, path, "old")
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if err := (File{Path: path}).Update(t.Context(), replaceBy("new")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v", err)
	}
	want(t, path, "old")
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a file size limit")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write(t, path, "old")
	out, err := child(t, "full", path).CombinedOutput()
	if says := "write " + path + ": file too large"; err != nil || !strings.Contains(string(out), says) {
		t.Fatalf("%v: %s; want %s", err, out, says)
	}
	want(t, path, "old")
	wantNoTemp(t, dir)
}

func TestWaitsForTheLock(t *testing.T) {
	f := File{Path: filepath.Join(t.TempDir(), "f")}
	err := f.Update(t.Context(), func([]byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		inner := f.Update(ctx, replaceBy("inner"))
		if !errors.Is(inner, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", inner)
		}
		return []byte("outer"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, f.Path, "outer")
}

func TestKilled(t *testing.T) {
	for _, step := range []string{"lock", "read", "create", "write", "sync", "rename", "unlock"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f")
			write(t, path, "old")
			out, err := child(t, "kill "+step, path).CombinedOutput()
			if err == nil {
				t.Fatalf("was not killed: %s", out)
			}
			content := "old"
			if step == "unlock" {
				content = "new"
			}
			want(t, path, content)
			if err := (File{Path: path}).Update(t.Context(), replaceBy("newer")); err != nil {
				t.Fatal(err)
			}
			want(t, path, "newer")
		})
	}
}

func TestManyProcesses(t *testing.T) {
	processes, times := 20, 20
	if testing.Short() {
		processes, times = 5, 10
	}
	path := filepath.Join(t.TempDir(), "f")
	var running []*exec.Cmd
	for range processes {
		cmd := child(t, "count "+strconv.Itoa(times), path)
		cmd.Stdout = t.Output()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	want(t, path, strconv.Itoa(processes*times))
}

// TestLockElsewhere: no lock file is left next to a file whose lock is elsewhere.
func TestLockElsewhere(t *testing.T) {
	t.Parallel()
	f := File{Path: filepath.Join(t.TempDir(), "f"), Lock: filepath.Join(t.TempDir(), "l")}
	held, err := acquire(t.Context(), f.Lock)
	if err != nil {
		t.Fatal(err)
	}
	edit := func([]byte) ([]byte, error) { return []byte("x"), nil }
	ended, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := f.Update(ended, edit); err == nil {
		t.Error("the lock was not waited for")
	}
	if err := errors.Join(held.Close(), f.Update(t.Context(), edit)); err != nil {
		t.Error(err)
	}
	if all, err := os.ReadDir(filepath.Dir(f.Path)); err != nil || len(all) != 1 {
		t.Errorf("beside the file: %v, %v", all, err)
	}
}
