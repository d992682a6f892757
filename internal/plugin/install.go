package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// ForeignError means that a file is another program's plugin.
type ForeignError struct{ File string }

func (e ForeignError) Error() string { return e.File + " belongs to another program: remove it first" }

// Install makes a link to a program the plugin in a folder, in place of an older one,
// and returns the link. On Windows, where links need a privilege, it is a copy. It
// fails with a ForeignError if there is another plugin.
func Install(ctx context.Context, program, folder string) (string, error) {
	link := file(folder)
	if err := vacant(ctx, link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return link, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // Docker's, which may be for all users
		return link, err
	}
	made := fmt.Sprintf("%s.%d", link, os.Getpid())
	place := os.Symlink
	if runtime.GOOS == "windows" {
		place = copyFile
	}
	err := place(program, made)
	if err == nil {
		err = os.Rename(made, link)
	}
	if err != nil {
		_ = os.Remove(made) // it may not exist
	}
	return link, err
}

// Uninstall removes the plugin from a folder and returns its file. It fails with
// fs.ErrNotExist if there is none, and with a ForeignError if it is another one.
func Uninstall(ctx context.Context, folder string) (string, error) {
	link := file(folder)
	if err := vacant(ctx, link); err != nil {
		return link, err
	}
	return link, os.Remove(link)
}

// vacant fails if a file does not exist or may not be removed. A dangling link may.
func vacant(ctx context.Context, link string) error {
	if _, err := os.Lstat(link); err != nil {
		return err
	}
	if _, err := os.Stat(link); err == nil && !isOurs(ctx, link) {
		return ForeignError{link}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(filepath.Clean(from))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()                                                     // it was only read
	out, err := os.OpenFile(filepath.Clean(to), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
