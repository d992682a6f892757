//go:build !unix

package session

import (
	"os"
	"os/exec"
)

// ownGroup does nothing where there are no process groups: a helper is ended,
// but not the processes that it started.
func ownGroup(*exec.Cmd) {}

func killGroup(p *os.Process) error { return p.Kill() }
