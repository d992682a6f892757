//go:build !windows

package terminal

import (
	"io/fs"
	"os"
	"syscall"
)

// isNullDevice reports whether f is the null device, or another node of it.
func isNullDevice(_ *os.File, info fs.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	if os.SameFile(info, null) {
		return true
	}
	got, ok := info.Sys().(*syscall.Stat_t)
	want, known := null.Sys().(*syscall.Stat_t)
	return ok && known && info.Mode()&fs.ModeCharDevice != 0 && null.Mode()&fs.ModeCharDevice != 0 && got.Rdev == want.Rdev
}
