//go:build unix

package cmd

import "syscall"

// setUmask makes the modes of test files independent of the user's setting.
func setUmask() { syscall.Umask(0o022) }
