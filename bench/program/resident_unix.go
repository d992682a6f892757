//go:build unix

package program

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// Resident returns the peak memory of a program in MB. On Linux this includes the
// memory of its parent at the start, so a small number may be this program's own.
func Resident(s *os.ProcessState) (float64, error) {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, errors.New("this system does not report a program's memory")
	}
	most := float64(usage.Maxrss) / 1024 // kB, but bytes on macOS
	if runtime.GOOS == "darwin" {
		most /= 1024
	}
	return most, nil
}
