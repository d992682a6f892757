//go:build unix

package session

import (
	"os"
	"syscall"
	"testing"
)

// TestMain makes the modes of the tests' folders the same for everybody.
func TestMain(m *testing.M) {
	syscall.Umask(0o022)
	os.Exit(m.Run())
}
