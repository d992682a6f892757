//go:build unix

package lockfile

import (
	"os/signal"
	"syscall"
)

// limitFileSize makes a write fail in the middle, like a full disk.
func limitFileSize() {
	signal.Ignore(syscall.SIGXFSZ)
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: 4096})
}
