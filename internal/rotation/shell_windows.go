package rotation

import (
	"context"
	"os/exec"
	"syscall"
)

const shell = "cmd"

// shellCommand returns the command for a command line from the user. It is passed to
// cmd without quoting: os/exec quotes differently from cmd.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, shell)
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: shell + ` /s /c "` + line + `"`}
	return c
}
