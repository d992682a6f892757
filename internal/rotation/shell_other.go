//go:build !windows

package rotation

import (
	"context"
	"os/exec"
)

const shell = "sh"

// shellCommand is a command line of the user's.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, shell, "-c", line) //nolint:gosec // it is the user's own
}
