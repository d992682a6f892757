//go:build !unix

package session

import (
	"os"
	"os/exec"
)

// ownGroup does nothing where there are no process groups: a helper is ended,
// and what it started is left alone.
func ownGroup(*exec.Cmd) {}

func killGroup(p *os.Process) error { return p.Kill() }
