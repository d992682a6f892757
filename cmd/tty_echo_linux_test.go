package cmd

import "golang.org/x/sys/unix"

// echoes reports whether the terminal shows what is typed.
func (c *console) echoes() bool {
	termios, err := unix.IoctlGetTermios(int(c.tty.Fd()), unix.TCGETS)
	return err != nil || termios.Lflag&unix.ECHO != 0
}

// unread asks how many bytes a pipe holds that nobody has read.
const unread = unix.TIOCINQ
