//go:build unix

package cmd

import "syscall"

// setUmask makes the modes of files that tests lay out the same for everybody.
func setUmask() { syscall.Umask(0o022) }
