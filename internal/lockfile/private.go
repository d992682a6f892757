package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkPrivate refuses a symbolic link and, on Unix, a file that others may read or
// write or whose folder others may write. It accepts a file that does not exist.
func checkPrivate(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link, which is not followed: "+
			"replace it with its target, or remove it", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	}
	if err := ownAlone(path, info); err != nil {
		return err
	}
	return CheckFolder(filepath.Dir(path))
}

// CheckFolder refuses, on Unix, a folder that others may write. It accepts one that does
// not exist.
func CheckFolder(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return ownFolder(path, info)
}
