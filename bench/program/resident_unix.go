//go:build unix

package program

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// Resident is the most memory that a program took, in MB. Linux counts what its
// parent had when it started, too, so a small number may be this program's own.
func Resident(s *os.ProcessState) (float64, error) {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, errors.New("this system does not tell how much memory a program took")
	}
	most := float64(usage.Maxrss) / 1024 // kB, but on macOS bytes
	if runtime.GOOS == "darwin" {
		most /= 1024
	}
	return most, nil
}
