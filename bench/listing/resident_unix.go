//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// resident is the most memory that a program took.
func resident(s *os.ProcessState) string {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return "memory unknown"
	}
	most := float64(usage.Maxrss) / 1024 // kB, but on macOS bytes
	if runtime.GOOS == "darwin" {
		most /= 1024
	}
	return fmt.Sprintf("%5.1f MB resident", most)
}
