package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// ReplaceClosedOutput makes writing fail if the process was started with standard output
// closed. Go's runtime opens the null device in its place, and output would be lost
// silently.
func (s *Streams) ReplaceClosedOutput() {
	if !byRuntime(s.Out) || byRuntime(s.Err) { // daemons have the null device as all three
		return
	}
	if unwritable, err := os.Open(os.DevNull); err == nil {
		s.Out = unwritable
	}
}

// byRuntime reports whether f is the null device as Go's runtime opens it. A shell opens it
// for writing only, and other programs with O_CLOEXEC, which the file remembers.
func byRuntime(f *os.File) bool {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	if err != nil || flags&(unix.O_ACCMODE|unix.O_CLOEXEC) != unix.O_RDWR {
		return false
	}
	info, err := f.Stat()
	return err == nil && isNullDevice(f, info)
}
