//go:build unix

package lockfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// noFollow makes opening a symbolic link an error.
const noFollow = syscall.O_NOFOLLOW

// owner returns the ID of a file's owner; -1 = unknown.
func owner(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

// foreign reports whether a file belongs to another user. Files are never foreign to the
// superuser, who may have been given a user's folder, and the superuser's files are not
// foreign to anyone.
func foreign(info fs.FileInfo) bool {
	me, of := os.Geteuid(), owner(info)
	return me != 0 && of != 0 && of != me
}

func ownAlone(path string, info fs.FileInfo) error {
	if foreign(info) {
		return fmt.Errorf("%s belongs to another user: remove it", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s can be read or written by other users (mode %#o): run chmod 600 %s", path, mode, path)
	}
	return nil
}

func ownFolder(path string, info fs.FileInfo) error {
	if foreign(info) {
		return fmt.Errorf("the folder %s belongs to another user", path)
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("the folder %s can be written by other users (mode %#o): run chmod go-w %s", path, mode, path)
	}
	return nil
}

// checkLink refuses a symbolic link that another user has put into a folder that is
// not theirs, such as /tmp.
func checkLink(path string, link fs.FileInfo) error {
	of := owner(link)
	if of == 0 || of == os.Geteuid() {
		return nil
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || owner(dir) == of {
		return err
	}
	return fmt.Errorf("%s is a symbolic link of another user, which is not followed", path)
}
