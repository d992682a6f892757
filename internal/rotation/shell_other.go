//go:build !windows

package rotation

import (
	"context"
	"os/exec"
)

const shell = "sh"

// shellCommand returns the command for a command line from the user.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, shell, "-c", line) //nolint:gosec // it is the user's own
}
