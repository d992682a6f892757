package terminal

import (
	"io/fs"
	"os"
)

// isNullDevice reports whether f is NUL, which Windows has no number for: it is the character
// device that is not a console.
func isNullDevice(f *os.File, info fs.FileInfo) bool {
	return info.Mode()&fs.ModeCharDevice != 0 && !IsTerminal(f)
}
