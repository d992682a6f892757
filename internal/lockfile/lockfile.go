// Package lockfile changes files that several processes share.
package lockfile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/hubctl/hubctl/internal/bounded"
)

const (
	patience = 10 * time.Second
	poll     = 4 * time.Millisecond
	stale    = time.Hour
)

// A File is a file that several processes change. It is locked by the operating
// system, replaced atomically, and has mode 0600 in a folder of mode 0700.
type File struct {
	Path string
	Lock string // lock file, in an existing folder, which is not removed; "" = Path with ".lock" appended
	// Private refuses a symbolic link and, on Unix, a file that others may read or
	// write or whose folder others may write.
	Private bool
	Step    func(name string) // called before each step of an Update; nil = none
}

// Read returns the content; nil, nil if there is no file. It needs no lock, since
// the file is always replaced as a whole.
func (f File) Read() ([]byte, error) {
	if f.Private {
		if err := checkPrivate(f.Path); err != nil {
			return nil, err
		}
	}
	var data []byte
	err := retry(func() (err error) { data, err = bounded.ReadFile(f.Path); return err })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Update passes the content (nil if there is no file) to edit and replaces the file
// with the result, while holding the lock. If edit fails, nothing changes; nil removes
// the file; unchanged bytes leave it alone. If the file is a symbolic link, its target
// is replaced. Update waits for the lock until ctx ends, at most 10 s. After an
// error the old content is intact.
func (f File) Update(ctx context.Context, edit func(old []byte) ([]byte, error)) (err error) {
	path, err := target(f.Path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if f.Private {
		if err := cmp.Or(checkPrivate(f.Path), CheckFolder(filepath.Dir(path))); err != nil {
			return err
		}
	}

	f.step("lock")
	lock, err := acquire(ctx, cmp.Or(f.Lock, path+".lock"))
	if err != nil {
		return err
	}
	defer func() {
		f.step("unlock")
		err = errors.Join(err, lock.Close())
	}()

	f.step("read")
	old, err := File{Path: path}.Read()
	if err != nil {
		return err
	}
	data, err := edit(bytes.Clone(old))
	switch {
	case err != nil:
		return err
	case bytes.Equal(old, data) && (old == nil) == (data == nil):
		return nil
	case data == nil:
		f.step("remove")
		return os.Remove(path)
	}
	return f.replace(path, bytes.NewReader(data))
}

// Write creates or replaces a file as Update does, but without a lock: the caller
// makes sure that no two processes write it at a time. Its folder must exist.
func Write(path string, data []byte) error { return Copy(path, bytes.NewReader(data)) }

// Copy is Write for data from a reader.
func Copy(path string, data io.Reader) error {
	path, err := target(path)
	if err != nil {
		return err
	}
	return File{}.replace(path, data)
}

func (f File) step(name string) {
	if f.Step != nil {
		f.Step(name)
	}
}

func (f File) replace(path string, data io.Reader) (err error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	removeStale(dir, base)

	f.step("create")
	tmp, err := os.CreateTemp(dir, "."+base+".*.tmp")
	if err != nil {
		return writeError(path, err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
			err = writeError(path, err)
		}
	}()

	f.step("write")
	if _, err := io.Copy(tmp, data); err != nil {
		return err
	}
	f.step("sync")
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	f.step("rename")
	if err := retry(func() error { return os.Rename(tmp.Name(), path) }); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// writeError names the file itself instead of the temporary one, which was removed.
func writeError(path string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	} else if l, ok := errors.AsType[*os.LinkError](err); ok {
		err = l.Err
	}
	return &fs.PathError{Op: "write", Path: path, Err: err}
}

// acquire distinguishes a lock that is held for too long from the end of the context.
func acquire(ctx context.Context, path string) (*flock.Flock, error) {
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow), flock.SetPermissions(0o600))
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := lock.TryLockContext(wait, poll)
	switch {
	case err == nil:
		return lock, nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case wait.Err() != nil:
		err = fmt.Errorf("another process has held it for %s", patience)
	}
	return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), lock.Close())
}

// target follows symbolic links, even to a file that does not exist. It refuses files
// that a rename would destroy, such as devices, and links made by other users.
func target(path string) (string, error) {
	for range 40 {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return path, nil
		case err != nil:
			return "", err
		case info.Mode().IsRegular():
			return path, nil
		case info.Mode()&fs.ModeSymlink == 0:
			return "", fmt.Errorf("%s is not a regular file", path)
		}
		if err := checkLink(path, info); err != nil {
			return "", err
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", fmt.Errorf("%s: too many levels of symbolic links", path)
}

// removeStale removes temporary files that killed processes have left for base.
func removeStale(dir, base string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		random, ok := strings.CutPrefix(e.Name(), "."+base+".")
		random, tmp := strings.CutSuffix(random, ".tmp")
		if !ok || !tmp || strings.Trim(random, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// retry repeats an operation that failed because another process had the file open,
// which is an error only on Windows. The module go-internal has the same, but it
// is for tests.
func retry(try func() error) error {
	const sharingViolation = syscall.Errno(32)
	for wait := time.Millisecond; ; wait *= 2 {
		err := try()
		busy := errors.Is(err, fs.ErrPermission) || errors.Is(err, sharingViolation)
		if runtime.GOOS != "windows" || !busy || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}

// syncDir makes the rename survive a power failure, where folders can be synced.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
