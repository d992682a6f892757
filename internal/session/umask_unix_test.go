//go:build unix

package session

import (
	"os"
	"syscall"
	"testing"
)

// TestMain sets the same umask for everyone who runs the tests.
func TestMain(m *testing.M) {
	syscall.Umask(0o022)
	os.Exit(m.Run())
}
