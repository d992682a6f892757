package rotation

import (
	"context"
	"os/exec"
	"syscall"
)

const shell = "cmd"

// shellCommand is a command line of the user's. It goes to cmd as it is: the
// quoting that os/exec does is not cmd's.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	c := exec.CommandContext(ctx, shell)
	c.SysProcAttr = &syscall.SysProcAttr{CmdLine: shell + ` /s /c "` + line + `"`}
	return c
}
